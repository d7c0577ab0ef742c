import { readFileSync } from 'node:fs';
import { AssignedPartition } from '../../../../src/client/consumer/assigned-partition.ts';
import { FetchedRecords, lastWholeBatch } from '../../../../src/client/consumer/fetched-records.ts';
import { RecordBatch, RecordCursor, singleBatch, transactionMarker } from '../../../../src/protocol/records/index.ts';
import { BOMBS, bombBatch } from '../../protocol/records/bombs.ts';

function segment(name: string): Buffer {
  return readFileSync(new URL(`../../../fixtures/records/${name}`, import.meta.url));
}

function walk(records: Buffer, given: Partial<ConstructorParameters<typeof FetchedRecords>[0]> = {}) {
  const partition = given.partition ?? new AssignedPartition({ topic: 'T', partition: 0 }, 0n);
  const fetched = new FetchedRecords({
    partition,
    records,
    fetchOffset: 0n,
    abortedTransactions: null,
    checkCrcs: true,
    cursor: new RecordCursor(),
    ...given,
  });
  const offsets: bigint[] = [];
  while (fetched.next()) offsets.push(fetched.cursor.offset());
  fetched.settle();
  return { offsets, partition, fetched };
}

function range(first: number, last: number): bigint[] {
  return Array.from({ length: last - first + 1 }, (_, i) => BigInt(first + i));
}

function transactional(producerId: bigint, baseOffset: bigint, count: number): Buffer {
  const value = Buffer.from('v');
  const records = Array.from({ length: count }, () => ({ timestampMs: 1, key: null, value }));
  return singleBatch(records, { producerId, producerEpoch: 0, baseSequence: 0, baseOffset, isTransactional: true });
}

function marker(type: 'abort' | 'commit', producerId: bigint, baseOffset: bigint): Buffer {
  return transactionMarker(type, 1, { producerId, producerEpoch: 0, coordinatorEpoch: 0, baseOffset });
}

describe('walking fetched records', () => {
  it('passes over transaction markers and moves the position past them', () => {
    const { offsets, partition } = walk(segment('txn.log'));
    expect(offsets).toEqual([...range(0, 1), ...range(3, 30)]);
    expect(partition.position).toBe(32n);
    expect(partition.positionLeaderEpoch).toBe(0);
  });

  it('drops records below the offset that was asked for', () => {
    const { offsets } = walk(segment('java-lz4.log'), { fetchOffset: 37n });
    expect(offsets).toEqual(range(37, 39));
  });

  it('ignores a batch that the byte limit cut off', () => {
    const bytes = segment('txn.log');
    const { offsets, partition } = walk(bytes.subarray(0, 500));
    expect(offsets).toEqual(range(0, 1));
    expect(partition.position).toBe(3n);
    expect(lastWholeBatch(bytes.subarray(0, 500))?.nextOffset).toBe(3n);
    expect(lastWholeBatch(bytes.subarray(0, 100))).toBeNull();
    expect(lastWholeBatch(bytes)?.nextOffset).toBe(32n);
  });

  it('stands behind the last record that was walked to', () => {
    const partition = new AssignedPartition({ topic: 'T', partition: 0 }, 0n);
    const cursor = new RecordCursor();
    const records = segment('java-none.log');
    const fetched = new FetchedRecords({
      partition,
      records,
      fetchOffset: 0n,
      abortedTransactions: null,
      checkCrcs: true,
      cursor,
    });
    for (let i = 0; i < 7; i++) fetched.next();
    fetched.settle();
    expect(partition.position).toBe(7n);
    expect(fetched.handedOut).toBe(7);
  });

  it('stops at once, and moves nothing, when the partition was given up', () => {
    const partition = new AssignedPartition({ topic: 'T', partition: 0 }, 0n);
    partition.isRevoked = true;
    const { offsets } = walk(segment('java-none.log'), { partition });
    expect(offsets).toEqual([]);
    expect(partition.position).toBe(0n);
  });

  it('refuses a batch whose checksum is wrong, unless told not to look', () => {
    const records = segment('java-none.log');
    records[100] = (records[100] as number) ^ 1;
    expect(() => walk(records)).toThrow(/T-0 at offset 0 is invalid, cause: Record is corrupt/);
    expect(walk(records, { checkCrcs: false }).offsets).toHaveLength(40);
  });

  it('tells unreadable records in the words of Java', () => {
    const records = segment('java-gzip.log');
    records.fill(0, 70, 90);
    new RecordBatch(records).updateCrc();
    expect(() => walk(records)).toThrow(/Received exception when fetching the next record from T-0/);
  });

  it.each(BOMBS.filter(({ isAnnounced }) => isAnnounced))('does not unpack what is too large: $name', (bomb) => {
    expect(() => walk(bombBatch(bomb, 320))).toThrow(/Received exception when fetching the next record from T-0/);
  });
});

describe('read_committed (protocol guide: control batches and markers)', () => {
  const log = Buffer.concat([
    transactional(1n, 0n, 2), // aborted by the marker at 6
    transactional(2n, 2n, 2), // committed
    transactional(1n, 4n, 2), // aborted as well
    marker('abort', 1n, 6n),
    transactional(1n, 7n, 1), // the next transaction of the same producer
    marker('commit', 2n, 8n),
    marker('commit', 1n, 9n),
  ]);

  it('hides the records of aborted transactions, no others', () => {
    const abortedTransactions = [{ producerId: 1n, firstOffset: 0n }];
    const { offsets, partition } = walk(log, { abortedTransactions });
    expect(offsets).toEqual([2n, 3n, 7n]);
    expect(partition.position).toBe(10n);
  });

  it('shows all of them to read_uncommitted', () => {
    expect(walk(log).offsets).toEqual([0n, 1n, 2n, 3n, 4n, 5n, 7n]);
  });

  it('takes aborted transactions in any order', () => {
    const twice = Buffer.concat([log, transactional(3n, 10n, 1), marker('abort', 3n, 11n)]);
    const abortedTransactions = [
      { producerId: 3n, firstOffset: 10n },
      { producerId: 1n, firstOffset: 0n },
    ];
    expect(walk(twice, { abortedTransactions }).offsets).toEqual([2n, 3n, 7n]);
  });
});
