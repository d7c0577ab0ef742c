// Bytes made by Apache Kafka 4.3.1's own serializers (origin: test/golden/origin/Golden.java), every table, every version.
import { readFileSync } from 'node:fs';
import { Reader } from '../../src/protocol/primitives.ts';
import { type Table } from '../../src/protocol/schema.ts';
import { tables } from './tables.ts';

interface Golden {
  table: string;
  version: number;
  bytes: string;
  json: unknown;
}

const lines = readFileSync(new URL('../fixtures/golden/messages.jsonl', import.meta.url), 'utf8')
  .trim()
  .split('\n');
const golden = lines.map((line) => JSON.parse(line) as Golden);
const byTable = Map.groupBy(golden, (one) => one.table);

/** Names differ from Kafka's JSON form only in case (`ISR`), so values are compared under lower-case names. */
function lowerNames(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(lowerNames);
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  return Object.fromEntries(Object.entries(value).map(([name, one]) => [name.toLowerCase(), lowerNames(one)]));
}

/** Whether our decoded value says what Kafka's JSON says: absent names there are defaults, bytes are base64. */
function expectSame(ours: unknown, theirs: unknown, path: string): void {
  if (Array.isArray(theirs)) {
    expect(Array.isArray(ours) ? ours.length : typeof ours).toBe(theirs.length);
    for (const [i, one] of theirs.entries()) expectSame((ours as unknown[])[i], one, `${path}[${i}]`);
  } else if (typeof theirs === 'object' && theirs !== null) {
    for (const [name, one] of Object.entries(theirs)) {
      const found = (ours as Record<string, unknown>)[name];
      if (found === undefined) throw new Error(`${path}.${name} is missing`);
      expectSame(found, one, `${path}.${name}`);
    }
  } else if (Buffer.isBuffer(ours)) expect([path, ours.toString('base64')]).toEqual([path, theirs]);
  else if (typeof ours === 'bigint') expect([path, Number(ours)]).toEqual([path, theirs]);
  else expect([path, ours]).toEqual([path, theirs]);
}

describe('messages and records agree with bytes of Apache Kafka 4.3.1', () => {
  it('has golden bytes for every table at every version', () => {
    const missing: string[] = [];
    for (const [name, table] of tables) {
      if (table.versions.last < table.versions.first) continue;
      const versions = new Set(byTable.get(name)?.map((one) => one.version));
      for (let v = table.versions.first; v <= table.versions.last; v++)
        if (!versions.has(v)) missing.push(`${name} v${v}`);
    }
    expect(missing).toEqual([]);
  });

  it.each([...byTable.keys()])('%s', (name) => {
    const table = tables.get(name) as Table;
    expect(table).toBeDefined();
    for (const { version, bytes, json } of byTable.get(name) as Golden[]) {
      const reader = new Reader(Buffer.from(bytes, 'hex'));
      const value = table.read(reader, version);
      expect(reader.remaining).toBe(0);
      // Kafka's JSON form of `records` is only a size: skip what it cannot say.
      if (!/records/i.test(JSON.stringify(json)))
        expectSame(lowerNames(value), lowerNames(json), `${name} v${version}`);
      expect(`v${version} ${table.encode(value, version).toString('hex')}`).toBe(`v${version} ${bytes}`);
    }
  });
});
