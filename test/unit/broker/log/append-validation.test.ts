import zlib from 'node:zlib';
import { type AppendFailure, type LogConfig } from '../../../../src/broker/log/types.ts';
import { BatchBuilder, RecordBatch, singleBatch } from '../../../../src/protocol/records/index.ts';
import { append, batchOf, LogWorld, NOW, readAll, record } from './log-world.ts';

/** A batch patched after it was built, with a checksum that is right again. */
function patched(batch: Buffer, patch: (bytes: Buffer) => void): Buffer {
  patch(batch);
  new RecordBatch(batch).updateCrc();
  return batch;
}

function packed(codec: 'gzip' | 'zstd', values: readonly string[]): Buffer {
  const builder = new BatchBuilder({ compression: codec });
  for (const value of values) builder.append(NOW, null, Buffer.from(value));
  return builder.build();
}

function gzipOf(records: Buffer, count: number): Buffer {
  const head = batchOf(Array.from({ length: count }, () => 'v')).subarray(0, 61);
  const batch = Buffer.concat([head, zlib.gzipSync(records)]);
  batch.writeInt32BE(batch.length - 12, 8);
  return patched(batch, (bytes) => bytes.writeInt16BE(1, 21));
}

const two = () => batchOf(['v', 'v']);
const body = (count: number) => batchOf(Array.from({ length: count }, () => 'v')).subarray(61);

// Each case was sent to Apache Kafka 4.3.1 in a Produce v11 request and answered with this code, where not said otherwise.
const CASES: [string, Buffer, string, Partial<LogConfig>?][] = [
  ['nothing', Buffer.alloc(0), 'INVALID_RECORD'],
  ['two batches', Buffer.concat([two(), two()]), 'INVALID_RECORD'],
  ['a batch and a tail that is none', Buffer.concat([two(), Buffer.from('abc')]), 'NONE'],
  ['a batch cut short', two().subarray(0, 66), 'INVALID_RECORD'],
  ['a base offset', batchOf(['v'], { baseOffset: 5n }), 'INVALID_RECORD'],
  ['a record count that is not the offsets’', patched(two(), (bytes) => bytes.writeInt32BE(3, 57)), 'INVALID_RECORD'],
  ['an offset range that is not the count’s', patched(two(), (bytes) => bytes.writeInt32BE(5, 23)), 'INVALID_RECORD'],
  [
    'more records announced than there are',
    patched(two(), (bytes) => bytes.writeInt32BE(2, 23) && bytes.writeInt32BE(3, 57)),
    'INVALID_RECORD',
  ],
  [
    'fewer records announced than there are',
    patched(two(), (bytes) => bytes.writeInt32BE(0, 23) && bytes.writeInt32BE(1, 57)),
    'INVALID_RECORD',
  ],
  ['no records', patched(two(), (bytes) => bytes.writeInt32BE(-1, 23) && bytes.writeInt32BE(0, 57)), 'INVALID_RECORD'],
  ['a wrong checksum', Buffer.from(two()).fill(1, 63, 64), 'CORRUPT_MESSAGE'],
  ['a length below any batch’s', Buffer.from(two()).fill(0, 8, 12), 'CORRUPT_MESSAGE'],
  ['a control batch', batchOf(['v'], { isControl: true }), 'INVALID_RECORD'],
  ['an old magic', patched(two(), (bytes) => bytes.writeInt8(1, 16)), 'INVALID_RECORD'],
  ['an unknown codec', patched(two(), (bytes) => bytes.writeInt16BE(7, 21)), 'UNKNOWN_SERVER_ERROR'],
  ['gzip that is none', patched(two(), (bytes) => bytes.writeInt16BE(1, 21)), 'UNKNOWN_SERVER_ERROR'],
  ['gzip with bytes behind the records', gzipOf(Buffer.concat([body(3), Buffer.from('xx')]), 3), 'INVALID_RECORD'],
  ['gzip with too few records', gzipOf(body(2), 3), 'INVALID_RECORD'],
  ['gzip with too many records', gzipOf(body(4), 3), 'INVALID_RECORD'],
  ['a producer id without sequence', batchOf(['v'], { producerId: 78n, producerEpoch: 0 }), 'INVALID_RECORD'],
  ['a header that runs over its record', brokenHeader(), 'INVALID_RECORD'],
  ['time -1', batchOf(['v'], {}, -1), 'NONE'],
  ['a batch over max.message.bytes', two(), 'MESSAGE_TOO_LARGE', { maxMessageBytes: two().length - 1 }],
  ['a batch of max.message.bytes', two(), 'NONE', { maxMessageBytes: two().length }],
  ['a batch over segment.bytes', two(), 'RECORD_LIST_TOO_LARGE', { segmentBytes: two().length - 1 }],
  // Kafka stores this one as it is; its own dump tool then reports offsets that are not consecutive.
  ['an offset delta with a hole', patched(two(), (bytes) => bytes.writeInt8(10, 61 + 8 + 3)), 'INVALID_RECORD'],
];

function brokenHeader(): Buffer {
  const batch = singleBatch([{ ...record('v'), headers: [{ key: 'a', value: Buffer.from('v') }] }]);
  return patched(batch, (bytes) => bytes.writeInt8(20, bytes.length - 2));
}

describe('appendAsLeader', () => {
  it.each(CASES)('answers a client’s %s as Kafka does', async (_, records, error, config = {}) => {
    const world = await LogWorld.open(config);
    const log = world.log();
    const result = append(log, Buffer.from(records));
    expect(result.error).toBe(error);
    expect(log.logEndOffset > 0n).toBe(error === 'NONE');
    expect(world.file('00000000000000000000.log').length > 0).toBe(error === 'NONE');
  });

  it('refuses zstd below produce version 7', async () => {
    const log = (await LogWorld.open()).log();
    const produce = (apiVersion: number) =>
      log.appendAsLeader(packed('zstd', ['v']), { leaderEpoch: 0, origin: 'client', apiVersion }).error;
    expect([produce(6), produce(7)]).toEqual(['UNSUPPORTED_COMPRESSION_TYPE', 'NONE']);
  });

  it('names each record that is out of time', async () => {
    const log = (await LogWorld.open()).log();
    const late = NOW + 3_600_001;
    const result = append(log, singleBatch([record('a'), record('b', null, late)])) as AppendFailure;
    expect(result).toEqual({
      error: 'INVALID_TIMESTAMP',
      text: 'One or more records have been rejected due to invalid timestamp',
      recordErrors: [
        {
          batchIndex: 1,
          text: `Timestamp ${late} of message with offset 1 is out of range. The timestamp should be within [-9223370236854775807, ${NOW + 3_600_000}]`,
        },
      ],
    });
    expect(append(log, singleBatch([record('a', null, NOW + 3_600_000)])).error).toBe('NONE');
  });

  it('takes no record before the lower limit', async () => {
    const log = (await LogWorld.open({ messageTimestampBeforeMaxMs: 1000 })).log();
    expect(append(log, batchOf(['a'], {}, NOW - 1001)).error).toBe('INVALID_TIMESTAMP');
    expect(append(log, batchOf(['a'], {}, NOW - 1000)).error).toBe('NONE');
  });

  it('names each record without key on a compacted topic, the first three in the text', async () => {
    const log = (await LogWorld.open({ cleanupPolicy: { compact: true, delete: false } })).log('c');
    const nulls = Array.from({ length: 5 }, () => record('v'));
    const text = 'Compacted topic cannot accept message without key in topic partition c-0';
    const shown = [1, 2, 3].map((index) => `RecordError(batchIndex=${index}, message='${text}')`).join(', ');
    expect(append(log, singleBatch([record('v', 'k'), ...nulls]))).toEqual({
      error: 'INVALID_RECORD',
      text: `One or more records have been rejected due to 5 record errors in total, and only showing the first three errors at most: [${shown}]`,
      recordErrors: [1, 2, 3, 4, 5].map((batchIndex) => ({ batchIndex, text })),
    });
    const both = append(log, singleBatch([record('v', 'k', NOW + 7_200_000), record('v')])) as AppendFailure;
    expect(both.error).toBe('INVALID_TIMESTAMP');
    expect(both.recordErrors).toHaveLength(2);
    expect(append(log, singleBatch([record('v', 'k')])).error).toBe('NONE');
  });

  it('gives offsets and the leader epoch in place and keeps the checksum', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    append(log, batchOf(['a', 'b', 'c']));
    const records = batchOf(['d', 'e']);
    const { crc } = new RecordBatch(records);
    const result = log.appendAsLeader(records, { leaderEpoch: 7, origin: 'client' });
    expect(result).toEqual({
      error: 'NONE',
      baseOffset: 3n,
      lastOffset: 4n,
      logAppendTimeMs: -1n,
      logStartOffset: 0n,
      isDuplicate: false,
    });
    const stored = readAll(log).at(-1)!;
    expect([stored.baseOffset, stored.partitionLeaderEpoch, stored.crc]).toEqual([3n, 7, crc]);
    expect(stored.bytes()).toEqual(records);
  });

  it('corrects a largest timestamp that lies, and a batch that claims the broker’s time', async () => {
    const log = (await LogWorld.open()).log();
    append(
      log,
      patched(two(), (bytes) => bytes.writeBigInt64BE(5n, 35)),
    );
    append(
      log,
      patched(two(), (bytes) => bytes.writeInt16BE(8, 21)),
    );
    for (const batch of readAll(log)) {
      expect([batch.maxTimestamp, batch.isLogAppendTime, batch.isCrcValid()]).toEqual([BigInt(NOW), false, true]);
    }
  });

  it('stamps LogAppendTime, whatever time the records claim', async () => {
    const log = (await LogWorld.open({ messageTimestampType: 'LogAppendTime' })).log();
    const result = append(log, batchOf(['a', 'b'], {}, NOW + 99_999_999));
    expect(result).toMatchObject({ error: 'NONE', logAppendTimeMs: BigInt(NOW) });
    const [batch] = readAll(log);
    expect([batch?.isLogAppendTime, batch?.maxTimestamp, batch?.isCrcValid()]).toEqual([true, BigInt(NOW), true]);
  });

  it('refuses the broker’s time from a client where the broker stamps it', async () => {
    const log = (await LogWorld.open({ messageTimestampType: 'LogAppendTime' })).log();
    const result = append(
      log,
      patched(batchOf(['v']), (bytes) => bytes.writeInt16BE(8, 21)),
    ) as AppendFailure;
    expect(result.recordErrors?.[0]?.text).toBe(
      `Invalid timestamp type in message DefaultRecord(offset=0, timestamp=${NOW}, key=0 bytes, value=1 bytes). Producer should not set timestamp type to LogAppendTime.`,
    );
  });

  it.each(['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'] as const)(
    'stores %s whatever the client sent',
    async (codec) => {
      const log = (await LogWorld.open({ compressionType: codec })).log();
      const values = Array.from({ length: 20 }, (_, index) => `value ${index}`);
      for (const batch of [batchOf(values), packed('gzip', values), packed('zstd', values)]) {
        expect(append(log, batch)).toMatchObject({ error: 'NONE' });
      }
      const stored = readAll(log);
      expect(stored.map((batch) => batch.baseOffset)).toEqual([0n, 20n, 40n]);
      const id = ['uncompressed', 'gzip', 'snappy', 'lz4', 'zstd'].indexOf(codec);
      expect(stored.map((batch) => [batch.compression, batch.isCrcValid(), batch.recordCount])).toEqual(
        Array.from({ length: 3 }, () => [id, true, 20]),
      );
    },
  );

  it('checks max.message.bytes again after a conversion', async () => {
    const batch = packed('gzip', ['x'.repeat(5000)]);
    const log = (await LogWorld.open({ compressionType: 'uncompressed', maxMessageBytes: 1000 })).log();
    expect(batch.length).toBeLessThan(1000);
    expect(append(log, batch).error).toBe('MESSAGE_TOO_LARGE');
  });
});

describe('appendAsFollower', () => {
  it('keeps offsets and epochs of the leader and refuses what does not go on from the end', async () => {
    const log = (await LogWorld.open()).log();
    const first = batchOf(['a', 'b'], { baseOffset: 0n, partitionLeaderEpoch: 3 });
    const later = batchOf(['c'], { baseOffset: 10n, partitionLeaderEpoch: 5 });
    const result = log.appendAsFollower(Buffer.concat([first, later]));
    expect(result).toMatchObject({ error: 'NONE', baseOffset: 0n, lastOffset: 10n });
    expect([log.logEndOffset, log.latestLeaderEpoch, log.leaderEpochForOffset(1n)]).toEqual([11n, 5, 3]);
    expect(log.appendAsFollower(batchOf(['d'], { baseOffset: 10n })).error).not.toBe('NONE');
    expect(log.appendAsFollower(Buffer.concat([later, Buffer.from('x')]).subarray(0, 65)).error).toBe('INVALID_RECORD');
  });
});
