import { type FetchResult } from '../../../../src/broker/replicas/types.ts';
import { readBatches, sliceAcquired } from '../../../../src/broker/share-groups/read-batches.ts';
import { singleBatch } from '../../../../src/protocol/records/batch-builder.ts';
import { transactionMarker } from '../../../../src/protocol/records/control-records.ts';

const records = (count: number) =>
  Array.from({ length: count }, () => ({ timestampMs: 1, key: null, value: Buffer.from('v') }));
const plain = (baseOffset: bigint, count: number) => singleBatch(records(count), { baseOffset });
const ofTransaction = (producerId: bigint, baseOffset: bigint, count: number) =>
  singleBatch(records(count), { baseOffset, producerId, producerEpoch: 0, baseSequence: 0, isTransactional: true });

function read(batches: Buffer[], abortedTransactions: FetchResult['abortedTransactions'] = null) {
  const { ranges, aborted } = readBatches({ records: Buffer.concat(batches), abortedTransactions } as FetchResult);
  const text = (all: typeof ranges) => all.map((one) => `${one.firstOffset}-${one.lastOffset}`).join(' ');
  return { ranges: text(ranges), aborted: text(aborted) };
}

describe('batches of a read', () => {
  it('are told by their offsets; an incomplete one at the end is not', () => {
    const cut = plain(7n, 3).subarray(0, 70);
    expect(read([plain(0n, 5), plain(5n, 2), cut])).toEqual({ ranges: '0-4 5-6', aborted: '' });
    expect(read([])).toEqual({ ranges: '', aborted: '' });
  });

  // protocol guide: a transaction is aborted from its first offset to its marker, others of the producer are not.
  it('belong to an aborted transaction up to its marker', () => {
    const batches = [
      ofTransaction(7n, 0n, 2),
      ofTransaction(8n, 2n, 1),
      plain(3n, 1),
      transactionMarker('abort', 1, { producerId: 7n, producerEpoch: 0, coordinatorEpoch: 0, baseOffset: 4n }),
      ofTransaction(7n, 5n, 2),
    ];
    expect(read(batches, [{ producerId: 7n, firstOffset: 0n }])).toEqual({
      ranges: '0-1 2-2 3-3 4-4 5-6',
      aborted: '0-1',
    });
    expect(read(batches).aborted).toBe('');
    expect(read(batches, [{ producerId: 7n, firstOffset: 5n }]).aborted).toBe('5-6');
  });

  it('are sent from the first that holds an acquired record to the last', () => {
    const batches = [plain(0n, 5), plain(5n, 2), plain(7n, 3)];
    const all = Buffer.concat(batches);
    const slice = (...ranges: [first: bigint, last: bigint][]) =>
      sliceAcquired(
        all,
        ranges.map(([firstOffset, lastOffset]) => ({ firstOffset, lastOffset })),
      );
    expect(slice([5n, 5n])).toEqual(batches[1]);
    expect(slice([4n, 4n], [6n, 6n])).toEqual(Buffer.concat(batches.slice(0, 2)));
    expect(slice()).toHaveLength(0);
    expect(slice([50n, 51n])).toHaveLength(0);
  });
});
