import { MalformedBytesError } from '../../../../src/protocol/primitives.ts';
import {
  BatchBuilder,
  batches,
  COMPRESSION_NAMES,
  RecordBatch,
  RecordCursor,
} from '../../../../src/protocol/records/index.ts';
import { allRecords, segment } from './segments.ts';

const LINES = Array.from({ length: 40 }, (_, i) => ({
  key: `k${i + 1}`,
  value: `value number ${i + 1} of the fixture, the quick brown fox jumps over the lazy dog`,
}));

describe('reading what other producers wrote', () => {
  it.each(COMPRESSION_NAMES)('reads a segment of the Java producer with codec %s', (codec) => {
    const bytes = segment(`java-${codec}.log`);
    const all = [...batches(bytes)];
    expect(all.every((batch) => batch.isCrcValid() && batch.magic === 2)).toBe(true);
    expect(all.map((batch) => COMPRESSION_NAMES[batch.compression])).toEqual(all.map(() => codec));
    const records = allRecords(bytes);
    expect(records.map(({ key, value }) => ({ key, value }))).toEqual(LINES);
    expect(records.map((record) => record.offset)).toEqual(LINES.map((_, i) => BigInt(i)));
    expect(all[0]?.baseTimestamp).toBe(records[0]?.timestamp);
    const times = records.map((record) => record.timestamp).sort();
    expect(times.at(-1)).toBe(all.at(-1)?.maxTimestamp);
  });

  it.each(['none', 'gzip', 'snappy', 'lz4'])('reads a segment of librdkafka with codec %s and headers', (codec) => {
    const records = allRecords(segment(`kcat-${codec}.log`));
    expect(records.map(({ key, value }) => ({ key, value }))).toEqual(LINES);
    expect(records.every(({ headers }) => JSON.stringify(headers) === '[["a","1"],["empty",null]]')).toBe(true);
  });

  it.each(['snappy', 'lz4'])('reads a batch of several %s blocks', (codec) => {
    const values = allRecords(segment(`java-big-${codec}.log`)).map((record) => record.value as string);
    expect(values).toHaveLength(62);
    expect(values[0]).toBe('x'.repeat(40000));
    expect(values[1]).toBe('y'.repeat(70000));
    expect(values.slice(2).every((value) => /^[a-j]{200}$/.test(value))).toBe(true);
  });

  it('tells null keys and values from empty ones', () => {
    const records = allRecords(segment('kcat-null.log'));
    expect(records.map(({ key, value }) => [key, value])).toEqual([
      [null, 'one'],
      ['key', null],
    ]);
  });

  it('reads the record the protocol guide spells out', () => {
    const builder = new BatchBuilder();
    builder.append(0, null, Buffer.from('a'));
    expect(new RecordBatch(builder.build()).body().toString('hex')).toBe('0e00000001026100');
  });
});

/** A batch of one record whose body is these bytes, claiming `count` records. */
function batchAround(body: Buffer, count = 1): RecordBatch {
  const builder = new BatchBuilder();
  builder.append(0, null, null);
  const header = builder.build().subarray(0, 61);
  const bytes = Buffer.concat([header, body]);
  bytes.writeInt32BE(bytes.length - 12, 8);
  bytes.writeInt32BE(count, 57);
  return new RecordBatch(bytes);
}

function walk(batch: RecordBatch, maxBytes?: number): number {
  const cursor = new RecordCursor();
  cursor.reset(batch, maxBytes);
  let count = 0;
  while (cursor.next()) {
    cursor.headers();
    count++;
  }
  return count;
}

describe('hostile bytes', () => {
  it.each([
    ['record length beyond the batch', '7e00000001026100', 1],
    ['negative record length', '0100000001026100', 1],
    ['varint without an end', 'ffffffffffff', 1],
    ['cut short in the deltas', '020080', 1],
    ['key longer than the record', '0e00000020026100', 1],
    ['key length below -1', '0e00000003026100', 1],
    ['value longer than the record', '0e00000001206100', 1],
    ['value length below -1', '0e00000001036100', 1],
    ['header count that cannot fit', '0e0000000102617e', 1],
    ['negative header count', '0e00000001026101', 1],
    ['bytes behind the headers', '100000000102610000', 1],
    ['header key longer than the record', '120000000102610220', 1],
    ['null header key', '14000000010261020100', 1],
    ['more records claimed than there are', '0e00000001026100', 2],
    ['fewer records claimed than there are', '0e000000010261000e00000001026100', 1],
    ['negative record count', '', -1],
  ])('refuses a batch with %s', (_name, hex, count) => {
    expect(() => walk(batchAround(Buffer.from(hex, 'hex'), count))).toThrow(MalformedBytesError);
  });

  it('accepts a batch that compaction emptied', () => {
    expect(walk(batchAround(Buffer.alloc(0), 0))).toBe(0);
  });

  it('keeps timestamp deltas of 64 bits', () => {
    // delta -2^63 as a zigzag varlong: ten bytes
    const body = Buffer.from('2000ffffffffffffffffff010001026100', 'hex');
    body[0] = (body.length - 1) * 2;
    const cursor = new RecordCursor();
    cursor.reset(batchAround(body));
    expect(cursor.next()).toBe(true);
    expect(cursor.timestampDelta).toBe(-(2n ** 63n));
  });

  it('never reads outside the batch, whatever byte of it is changed', () => {
    for (const name of ['java-none.log', 'kcat-null.log']) {
      const bytes = segment(name);
      for (let at = 61; at < bytes.length; at++) {
        const broken = Buffer.from(bytes);
        broken[at] = (broken[at] as number) ^ 0x81;
        const batch = new RecordBatch(broken);
        try {
          walk(batch);
        } catch (error) {
          expect(error).toBeInstanceOf(MalformedBytesError);
        }
      }
    }
  });
});
