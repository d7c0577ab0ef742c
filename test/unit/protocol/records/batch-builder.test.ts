import fc from 'fast-check';
import { BatchBuilder, COMPRESSION_NAMES, RecordBatch, singleBatch } from '../../../../src/protocol/records/index.ts';
import { allRecords, recordsOf, segment } from './segments.ts';

const bytes = fc.uint8Array({ maxLength: 200 }).map((array) => Buffer.from(array));
const nullable = fc.option(bytes);

describe('building batches', () => {
  it('makes the very bytes of the Java producer from the same records', () => {
    const original = new RecordBatch(segment('java-none.log'));
    const builder = new BatchBuilder({ capacity: 100 });
    for (const { timestamp, key, value } of recordsOf(original)) {
      builder.append(Number(timestamp), Buffer.from(key as string), Buffer.from(value as string));
    }
    const built = builder.build({
      baseOffset: original.baseOffset,
      partitionLeaderEpoch: original.partitionLeaderEpoch,
      producerId: original.producerId,
      producerEpoch: original.producerEpoch,
      baseSequence: original.baseSequence,
    });
    expect(built).toEqual(original.bytes());
  });

  it('makes the very bytes of librdkafka, headers and nulls included', () => {
    for (const name of ['kcat-none.log', 'kcat-null.log']) {
      const original = new RecordBatch(segment(name));
      const built = singleBatch(
        recordsOf(original).map((record) => ({
          timestampMs: Number(record.timestamp),
          key: record.key === null ? null : Buffer.from(record.key),
          value: record.value === null ? null : Buffer.from(record.value),
          headers: record.headers.map(([key, value]) => ({ key, value: value === null ? null : Buffer.from(value) })),
        })),
        {
          partitionLeaderEpoch: original.partitionLeaderEpoch,
          producerId: original.producerId,
          producerEpoch: original.producerEpoch,
          baseSequence: original.baseSequence,
        },
      );
      expect(built).toEqual(original.bytes());
    }
  });

  it.each(COMPRESSION_NAMES)('gives back any records: %s', (compression) => {
    const builder = new BatchBuilder({ compression, capacity: 80 });
    const record = fc.record({
      timestampMs: fc.integer({ min: 0, max: 2 ** 45 }),
      key: nullable,
      value: nullable,
      headers: fc.array(fc.record({ key: fc.string({ unit: 'grapheme' }), value: nullable }), { maxLength: 3 }),
    });
    fc.assert(
      fc.property(fc.array(record, { minLength: 1, maxLength: 60 }), (records) => {
        for (const { timestampMs, key, value, headers } of records) builder.append(timestampMs, key, value, headers);
        const batch = new RecordBatch(builder.build());
        expect(batch.isCrcValid()).toBe(true);
        expect(batch.maxTimestamp).toBe(BigInt(Math.max(...records.map((one) => one.timestampMs))));
        expect(allRecords(batch.buffer)).toEqual(
          records.map(({ timestampMs, key, value, headers }, i) => ({
            offset: BigInt(i),
            timestamp: BigInt(timestampMs),
            key: key?.toString() ?? null,
            value: value?.toString() ?? null,
            headers: headers.map((header) => [header.key, header.value?.toString() ?? null]),
          })),
        );
      }),
      { numRuns: 30 },
    );
  });

  it('appends slices exactly as records without key and headers, growing as needed', () => {
    const source = Buffer.from('one,two,,'.repeat(2000));
    const slices = new BatchBuilder({ capacity: 64 });
    const whole = new BatchBuilder();
    for (let at = 0, i = 0; at + 7 < source.length; at += 7, i++) {
      const end = at + (i % 8);
      slices.appendSlice(1700000000000 + i * 400_000_000, source, at, end);
      const before = whole.sizeInBytes;
      const added = whole.append(1700000000000 + i * 400_000_000, null, source.subarray(at, end));
      expect(whole.sizeInBytes - before).toBe(added);
    }
    expect(slices.recordCount).toBe(whole.recordCount);
    expect(slices.sizeInBytes).toBe(whole.sizeInBytes);
    const built = slices.build({ baseOffset: 9n });
    expect(built).toEqual(whole.build({ baseOffset: 9n }));
    expect(slices.recordCount).toBe(0);
  });

  it('leaves a batch alone when the builder goes on', () => {
    const builder = new BatchBuilder({ capacity: 300 });
    const made = [];
    for (let round = 0; round < 50; round++) {
      const count = 1 + (round % 7);
      for (let i = 0; i < count; i++) builder.append(1, null, Buffer.from(`${round}-${i}`));
      made.push({ batch: new RecordBatch(builder.build()), round, count });
    }
    for (const { batch, round, count } of made) {
      expect(batch.isCrcValid()).toBe(true);
      expect(recordsOf(batch).map((one) => one.value)).toEqual(
        Array.from({ length: count }, (_, i) => `${round}-${i}`),
      );
    }
  });

  it.each(COMPRESSION_NAMES)('makes a valid batch of what does not shrink: %s', (compression) => {
    const builder = new BatchBuilder({ compression });
    builder.append(1, null, Buffer.from('q'));
    const batch = new RecordBatch(builder.build());
    expect(COMPRESSION_NAMES[batch.compression]).toBe(compression);
    expect(batch.isCrcValid()).toBe(true);
    expect(recordsOf(batch).map((one) => one.value)).toEqual(['q']);
  });
});
