import { epochAfter } from '../../../../src/broker/replicas/fetch-sessions.ts';
import { type FetchContext, FetchSessions, type RequestedPartition } from '../../../../src/broker/replicas/index.ts';
import { ZERO_UUID } from '../../../../src/protocol/primitives.ts';
import { ManualClock } from '../../../../src/util/clock.ts';

const MINUTE = 60_000;

function requested(partition: number, fetchOffset = 0n, topic = 't'): RequestedPartition {
  return {
    topic,
    topicId: ZERO_UUID,
    partition,
    fetchOffset,
    currentLeaderEpoch: -1,
    lastFetchedEpoch: -1,
    maxBytes: 100,
  };
}

function result(highWatermark: bigint, records = '', logStartOffset = 0n) {
  return { error: 'NONE' as const, highWatermark, logStartOffset, records: Buffer.from(records) };
}

describe('FetchSessions', () => {
  let clock: ManualClock;
  let nextId = 0;
  const make = (slots = 1000) => new FetchSessions({ clock, slots, newId: () => ++nextId });
  const base = { usesTopicIds: false, partitions: [] as RequestedPartition[], forgotten: [] as RequestedPartition[] };

  beforeEach(() => {
    clock = new ManualClock();
    nextId = 0;
  });

  function open(sessions: FetchSessions, partitions: RequestedPartition[]): number {
    const context = sessions.open({ ...base, sessionId: 0, sessionEpoch: 0, partitions }) as FetchContext;
    return context.finish(partitions.map(() => result(0n))).sessionId;
  }

  it('reads who got data last, and sends only news', () => {
    const sessions = make();
    const id = open(sessions, [requested(0), requested(1), requested(2)]);
    const first = sessions.open({ ...base, sessionId: id, sessionEpoch: 1 }) as FetchContext;
    expect(first.partitions.map(({ partition }) => partition)).toEqual([0, 1, 2]);
    const news = first.finish([result(5n, 'data'), result(0n), result(0n, '', 3n)]);
    expect(news).toEqual({ error: 'NONE', sessionId: id, isSent: [true, false, true] });
    const second = sessions.open({ ...base, sessionId: id, sessionEpoch: 2 }) as FetchContext;
    expect(second.partitions.map(({ partition }) => partition)).toEqual([1, 2, 0]);
    expect(second.finish([result(0n), result(0n, '', 3n), result(5n)]).isSent).toEqual([false, false, false]);
  });

  it('sends a partition again after its error', () => {
    const sessions = make();
    const id = open(sessions, [requested(0)]);
    const failing = sessions.open({ ...base, sessionId: id, sessionEpoch: 1 }) as FetchContext;
    const failed = { ...result(0n), error: 'NOT_LEADER_OR_FOLLOWER' as const };
    expect(failing.finish([failed]).isSent).toEqual([true]);
    const healed = sessions.open({ ...base, sessionId: id, sessionEpoch: 2 }) as FetchContext;
    expect(healed.finish([result(0n)]).isSent).toEqual([true]);
  });

  it('refuses the overtaken one of two requests with the same session', () => {
    const sessions = make();
    const id = open(sessions, [requested(0)]);
    const waiting = sessions.open({ ...base, sessionId: id, sessionEpoch: 1 }) as FetchContext;
    sessions.open({ ...base, sessionId: id, sessionEpoch: 2 });
    expect(waiting.finish([result(1n)]).error).toBe('INVALID_FETCH_SESSION_EPOCH');
  });

  it('wraps the epoch to 1', () => {
    expect([0, 1, 0x7ffffffe, 0x7fffffff].map(epochAfter)).toEqual([1, 2, 0x7fffffff, 1]);
  });

  it('ends a session that has no partition left', () => {
    const sessions = make();
    const id = open(sessions, [requested(0)]);
    const context = sessions.open({
      ...base,
      sessionId: id,
      sessionEpoch: 1,
      forgotten: [requested(0)],
    }) as FetchContext;
    expect(context.finish([])).toEqual({ error: 'NONE', sessionId: 0, isSent: [] });
    expect(sessions.count).toBe(0);
  });

  it('replaces the session a client gives up', () => {
    const sessions = make();
    const id = open(sessions, [requested(0)]);
    const context = sessions.open({
      ...base,
      sessionId: id,
      sessionEpoch: 0,
      partitions: [requested(1)],
    }) as FetchContext;
    expect(sessions.count).toBe(0);
    expect(context.finish([result(0n)]).sessionId).toBe(id + 1);
  });

  it('serves newcomers without a session while all slots are in use', async () => {
    const sessions = make(2);
    const first = open(sessions, [requested(0)]);
    const second = open(sessions, [requested(0), requested(1)]);
    expect(open(sessions, [requested(0), requested(1), requested(2)])).toBe(0);
    await clock.advance(2 * MINUTE + 1);
    // The second is used and so not idle; the first is and goes.
    expect(typeof sessions.open({ ...base, sessionId: second, sessionEpoch: 1 })).toBe('object');
    expect(open(sessions, [requested(0)])).toBeGreaterThan(second);
    expect(sessions.open({ ...base, sessionId: first, sessionEpoch: 1 })).toBe('FETCH_SESSION_ID_NOT_FOUND');
  });

  it('lets a larger fetch push out a smaller one that has had its time', async () => {
    const sessions = make(1);
    const small = open(sessions, [requested(0)]);
    await clock.advance(2 * MINUTE + 1);
    sessions.open({ ...base, sessionId: small, sessionEpoch: 1 });
    expect(open(sessions, [requested(0)])).toBe(0);
    expect(open(sessions, [requested(0), requested(1)])).toBeGreaterThan(small);
    expect(sessions.count).toBe(1);
  });
});
