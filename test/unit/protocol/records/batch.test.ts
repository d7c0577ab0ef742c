import { MalformedBytesError } from '../../../../src/protocol/primitives.ts';
import { addToSequence, batches, RecordBatch } from '../../../../src/protocol/records/index.ts';
import { recordsOf, segment } from './segments.ts';

describe('a view of a batch', () => {
  it('reads every header field of batches the Java producer wrote in transactions', () => {
    const all = [...batches(segment('txn.log'))];
    // As kafka-dump-log of Apache Kafka prints this segment.
    expect(
      all.map((batch) => [
        batch.baseOffset,
        batch.lastOffset,
        batch.recordCount,
        batch.baseSequence,
        batch.lastSequence,
        batch.producerId,
        batch.producerEpoch,
        batch.partitionLeaderEpoch,
        batch.isTransactional,
        batch.isControl,
        batch.at,
        batch.sizeInBytes,
        batch.crc,
        batch.maxTimestamp,
      ]),
    ).toEqual([
      [0n, 1n, 2, 0, 1, 4n, 0, 0, true, false, 0, 115, 1643225076, 1795228011082n],
      [2n, 2n, 1, -1, -1, 4n, 1, 0, true, true, 115, 78, 2564509351, 1795228011527n],
      [3n, 30n, 28, 0, 27, 4n, 1, 0, true, false, 193, 817, 3738067647, 1795228011415n],
      [31n, 31n, 1, -1, -1, 4n, 2, 0, true, true, 1010, 78, 1822019040, 1795228012058n],
    ]);
    expect(all.every((batch) => batch.isCrcValid())).toBe(true);
    expect(all[2]?.nextOffset).toBe(31n);
  });

  it('keeps the CRC when the broker sets offset and leader epoch', () => {
    const batch = new RecordBatch(segment('java-none.log'));
    const crc = batch.crc;
    batch.baseOffset = 123456789012n;
    batch.partitionLeaderEpoch = 7;
    expect(batch.crc).toBe(crc);
    expect(batch.isCrcValid()).toBe(true);
    expect(recordsOf(batch)[1]?.offset).toBe(123456789013n);
  });

  it('stamps LogAppendTime on every record, with a new CRC', () => {
    const batch = new RecordBatch(segment('java-none.log'));
    batch.setLogAppendTime(1700000000123n);
    expect(batch.isLogAppendTime).toBe(true);
    expect(batch.isCrcValid()).toBe(true);
    expect(new Set(recordsOf(batch).map((record) => record.timestamp))).toEqual(new Set([1700000000123n]));
  });

  it('notices a changed byte', () => {
    const bytes = segment('java-none.log');
    bytes[80] = (bytes[80] as number) ^ 1;
    expect(new RecordBatch(bytes).isCrcValid()).toBe(false);
  });

  it('patches producer and sequence, then makes the CRC anew', () => {
    const batch = new RecordBatch(segment('java-none.log'));
    batch.producerId = 5n;
    batch.producerEpoch = 3;
    batch.baseSequence = 2147483646;
    expect(batch.isCrcValid()).toBe(false);
    batch.updateCrc();
    expect(batch.isCrcValid()).toBe(true);
    // 40 records: the sequence wraps (protocol guide: idempotence)
    expect([batch.producerId, batch.producerEpoch, batch.lastSequence]).toEqual([5n, 3, 37]);
  });

  it('wraps sequences from 2147483647 to 0', () => {
    expect(addToSequence(2147483647, 1)).toBe(0);
    expect(addToSequence(2147483640, 7)).toBe(2147483647);
    expect(addToSequence(0, 5)).toBe(5);
  });
});

describe('the batches of a buffer', () => {
  it('ignores an incomplete tail, wherever the cut is', () => {
    const bytes = segment('txn.log');
    for (const [end, count] of [
      [0, 0],
      [11, 0],
      [114, 0],
      [115, 1],
      [126, 1],
      [193, 2],
      [1087, 3],
      [1088, 4],
    ] as const) {
      expect([...batches(bytes.subarray(0, end))]).toHaveLength(count);
    }
  });

  it.each([-1, 0, 48])('refuses a length of %i', (length) => {
    const bytes = segment('txn.log');
    bytes.writeInt32BE(length, 8);
    expect(() => [...batches(bytes)]).toThrow(MalformedBytesError);
  });
});
