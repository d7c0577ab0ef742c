import { type PartitionLog } from '../../../../src/broker/log/types.ts';
import { transactionMarker } from '../../../../src/protocol/records/index.ts';
import { append, batchOf, LOG_DIR, LogWorld, NOW, readAll } from './log-world.ts';

const ID = 77n;

function send(
  log: PartitionLog,
  sequence: number,
  options: { epoch?: number; count?: number; isTransactional?: boolean; id?: bigint } = {},
) {
  const { epoch = 0, count = 2, isTransactional = false, id = ID } = options;
  const values = Array.from({ length: count }, () => 'v');
  return append(
    log,
    batchOf(values, { producerId: id, producerEpoch: epoch, baseSequence: sequence, isTransactional }),
  );
}

function mark(
  log: PartitionLog,
  type: 'commit' | 'abort',
  options: { epoch?: number; coordinatorEpoch?: number; id?: bigint } = {},
) {
  const { epoch = 0, coordinatorEpoch = 0, id = ID } = options;
  return append(
    log,
    transactionMarker(type, NOW, { producerId: id, producerEpoch: epoch, coordinatorEpoch }),
    'coordinator',
  );
}

describe('idempotent producers', () => {
  // The same sequence of requests was answered so by Apache Kafka 4.3.1.
  it('are judged request by request as Kafka does', async () => {
    const log = (await LogWorld.open()).log();
    const steps: [sequence: number, options: Parameters<typeof send>[2], error: string, base?: bigint][] = [
      [10, {}, 'NONE', 0n],
      [12, {}, 'NONE', 2n],
      [10, {}, 'NONE', 0n],
      [12, {}, 'NONE', 2n],
      [20, {}, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
      [13, { count: 1 }, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
      [14, {}, 'NONE', 4n],
      [16, {}, 'NONE', 6n],
      [18, {}, 'NONE', 8n],
      [20, {}, 'NONE', 10n],
      [22, {}, 'NONE', 12n],
      // Only the last five batches are remembered.
      [12, {}, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
      [14, {}, 'NONE', 4n],
      [5, { epoch: 1 }, 'OUT_OF_ORDER_SEQUENCE_NUMBER'],
      [0, { epoch: 1 }, 'NONE', 14n],
      [24, { epoch: 0 }, 'INVALID_PRODUCER_EPOCH'],
    ];
    for (const [sequence, options, error, baseOffset] of steps) {
      const result = send(log, sequence, options);
      expect({ sequence, ...options, ...result }).toMatchObject(
        baseOffset === undefined ? { error } : { error, baseOffset },
      );
    }
    expect(log.logEndOffset).toBe(16n);
  });

  it('get the time of the batch for an answer to a duplicate', async () => {
    const log = (await LogWorld.open()).log();
    send(log, 0);
    expect(send(log, 0)).toMatchObject({ isDuplicate: true, lastOffset: 1n, logAppendTimeMs: BigInt(NOW) });
  });

  it('go on at 0 behind the largest sequence', async () => {
    const log = (await LogWorld.open()).log();
    expect(send(log, 0x7fffffff).error).toBe('NONE');
    expect(send(log, 0).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(send(log, 1).error).toBe('NONE');
    expect(send(log, 0x7fffffff)).toMatchObject({ isDuplicate: true, baseOffset: 0n });
  });

  it('are forgotten after producer.id.expiration.ms, and may then start anywhere', async () => {
    const world = await LogWorld.open(
      {},
      { manager: { intervals: { producerExpirationCheckMs: 1000, initialDelayMs: 1000 } } },
    );
    const log = world.log();
    world.manager.start();
    send(log, 0);
    await world.clock.advance(86_000_000);
    expect(log.activeProducers()).toHaveLength(1);
    await world.clock.advance(401_000);
    expect(log.activeProducers()).toHaveLength(0);
    expect(send(log, 500).error).toBe('NONE');
    await world.manager.close();
  });

  it('change nothing when the disk refuses the write', async () => {
    const world = await LogWorld.open();
    const log = world.log();
    send(log, 0);
    world.fileSystem.refuse = (syscall) => (syscall === 'write' ? 'ENOSPC' : null);
    expect(send(log, 2).error).toBe('KAFKA_STORAGE_ERROR');
    world.fileSystem.refuse = () => null;
    expect(log.activeProducers()[0]?.lastSequence).toBe(1);
  });
});

describe('transactions', () => {
  it('hold the last stable offset until their marker is below the high watermark', async () => {
    const log = (await LogWorld.open()).log();
    const advance = () => log.advanceHighWatermark(log.logEndOffset);
    append(log, batchOf(['plain']));
    send(log, 0, { isTransactional: true });
    send(log, 0, { isTransactional: true, id: 78n });
    advance();
    expect([log.lastStableOffset, log.hasOngoingTransaction(ID, 0), log.hasOngoingTransaction(ID, 1)]).toEqual([
      1n,
      true,
      false,
    ]);
    mark(log, 'commit');
    expect(log.lastStableOffset).toBe(1n);
    advance();
    expect([log.lastStableOffset, log.hasOngoingTransaction(ID, 0)]).toEqual([3n, false]);
    mark(log, 'abort', { id: 78n });
    advance();
    expect(log.lastStableOffset).toBe(log.logEndOffset);
  });

  it('are told to read_committed readers when they were aborted', async () => {
    const log = (await LogWorld.open({ segmentBytes: 400, indexIntervalBytes: 0 })).log();
    send(log, 0, { isTransactional: true });
    append(log, batchOf(['between']));
    mark(log, 'abort');
    send(log, 2, { isTransactional: true });
    mark(log, 'commit');
    send(log, 4, { isTransactional: true });
    for (let count = 0; count < 8; count++) append(log, batchOf([`filler ${count} ${'.'.repeat(90)}`]));
    mark(log, 'abort');
    log.advanceHighWatermark(log.logEndOffset);
    const read = (offset: bigint) =>
      log.read(offset, { maxBytes: 1, minOneBatch: true, endOffset: log.lastStableOffset, readCommitted: true })
        .abortedTransactions;
    expect(read(0n)).toEqual([{ producerId: ID, firstOffset: 0n }]);
    expect(read(4n)).toEqual([]);
    // The marker lies some segments further on.
    expect(read(7n)).toEqual([{ producerId: ID, firstOffset: 7n }]);
    expect(readAll(log).at(-1)?.isControl).toBe(true);
  });

  it('are fenced by epoch and by coordinator', async () => {
    const log = (await LogWorld.open()).log();
    send(log, 0, { isTransactional: true, epoch: 2 });
    expect(mark(log, 'commit', { epoch: 1 }).error).toBe('INVALID_PRODUCER_EPOCH');
    expect(mark(log, 'commit', { epoch: 2, coordinatorEpoch: 5 }).error).toBe('NONE');
    expect(send(log, 2, { isTransactional: true, epoch: 2 }).error).toBe('NONE');
    expect(mark(log, 'abort', { epoch: 2, coordinatorEpoch: 4 }).error).toBe('TRANSACTION_COORDINATOR_FENCED');
    expect(send(log, 4, { epoch: 2 }).error).toBe('INVALID_TXN_STATE');
    expect(log.activeProducers()[0]).toMatchObject({ coordinatorEpoch: 5, currentTransactionStartOffset: 3n });
  });

  it('begin their sequences anew under the epoch that a marker brought (KIP-890)', async () => {
    const log = (await LogWorld.open()).log();
    send(log, 0, { isTransactional: true });
    mark(log, 'commit', { epoch: 1 });
    expect(send(log, 2, { isTransactional: true, epoch: 1 }).error).toBe('OUT_OF_ORDER_SEQUENCE_NUMBER');
    expect(send(log, 2, { isTransactional: true, epoch: 0 }).error).toBe('INVALID_PRODUCER_EPOCH');
    expect(send(log, 0, { isTransactional: true, epoch: 1 }).error).toBe('NONE');
  });

  it('survive the expiry of producers while they are open', async () => {
    const world = await LogWorld.open({ unknownProducerExpirationMs: 1 });
    const log = world.log();
    send(log, 0, { isTransactional: true });
    await world.clock.advance(1000);
    await world.manager.close();
    const again = (await world.crash()).log();
    expect(again.activeProducers()).toHaveLength(1);
  });
});

describe('producer snapshots', () => {
  it('are passed over when spoilt, and the older one and the log make up for them', async () => {
    const world = await LogWorld.open({ segmentBytes: 200 });
    const log = world.log();
    for (let sequence = 0; sequence < 10; sequence += 2) send(log, sequence);
    await world.manager.close();
    const snapshots = world.files().filter((name) => name.endsWith('.snapshot'));
    expect(snapshots.length).toBeGreaterThan(1);
    const last = `${LOG_DIR}/t-0/${snapshots.at(-1)}`;
    world.fileSystem.put(last, Buffer.from(world.fileSystem.readFile(last)).fill(9, 20, 21));
    const again = await world.crash();
    expect(again.lines.join()).toMatch(/Removing producer snapshot .*fails its checksum/);
    expect(send(again.log(), 8)).toMatchObject({ isDuplicate: true, baseOffset: 8n });
    expect(send(again.log(), 10).error).toBe('NONE');
  });
});
