import { PartitionQueue } from '../../../../src/client/producer/partition-queue.ts';
import { ProducerBatch as Batch, type ProducerBatch } from '../../../../src/client/producer/producer-batch.ts';
import { BatchBuilder } from '../../../../src/protocol/records/batch-builder.ts';

const IDENTITY = { producerId: 7n, producerEpoch: 0 };

function batchOf(queue: PartitionQueue, recordCount: number): ProducerBatch {
  const batch = new Batch(queue, { builder: new BatchBuilder(), createdMs: 0, memoryBytes: 100, limitBytes: 10_000 });
  for (let i = 0; i < recordCount; i++) batch.append(0, null, Buffer.from('v'));
  return batch;
}

function started(): PartitionQueue {
  const queue = new PartitionQueue('t', 0);
  queue.sequences.restart(IDENTITY);
  return queue;
}

describe('sequences of a partition', () => {
  it('follow each other batch by batch', () => {
    const queue = started();
    const [first, second] = [batchOf(queue, 3), batchOf(queue, 2)];
    queue.sequences.assign(first);
    queue.sequences.assign(second);
    expect([first.baseSequence, second.baseSequence, second.nextSequence]).toEqual([0, 3, 5]);
    expect(queue.sequences.isNext(first)).toBe(true);
    expect(queue.sequences.isNext(second)).toBe(false);
    queue.sequences.acknowledge(first, 0n);
    expect(queue.sequences.isNext(second)).toBe(true);
    expect(queue.sequences.lastOffset).toBe(2n);
  });

  it('start anew under another identity, for listed batches too', () => {
    const queue = started();
    const [first, second] = [batchOf(queue, 3), batchOf(queue, 2)];
    for (const one of [first, second]) queue.sequences.assign(one);
    queue.sequences.remove(first);
    second.isOnWire = true;
    queue.sequences.restart({ producerId: 7n, producerEpoch: 1 });
    expect([second.baseSequence, second.identity?.producerEpoch, second.isSequenceReset]).toEqual([0, 1, true]);
    expect(queue.sequences.awaitsStaleAnswer).toBe(true);
  });

  it('resolve a batch of unknown fate by what was acknowledged behind it', () => {
    const queue = started();
    const [lost, later] = [batchOf(queue, 1), batchOf(queue, 1)];
    for (const one of [lost, later]) queue.sequences.assign(one);
    queue.sequences.remove(lost);
    queue.sequences.markUnresolved(lost);
    expect(queue.sequences.resolve()).toBeUndefined();
    expect(queue.sequences.isNextAfterUnresolved(later)).toBe(true);
    queue.sequences.acknowledge(later, 1n);
    expect(queue.sequences.resolve()).toBe(true);
    expect(queue.sequences.isUnresolved).toBe(false);
  });

  it('show a gap when nothing was acknowledged behind a batch of unknown fate', () => {
    const queue = started();
    const lost = batchOf(queue, 1);
    queue.sequences.assign(lost);
    queue.sequences.remove(lost);
    queue.sequences.markUnresolved(lost);
    expect(queue.sequences.resolve()).toBe(false);
  });

  it('keep retried batches in order in their queue, also across the wrap of the numbers', () => {
    const queue = started();
    const batches = [batchOf(queue, 1), batchOf(queue, 1), batchOf(queue, 1)] as const;
    for (const [at, one] of batches.entries()) {
      one.identity = IDENTITY;
      one.baseSequence = [0x7fffffff, 0, 1][at] as number;
    }
    const fresh = batchOf(queue, 1);
    queue.add(fresh);
    queue.putBack(batches[1]);
    queue.putBack(batches[2]);
    queue.putBack(batches[0]);
    expect(queue.batches().map((one) => one.baseSequence)).toEqual([0x7fffffff, 0, 1, -1]);
    expect(queue.waitingBytes).toBe(400);
  });
});
