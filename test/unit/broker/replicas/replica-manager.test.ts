import { type PartitionLog } from '../../../../src/broker/log/index.ts';
import { type FetchEntry, LocalReplicaManager } from '../../../../src/broker/replicas/index.ts';
import { type ReplicaPlacement } from '../../../../src/broker/replicas/types.ts';
import { ZERO_UUID } from '../../../../src/protocol/primitives.ts';
import { singleBatch } from '../../../../src/protocol/records/index.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { silentLogger } from '../../../../src/util/logger.ts';
import { FakeCluster, FakeLogs } from './fakes.ts';

const ID = 'MkU3OEVBNTcwNTJENDM2Qg';
const OTHER_ID = 'AkU3OEVBNTcwNTJENDM2Qg';
const PRODUCE = { acks: -1, timeoutMs: 1000, origin: 'client', apiVersion: 9 } as const;
const FETCH = { maxWaitMs: 500, minBytes: 1, maxBytes: 10_000, readCommitted: false, replicaId: -1 };

function batch(value: string): Buffer {
  return singleBatch([{ timestampMs: 1, key: null, value: Buffer.from(value) }]);
}

function entry(partition: number, fetchOffset: bigint, more: Partial<FetchEntry> = {}): FetchEntry {
  return {
    topic: 't',
    topicId: ZERO_UUID,
    partition,
    fetchOffset,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    maxBytes: 10_000,
    ...more,
  };
}

describe('LocalReplicaManager', () => {
  let cluster: FakeCluster;
  let logs: FakeLogs;
  let clock: ManualClock;
  let budget: number;
  let placed: ReplicaPlacement[];
  let replicas: LocalReplicaManager;

  beforeEach(() => {
    cluster = new FakeCluster();
    logs = new FakeLogs();
    clock = new ManualClock();
    budget = Number.POSITIVE_INFINITY;
    placed = [];
    replicas = new LocalReplicaManager({
      cluster: cluster.asMetadata,
      logs: logs.asManager,
      clock,
      logger: silentLogger,
      diskSpace: () => ({ totalBytes: 100n, usableBytes: 40n }),
      fetchBudget: () => budget,
      onPlaced: (found) => placed.push(...found),
    });
    cluster.setTopic('t', ID, [
      {},
      {},
      { leader: 2, replicas: [2, 1], isr: [2, 1] },
      { leader: 2, replicas: [2], isr: [2] },
    ]);
    replicas.start();
  });

  const produce = (partition: number, value: string, options: Partial<typeof PRODUCE> = {}) =>
    replicas.append([{ topic: 't', partition, records: batch(value) }], { ...PRODUCE, ...options });

  describe('leadership', () => {
    it('opens the logs of its replicas and tells the coordinators what it leads', () => {
      expect([...logs.logs.keys()]).toEqual(['t-0', 't-1', 't-2']);
      const led: number[] = [];
      replicas.onLeadershipChange(({ partition, isLeader }) => isLeader && led.push(partition));
      expect(led).toEqual([0, 1]);
      expect(logs.get('t', 0)?.latestLeaderEpoch).toBe(0);
    });

    it('says where it put them, unless the metadata know (KIP-858)', () => {
      const directoryId = logs.directoryId();
      expect(placed).toEqual([0, 1, 2].map((partition) => ({ topicId: ID, partition, directoryId })));
      placed = [];
      cluster.setTopic('u', 'AAAAAAAAAAAAAAAAAAAABQ', [{ directories: [directoryId] }]);
      expect(placed).toEqual([]);
    });

    it.each([
      ['a partition led elsewhere', 2, -1, 'NOT_LEADER_OR_FOLLOWER'],
      ['a partition with no replica here', 3, -1, 'NOT_LEADER_OR_FOLLOWER'],
      ['an unknown partition', 4, -1, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['a negative partition', -1, -1, 'UNKNOWN_TOPIC_OR_PARTITION'],
      ['an old leader epoch', 1, 2, 'FENCED_LEADER_EPOCH'],
      ['a leader epoch of the future', 1, 4, 'UNKNOWN_LEADER_EPOCH'],
    ])('has no log for %s', (_name, partition, epoch, error) => {
      cluster.setTopic('t', ID, [{}, { leaderEpoch: 3 }, { leader: 2 }, { leader: 2, replicas: [2] }], 'partitions');
      expect(replicas.leaderLog('t', partition, epoch)).toBe(error);
    });

    it('reports a failed directory', () => {
      logs.get('t', 0)!.isOffline = true;
      expect(replicas.leaderLog('t', 0)).toBe('KAFKA_STORAGE_ERROR');
    });

    it('follows elections and resignations', () => {
      const changes: string[] = [];
      replicas.onLeadershipChange(({ partition, isLeader }) => changes.push(`${partition} ${isLeader}`));
      changes.length = 0;
      cluster.setTopic('t', ID, [{ leader: 2, leaderEpoch: 1 }, {}, { leader: 1, leaderEpoch: 1 }], 'partitions');
      expect(changes).toEqual(['0 false', '2 true']);
    });

    it('deletes the logs of a deleted topic, and those of its namesake', () => {
      cluster.deleteTopic('t');
      expect(logs.deleted).toEqual(['t-0', 't-1', 't-2']);
      logs.getOrCreate('t', 0, OTHER_ID, logs.asManager as never);
      cluster.setTopic('t', ID, [{}]);
      expect(logs.deleted).toEqual(['t-0', 't-1', 't-2', 't-0']);
      expect(logs.get('t', 0)?.topicId).toBe(ID);
    });

    it('makes the logs of a huge topic bit by bit, and at once what is asked for', async () => {
      const nextTurn = () => new Promise((resolve) => setImmediate(resolve));
      const count = () => [...logs.logs.keys()].filter((name) => name.startsWith('huge')).length;
      cluster.setTopic('huge', OTHER_ID, new Array(200).fill({}));
      expect(count()).toBe(50);
      expect(replicas.leaderLog('huge', 150)).toBe(logs.get('huge', 150));
      expect(logs.get('huge', 150)?.latestLeaderEpoch).toBe(0);
      cluster.configs.set('huge/max.message.bytes', '77');
      cluster.report({ topics: [{ name: 'huge', topicId: OTHER_ID, kind: 'config' }] });
      while (count() < 200) {
        const before = count();
        await nextTurn();
        expect(count() - before).toBeGreaterThan(0);
        expect(count() - before).toBeLessThan(50);
      }
      expect(logs.get('huge', 199)?.latestLeaderEpoch).toBe(0);
      expect(logs.get('huge', 199)?.config.maxMessageBytes).toBe(77);
      expect(placed.filter(({ topicId }) => topicId === OTHER_ID)).toHaveLength(200);
      expect((await replicas.fetch([entry(199, 0n, { topic: 'huge' })], { ...FETCH, maxWaitMs: 0 }))[0]?.error).toBe(
        'NONE',
      );
    });

    it.each([
      ['the topic is deleted', () => cluster.deleteTopic('huge')],
      ['the broker stops', () => replicas.close()],
    ])('makes no more logs when %s', async (_name, end) => {
      cluster.setTopic('huge', OTHER_ID, new Array(200).fill({}));
      end();
      const before = [...logs.logs.keys()];
      for (let i = 0; i < 5; i++) await new Promise((resolve) => setImmediate(resolve));
      expect([...logs.logs.keys()]).toEqual(before);
    });

    it('hands changed configs to the logs', () => {
      cluster.configs.set('t/max.message.bytes', '77');
      cluster.report({ topics: [{ name: 't', topicId: ID, kind: 'config' }] });
      expect(logs.get('t', 1)?.config.maxMessageBytes).toBe(77);
      cluster.configs.set('t/retention.ms', '9223372036854775807');
      cluster.report({ configs: [{ type: 4, name: '' }] });
      expect(logs.get('t', 1)?.config.retentionMs).toBe(Number.POSITIVE_INFINITY);
    });
  });

  describe('append', () => {
    it('answers each entry in its place', async () => {
      const results = await replicas.append(
        [
          { topic: 't', partition: 1, records: batch('a') },
          { topic: 't', partition: 9, records: batch('b') },
          { topic: 't', partition: 1, records: batch('c') },
        ],
        PRODUCE,
      );
      expect(results.map((one) => (one.error === 'NONE' ? one.baseOffset : one.error))).toEqual([
        0n,
        'UNKNOWN_TOPIC_OR_PARTITION',
        1n,
      ]);
    });

    it('refuses acks that are none', async () => {
      expect(await produce(0, 'x', { acks: 2 as never })).toEqual([{ error: 'INVALID_REQUIRED_ACKS' }]);
    });

    it('refuses acks=-1 when too few replicas are in sync, but no more of them than there are', async () => {
      cluster.configs.set('t/min.insync.replicas', '2');
      cluster.setTopic('t', ID, [{ replicas: [1, 2], isr: [1] }, {}], 'partitions');
      expect((await produce(0, 'x'))[0]?.error).toBe('NOT_ENOUGH_REPLICAS');
      expect((await produce(0, 'x', { acks: 1 as never }))[0]?.error).toBe('NONE');
      expect((await produce(1, 'x'))[0]?.error).toBe('NONE');
    });

    it('waits for the other replicas in sync, and gives up in time', async () => {
      cluster.setTopic('t', ID, [{ replicas: [1, 2], isr: [1, 2] }], 'partitions');
      let answered = false;
      const late = produce(0, 'x').finally(() => {
        answered = true;
      });
      await clock.advance(999);
      expect(answered).toBe(false);
      await clock.advance(1);
      expect((await late)[0]?.error).toBe('REQUEST_TIMED_OUT');
      const healed = produce(0, 'y');
      cluster.setTopic('t', ID, [{ replicas: [1, 2], isr: [1] }], 'partitions');
      expect((await healed)[0]?.error).toBe('NONE');
      const lost = produce(0, 'z', {});
      cluster.setTopic('t', ID, [{ replicas: [1, 2], isr: [1, 2], leader: 2, leaderEpoch: 1 }], 'partitions');
      expect((await lost)[0]?.error).toBe('NONE');
    });
  });

  describe('fetch', () => {
    const sizes = (found: Awaited<ReturnType<typeof replicas.fetch>>) => found.map(({ records }) => records.length);

    it('answers at once when there is enough', async () => {
      await produce(0, 'x');
      const [found] = await replicas.fetch([entry(0, 0n)], FETCH);
      expect(found).toMatchObject({ error: 'NONE', highWatermark: 1n, lastStableOffset: 1n, logStartOffset: 0n });
      expect(found?.records.length).toBe(batch('x').length);
    });

    it('waits for an append and is woken by it', async () => {
      const waiting = replicas.fetch([entry(0, 0n), entry(1, 0n)], FETCH);
      await produce(1, 'x');
      expect(sizes(await waiting)).toEqual([0, batch('x').length]);
    });

    it('waits for min bytes over several appends', async () => {
      let found: unknown;
      const minBytes = batch('x').length * 2;
      void replicas.fetch([entry(0, 0n), entry(1, 0n)], { ...FETCH, minBytes }).then((results) => {
        found = sizes(results);
      });
      await produce(0, 'x');
      await clock.advance(1);
      expect(found).toBeUndefined();
      await produce(1, 'x');
      await clock.advance(1);
      expect(found).toEqual([batch('x').length, batch('x').length]);
    });

    it('answers with what is there when its time is up', async () => {
      let found: unknown;
      await produce(0, 'x');
      void replicas.fetch([entry(0, 0n)], { ...FETCH, minBytes: 5000 }).then((results) => {
        found = sizes(results);
      });
      await clock.advance(499);
      expect(found).toBeUndefined();
      await clock.advance(1);
      expect(found).toEqual([batch('x').length]);
    });

    it.each([
      ['a failed partition', [entry(0, 0n), entry(9, 0n)], FETCH],
      ['an offset out of range', [entry(0, 5n)], FETCH],
      ['nothing to fetch', [], FETCH],
      ['no time to wait', [entry(0, 0n)], { ...FETCH, maxWaitMs: 0 }],
    ])('does not wait with %s', async (_name, entries, options) => {
      expect(await replicas.fetch(entries, options)).toHaveLength(entries.length);
    });

    it('stops waiting when the client is gone, the topic is deleted, or the broker stops', async () => {
      const gone = new AbortController();
      const waiting = replicas.fetch([entry(0, 0n)], { ...FETCH, signal: gone.signal });
      gone.abort();
      await waiting;
      const deleted = replicas.fetch([entry(1, 0n)], FETCH);
      cluster.deleteTopic('t');
      expect((await deleted)[0]?.error).toBe('UNKNOWN_TOPIC_OR_PARTITION');
      cluster.setTopic('t', ID, [{}]);
      const stopped = replicas.fetch([entry(0, 0n)], FETCH);
      replicas.close();
      expect((await stopped)[0]?.error).toBe('NONE');
      expect((await replicas.fetch([entry(0, 0n)], FETCH))[0]?.error).toBe('NONE');
    });

    it('does not read past an open transaction for read_committed, and wakes at its end', async () => {
      logs.get('t', 0)!.openTransactionStart = 0n;
      let found: unknown;
      void replicas.fetch([entry(0, 0n)], { ...FETCH, readCommitted: true }).then((results) => {
        found = sizes(results);
      });
      await produce(0, 'x');
      await clock.advance(1);
      expect(found).toBeUndefined();
      logs.get('t', 0)!.openTransactionStart = null;
      await produce(0, 'marker');
      await clock.advance(1);
      expect(found).toEqual([batch('x').length + batch('marker').length]);
    });

    it('gives the first batch whatever the limits, and shares out the rest', async () => {
      const size = batch('x').length;
      for (const partition of [0, 1]) for (let i = 0; i < 3; i++) await produce(partition, 'x');
      const all = [entry(0, 0n), entry(1, 0n)];
      expect(sizes(await replicas.fetch(all, { ...FETCH, maxBytes: 1 }))).toEqual([size, 0]);
      expect(sizes(await replicas.fetch(all, { ...FETCH, maxBytes: size * 4 }))).toEqual([size * 3, size]);
      const limited = [entry(0, 0n, { maxBytes: size }), entry(1, 0n)];
      expect(sizes(await replicas.fetch(limited, FETCH))).toEqual([size, size * 3]);
      budget = 10;
      expect(sizes(await replicas.fetch(all, FETCH))).toEqual([size, 0]);
    });

    it('does not read the log of a namesake for a topic id', async () => {
      const [found] = await replicas.fetch([entry(0, 0n, { topicId: OTHER_ID })], FETCH);
      expect(found?.error).toBe('INCONSISTENT_TOPIC_ID');
    });
  });

  it('describes its directories', async () => {
    await produce(0, 'x');
    const current = { offsetLag: 0n, isFuture: false };
    const sizeOf = (partition: number) => logs.get('t', partition)!.sizeInBytes;
    expect(replicas.describeLogDirs()).toEqual([
      {
        path: '/logs',
        isOffline: false,
        partitions: [0, 1, 2].map((partition) => ({
          topic: 't',
          partition,
          sizeInBytes: sizeOf(partition),
          ...current,
        })),
        totalBytes: 100n,
        usableBytes: 40n,
      },
    ]);
    logs.logDirs = ['/logs', '/other'];
    logs.running.push({ topic: 't', partition: 0, logDir: '/other', sizeInBytes: 7, offsetLag: 3n });
    expect(replicas.describeLogDirs()[1]?.partitions).toEqual([
      { topic: 't', partition: 0, sizeInBytes: 7, offsetLag: 3n, isFuture: true },
    ]);
  });

  it('moves replicas to other directories, and creates there what was to go there (KIP-113)', () => {
    logs.logDirs = ['/logs', '/other', '/failed'];
    logs.offlineLogDirs = ['/failed'];
    const move = (topic: string, partition: number, logDir: string) =>
      replicas.moveReplica({ topic, partition }, logDir);
    expect(move('t', 0, '/other')).toBe('NONE');
    expect(move('t', 0, '/nowhere')).toBe('LOG_DIR_NOT_FOUND');
    expect(move('t', 0, '/failed')).toBe('KAFKA_STORAGE_ERROR');
    expect(move('later', 4, '/other')).toBe('UNKNOWN_TOPIC_OR_PARTITION');
    expect(logs.moves).toEqual(['t-0 /other']);
    expect(logs.preferred).toEqual(['later-4 /other']);
    expect(logs.get('later', 4)).toBeUndefined();
    logs.cordoned = '/other';
    expect(move('t', 1, '/other')).toBe('INVALID_REPLICA_ASSIGNMENT');
    expect(move('none', 0, '/other')).toBe('INVALID_REPLICA_ASSIGNMENT');
  });

  it('tells the metadata where a replica is once it has moved (KIP-858)', () => {
    placed = [];
    replicas.logMoved({ topicId: ID, partition: 1, logDir: '/other' } as PartitionLog);
    expect(placed).toEqual([{ topicId: ID, partition: 1, directoryId: logs.directoryId() }]);
  });

  it('makes a log that is not made yet where it is to go', () => {
    logs.logDirs = ['/logs', '/other'];
    cluster.setTopic(
      'huge',
      OTHER_ID,
      Array.from({ length: 500 }, () => ({})),
    );
    expect(logs.get('huge', 499)).toBeUndefined();
    expect(replicas.moveReplica({ topic: 'huge', partition: 499 }, '/other')).toBe('NONE');
    expect(logs.preferred).toEqual(['huge-499 /other']);
    expect(logs.get('huge', 499)).toBeDefined();
  });
});
