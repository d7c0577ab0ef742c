import { type ShareSession, ShareSessions } from '../../../../src/broker/share-groups/share-sessions.ts';

const P0 = { topicId: 'a', partition: 0 };
const P1 = { topicId: 'a', partition: 1 };
const never = () => undefined;

function opened(sessions: ShareSessions, memberId = 'm', stop: () => void = never): ShareSession {
  return sessions.open('g', memberId, 10, stop) as ShareSession;
}

// Errors as recorded from Apache Kafka 4.3.1.
describe('share sessions', () => {
  it('take each epoch once, in order', () => {
    const sessions = new ShareSessions();
    expect(sessions.proceed('g', 'm', 1)).toBe('SHARE_SESSION_NOT_FOUND');
    const session = opened(sessions);
    expect(sessions.proceed('g', 'm', 1)).toBe(session);
    expect(sessions.proceed('g', 'm', 1)).toBe('INVALID_SHARE_SESSION_EPOCH');
    expect(sessions.proceed('g', 'm', 0)).toBe('INVALID_SHARE_SESSION_EPOCH');
    expect(sessions.proceed('g', 'm', 2)).toBe(session);
    expect(sessions.proceed('g', 'm', -1)).toBe(session);
    expect(sessions.proceed('g', 'm', 3)).toBe(session);
  });

  it('begin again at 1 behind the largest epoch', () => {
    const sessions = new ShareSessions();
    opened(sessions).epoch = 0x7fffffff;
    sessions.proceed('g', 'm', 0x7fffffff);
    expect(sessions.proceed('g', 'm', 1)).not.toBe('INVALID_SHARE_SESSION_EPOCH');
  });

  it('remember partitions, and tell which are new', () => {
    const sessions = new ShareSessions();
    const session = opened(sessions);
    expect(sessions.update(session, [P0], [])).toEqual([P0]);
    expect(sessions.update(session, [P0, P1], [])).toEqual([P1]);
    sessions.update(session, [], [P0]);
    expect([...session.partitions.values()]).toEqual([P1]);
  });

  it('are limited in number; a member that opens another one takes the place of its own', () => {
    const sessions = new ShareSessions();
    sessions.open('g', 'm', 1, never);
    expect(sessions.open('g', 'n', 1, never)).toBe('SHARE_SESSION_LIMIT_REACHED');
    expect(sessions.open('g', 'm', 1, never)).toMatchObject({ epoch: 1 });
    expect(sessions.size).toBe(1);
  });

  it('end once, and with them the watch on the connection', () => {
    const sessions = new ShareSessions();
    let stopped = 0;
    const old = opened(sessions, 'm', () => stopped++);
    const young = opened(sessions, 'm', () => stopped++);
    expect(stopped).toBe(1);
    // The connection of the old one closes: the young one stays.
    expect(sessions.remove('g', 'm', old)).toBe(false);
    expect(sessions.hasGroup('g')).toBe(true);
    expect(sessions.remove('g', 'm', young)).toBe(true);
    expect(sessions.hasGroup('g')).toBe(false);
    expect(stopped).toBe(2);
  });
});
