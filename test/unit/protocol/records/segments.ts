import { readFileSync } from 'node:fs';
import { batches, type RecordBatch, RecordCursor } from '../../../../src/protocol/records/index.ts';

export function segment(name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/records/${name}`, import.meta.url));
}

export interface PlainRecord {
  offset: bigint;
  timestamp: bigint;
  key: string | null;
  value: string | null;
  headers: [string, string | null][];
}

export function recordsOf(batch: RecordBatch): PlainRecord[] {
  const cursor = new RecordCursor();
  cursor.reset(batch);
  const found: PlainRecord[] = [];
  while (cursor.next()) {
    found.push({
      offset: cursor.offset(),
      timestamp: cursor.timestamp(),
      key: cursor.key()?.toString() ?? null,
      value: cursor.value()?.toString() ?? null,
      headers: cursor.headers().map(({ key, value }) => [key, value === null ? null : value.toString()]),
    });
  }
  return found;
}

export function allRecords(bytes: Buffer): PlainRecord[] {
  return [...batches(bytes)].flatMap(recordsOf);
}
