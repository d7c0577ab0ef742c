import { type FetchPartition, FetchSession } from '../../../../src/client/consumer/fetch-session.ts';
import { ZERO_UUID } from '../../../../src/protocol/primitives.ts';

const ID = 'AAAAAAAAAAAAAAAAAAAAAQ';
const one = (partition: number, fetchOffset = 0n, more: Partial<FetchPartition> = {}): FetchPartition => ({
  topic: 't',
  topicId: ID,
  partition,
  currentLeaderEpoch: 0,
  fetchOffset,
  ...more,
});

describe('a fetch session (KIP-227)', () => {
  it('says everything once, then what changed and what is not wanted any more', () => {
    const session = new FetchSession();
    expect(session.next([one(0), one(1)])).toEqual({
      sessionId: 0,
      sessionEpoch: 0,
      partitions: [one(0), one(1)],
      forgotten: [],
    });
    session.accept(77);
    expect(session.next([one(0, 5n), one(1)])).toEqual({
      sessionId: 77,
      sessionEpoch: 1,
      partitions: [one(0, 5n)],
      forgotten: [],
    });
    session.accept(77);
    const moved = one(1, 0n, { currentLeaderEpoch: 3 });
    expect(session.next([moved])).toEqual({
      sessionId: 77,
      sessionEpoch: 2,
      partitions: [moved],
      forgotten: [one(0, 5n)],
    });
  });

  it('says everything each time where the broker keeps none', () => {
    const session = new FetchSession();
    session.next([one(0)]);
    session.accept(0);
    expect(session.next([one(0)])).toMatchObject({ sessionId: 0, sessionEpoch: 0, partitions: [one(0)] });
  });

  it('begins anew after a failure: in place of the old one, or without one that the broker forgot', () => {
    const session = new FetchSession();
    session.next([one(0)]);
    session.accept(9);
    session.restart(false);
    expect(session.next([one(0)])).toMatchObject({ sessionId: 9, sessionEpoch: 0, partitions: [one(0)] });
    session.accept(10);
    session.restart(true);
    expect(session.next([one(0)])).toMatchObject({ sessionId: 0, sessionEpoch: 0, partitions: [one(0)] });
  });

  it('forgets a topic that was made anew, and does not mix names with ids', () => {
    const session = new FetchSession();
    session.next([one(0)]);
    session.accept(5);
    const anew = one(0, 0n, { topicId: 'AAAAAAAAAAAAAAAAAAAAAg' });
    expect(session.next([anew])).toMatchObject({ partitions: [anew], forgotten: [one(0)], sessionEpoch: 1 });
    session.accept(5);
    const nameless = one(0, 0n, { topicId: ZERO_UUID });
    expect(session.next([nameless])).toMatchObject({
      sessionId: 5,
      sessionEpoch: 0,
      partitions: [nameless],
      forgotten: [],
    });
  });
});
