import {
  createTransactionCoordinator,
  type TransactionCoordinator,
} from '../../../../src/broker/transactions/index.ts';
import { RecordBatch } from '../../../../src/protocol/records/batch.ts';
import { readControlType } from '../../../../src/protocol/records/control-types.ts';
import { RecordCursor } from '../../../../src/protocol/records/record-cursor.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { silentLogger } from '../../../../src/util/logger.ts';
import { fakeController, fakeMetadata, MemoryReplicas } from './fakes.ts';

const T = { topic: 'orders', partition: 0 };
let clock: ManualClock;
let replicas: MemoryReplicas;
let coordinator: TransactionCoordinator;
let offsetMarkers: string[];

async function start(): Promise<void> {
  replicas.restart();
  coordinator = createTransactionCoordinator({
    metadata: fakeMetadata(),
    controller: fakeController(),
    replicas: replicas.port,
    completeOffsets: async (partition, marker) => {
      offsetMarkers.push(`${partition} ${marker.outcome} ${marker.producerEpoch}`);
      return 'NONE';
    },
    partitionForKey: () => 0,
    clock,
    logger: silentLogger,
  });
  replicas.lead('__transaction_state', 0);
  await clock.advance(1);
}

beforeEach(async () => {
  clock = new ManualClock();
  replicas = new MemoryReplicas();
  offsetMarkers = [];
  await start();
});
afterEach(() => coordinator.close());

async function init(producerId = -1n, producerEpoch = -1, timeoutMs = 60_000) {
  return coordinator.initProducerId({ transactionalId: 'tx', timeoutMs, producerId, producerEpoch });
}

/** Markers in a partition: "commit 1" is a commit with epoch 1. */
function markers(topic = T.topic): string[] {
  return replicas.log(topic, 0).map((bytes) => {
    const cursor = new RecordCursor();
    const batch = new RecordBatch(bytes);
    cursor.reset(batch);
    cursor.next();
    return `${readControlType(cursor.key() as Buffer)} ${batch.producerEpoch}`;
  });
}

const COMMIT_STATES = ['PrepareCommit', 'CompleteCommit'];
const ABORT_STATES = ['PrepareAbort', 'CompleteAbort'];
const state = () => coordinator.describe(['tx'])[0]?.state;

describe('InitProducerId with a transactional id', () => {
  it('gives epoch 0 to a new id, one more to the next producer', async () => {
    expect(await init()).toEqual({ error: 'NONE', producerId: 1000n, producerEpoch: 0 });
    expect(await init()).toEqual({ error: 'NONE', producerId: 1000n, producerEpoch: 1 });
  });

  it('bumps for who names its epoch, answers a repeated call alike, fences an older epoch (KIP-360)', async () => {
    await init();
    await init();
    expect(await init(1000n, 1)).toMatchObject({ error: 'NONE', producerEpoch: 2 });
    expect(await init(1000n, 1)).toMatchObject({ error: 'NONE', producerEpoch: 2 });
    expect((await init(1000n, 0)).error).toBe('PRODUCER_FENCED');
    expect((await init(77n, 2)).error).toBe('PRODUCER_FENCED');
  });

  it('refuses an empty id and timeouts outside the limits', async () => {
    expect((await init(-1n, -1, 0)).error).toBe('INVALID_TRANSACTION_TIMEOUT');
    expect((await init(-1n, -1, 900_001)).error).toBe('INVALID_TRANSACTION_TIMEOUT');
    const empty = { transactionalId: '', timeoutMs: 1, producerId: -1n, producerEpoch: -1 };
    expect((await coordinator.initProducerId(empty)).error).toBe('INVALID_REQUEST');
  });

  it('aborts what the former producer left open and asks to come again', async () => {
    const { producerId } = await init();
    const old = { transactionalId: 'tx', producerId, producerEpoch: 0 };
    await coordinator.addPartitions(old, [T], 1);
    expect((await init()).error).toBe('CONCURRENT_TRANSACTIONS');
    expect(markers()).toEqual(['abort 1']);
    expect(await init()).toEqual({ error: 'NONE', producerId, producerEpoch: 2 });
    expect(await coordinator.addPartitions(old, [T], 1)).toBe('PRODUCER_FENCED');
    expect((await coordinator.end(old, 'commit', 1)).error).toBe('PRODUCER_FENCED');
  });
});

describe('a version 1 transaction', () => {
  it('writes markers with the same epoch; an end may be repeated but not turned', async () => {
    const { producerId, producerEpoch } = await init();
    const me = { transactionalId: 'tx', producerId, producerEpoch };
    expect((await coordinator.end(me, 'commit', 1)).error).toBe('INVALID_TXN_STATE');
    expect(await coordinator.addPartitions(me, [T], 1)).toBe('NONE');
    expect(coordinator.verifyPartitions(me, [T, { topic: 'other', partition: 0 }]).partitions).toEqual([
      'NONE',
      'INVALID_TXN_STATE',
    ]);
    expect(await coordinator.addOffsets(me, 'g', 1)).toBe('NONE');
    expect((await coordinator.end(me, 'commit', 1)).error).toBe('NONE');
    expect(markers()).toEqual(['commit 0']);
    expect(offsetMarkers).toEqual(['0 commit 0']);
    expect(state()).toBe('CompleteCommit');
    expect((await coordinator.end(me, 'commit', 1)).error).toBe('NONE');
    expect((await coordinator.end(me, 'abort', 1)).error).toBe('INVALID_TXN_STATE');
    expect((await coordinator.end({ ...me, producerId: 5n }, 'abort', 1)).error).toBe('INVALID_PRODUCER_ID_MAPPING');
  });
});

describe('a version 2 transaction (KIP-890)', () => {
  it('bumps the epoch with every end, and answers a retry of the end with the same pair', async () => {
    const { producerId } = await init();
    const me = { transactionalId: 'tx', producerId, producerEpoch: 0 };
    await coordinator.addPartitions(me, [T], 2);
    expect(await coordinator.end(me, 'commit', 2)).toEqual({ error: 'NONE', producerId, producerEpoch: 1 });
    expect(markers()).toEqual(['commit 1']);
    expect(await coordinator.end(me, 'commit', 2)).toEqual({ error: 'NONE', producerId, producerEpoch: 1 });
    expect((await coordinator.end(me, 'abort', 2)).error).toBe('INVALID_TXN_STATE');
    const next = { ...me, producerEpoch: 1 };
    expect(await coordinator.end(next, 'abort', 2)).toEqual({ error: 'NONE', producerId, producerEpoch: 2 });
    expect((await coordinator.end({ ...me, producerEpoch: 2 }, 'commit', 2)).error).toBe('INVALID_TXN_STATE');
    // Version 1 knows no bump, so this is nobody's retry.
    expect((await coordinator.end(next, 'abort', 1)).error).toBe('PRODUCER_FENCED');
  });

  it('lets who lost the answer to its end begin anew with the epoch it knows', async () => {
    const { producerId } = await init();
    const me = { transactionalId: 'tx', producerId, producerEpoch: 0 };
    await coordinator.addPartitions(me, [T], 2);
    await coordinator.end(me, 'commit', 2);
    expect(await init(producerId, 0)).toEqual({ error: 'NONE', producerId, producerEpoch: 1 });
    expect(state()).toBe('Empty');
    expect((await coordinator.end({ ...me, producerEpoch: 1 }, 'commit', 1)).error).toBe('INVALID_TXN_STATE');
    expect((await init(producerId, 7)).error).toBe('PRODUCER_FENCED');
  });
});

describe('time', () => {
  it('aborts a transaction that outlives its timeout and fences its producer', async () => {
    const { producerId } = await init(-1n, -1, 5000);
    const me = { transactionalId: 'tx', producerId, producerEpoch: 0 };
    await coordinator.addPartitions(me, [T], 1);
    await clock.advance(20_000);
    expect(markers()).toEqual(['abort 1']);
    expect(state()).toBe('CompleteAbort');
    expect((await coordinator.end(me, 'commit', 1)).error).toBe('PRODUCER_FENCED');
  });

  it('forgets an id that nobody used for transactional.id.expiration.ms', async () => {
    await init();
    await clock.advance(604_800_000 + 3_600_000);
    expect(coordinator.describe(['tx'])[0]?.error).toBe('TRANSACTIONAL_ID_NOT_FOUND');
    await start();
    expect(coordinator.describe(['tx'])[0]?.error).toBe('TRANSACTIONAL_ID_NOT_FOUND');
  });
});

describe('a restart', () => {
  it('keeps ids, epochs and open transactions', async () => {
    const { producerId } = await init();
    const me = { transactionalId: 'tx', producerId, producerEpoch: 0 };
    await coordinator.addPartitions(me, [T], 1);
    await start();
    expect(state()).toBe('Ongoing');
    expect((await coordinator.end(me, 'commit', 1)).error).toBe('NONE');
    expect(await init()).toMatchObject({ producerId, producerEpoch: 1 });
  });

  it('finishes a transaction whose outcome was decided but whose markers were not written', async () => {
    const { producerId } = await init();
    const me = { transactionalId: 'tx', producerId, producerEpoch: 0 };
    await coordinator.addPartitions(me, [T], 1);
    replicas.refuse = { topic: T.topic, error: 'KAFKA_STORAGE_ERROR' };
    expect((await coordinator.end(me, 'commit', 1)).error).toBe('NONE');
    expect(state()).toBe('PrepareCommit');
    expect(await coordinator.addPartitions(me, [T], 1)).toBe('CONCURRENT_TRANSACTIONS');
    coordinator.close();
    replicas.refuse = null;
    await start();
    await clock.advance(1);
    expect(markers()).toEqual(['commit 0']);
    expect(state()).toBe('CompleteCommit');
  });

  it.each([
    ['commit', 1],
    ['commit', 2],
    ['abort', 1],
    ['abort', 2],
  ] as const)(
    'finds the %s of a version %i transaction again while it is prepared, and when it is complete',
    async (outcome, version) => {
      const { producerId } = await init();
      const me = { transactionalId: 'tx', producerId, producerEpoch: 0 };
      await coordinator.addPartitions(me, [T], version);
      replicas.refuse = { topic: T.topic, error: 'KAFKA_STORAGE_ERROR' };
      await coordinator.end(me, outcome, version);
      const [prepared, complete] = outcome === 'commit' ? COMMIT_STATES : ABORT_STATES;
      coordinator.close();
      await start();
      expect(state()).toBe(prepared);
      expect((await coordinator.end({ ...me, producerEpoch: version - 1 }, outcome, 1)).error).toBe(
        'CONCURRENT_TRANSACTIONS',
      );
      expect((await init()).error).toBe('CONCURRENT_TRANSACTIONS');
      coordinator.close();
      replicas.refuse = null;
      await start();
      expect(state()).toBe(complete);
      expect(markers()).toEqual([`${outcome} ${version - 1}`]);
      coordinator.close();
      await start();
      expect(state()).toBe(complete);
      expect(markers()).toHaveLength(1);
      const again = await coordinator.end(me, outcome, version);
      expect(again).toEqual({ error: 'NONE', producerId, producerEpoch: version - 1 });
      expect(await init()).toMatchObject({ producerId, producerEpoch: version });
    },
  );

  it('finds an id without a transaction Empty, and nothing of one that was removed', async () => {
    const { producerId } = await init();
    coordinator.close();
    await start();
    expect(coordinator.describe(['tx'])[0]).toMatchObject({ error: 'NONE', state: 'Empty', producerId });
    expect(await init(producerId, 0)).toMatchObject({ error: 'NONE', producerEpoch: 1 });
    await clock.advance(604_800_000 + 3_600_000);
    coordinator.close();
    await start();
    expect(coordinator.describe(['tx'])[0]?.error).toBe('TRANSACTIONAL_ID_NOT_FOUND');
    expect(await init()).toMatchObject({ error: 'NONE', producerEpoch: 0 });
  });

  it('answers NOT_COORDINATOR once another node leads', async () => {
    await init();
    replicas.lead('__transaction_state', 0, false);
    expect((await init()).error).toBe('NOT_COORDINATOR');
  });
});

describe('listing', () => {
  it('filters by state, producer id, duration and pattern, and names unknown states', async () => {
    const { producerId } = await init();
    await coordinator.addPartitions({ transactionalId: 'tx', producerId, producerEpoch: 0 }, [T], 1);
    const all = { states: [], producerIds: [], durationMs: -1n, idPattern: null };
    expect(coordinator.list(all).transactions).toEqual([{ transactionalId: 'tx', producerId, state: 'Ongoing' }]);
    expect(coordinator.list({ ...all, states: ['Empty', 'Odd'] })).toMatchObject({
      unknownStates: ['Odd'],
      transactions: [],
    });
    expect(coordinator.list({ ...all, producerIds: [4n] }).transactions).toEqual([]);
    expect(coordinator.list({ ...all, durationMs: 1000n }).transactions).toEqual([]);
    await clock.advance(2000);
    expect(coordinator.list({ ...all, durationMs: 1000n }).transactions).toHaveLength(1);
    expect(coordinator.list({ ...all, idPattern: 't.' }).transactions).toHaveLength(1);
    expect(coordinator.list({ ...all, idPattern: 't' }).transactions).toEqual([]);
    expect(() => coordinator.list({ ...all, idPattern: '(' })).toThrow(
      expect.objectContaining({ error: 'INVALID_REGULAR_EXPRESSION' }),
    );
  });
});
