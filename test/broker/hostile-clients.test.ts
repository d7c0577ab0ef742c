import { randomBytes } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { Errors } from '../../src/protocol/errors.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { joinGroup } from '../../src/protocol/messages/11-join-group.ts';
import { heartbeat } from '../../src/protocol/messages/12-heartbeat.ts';
import { syncGroup } from '../../src/protocol/messages/14-sync-group.ts';
import { describeGroups } from '../../src/protocol/messages/15-describe-groups.ts';
import { saslHandshake } from '../../src/protocol/messages/17-sasl-handshake.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { saslAuthenticate } from '../../src/protocol/messages/36-sasl-authenticate.ts';
import { consumerGroupHeartbeat } from '../../src/protocol/messages/68-consumer-group-heartbeat.ts';
import { Writer } from '../../src/protocol/primitives.ts';
import { type Api, type ApiRequestInput } from '../../src/protocol/schema.ts';
import { ManualClock } from '../../src/util/clock.ts';
import { apis } from '../golden/tables.ts';
import { hostileValues, replaced, smallMessage } from '../unit/protocol/hostile-lengths.ts';
import { TestBroker } from './harness.ts';
import { type RawClient } from './raw-client.ts';

const GREETING = { clientSoftwareName: 'a', clientSoftwareVersion: '1' };

function frame(...parts: readonly Buffer[]): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), ...parts]);
  bytes.writeInt32BE(bytes.length - 4);
  return bytes;
}

/** Key, version, correlation id, client id "x"; with tags where the version has them. */
function header(key: number, version: number, isFlexible: boolean): Buffer {
  const bytes = Buffer.from(`0000000000000007000178${isFlexible ? '00' : ''}`, 'hex');
  bytes.writeInt16BE(key, 0);
  bytes.writeInt16BE(version, 2);
  return bytes;
}

describe('hostile clients', () => {
  const clock = new ManualClock();
  let broker: TestBroker;
  let good: RawClient;
  const sockets: Socket[] = [];
  beforeAll(async () => {
    broker = await TestBroker.start({
      clock,
      properties: {
        listeners: 'PLAINTEXT://127.0.0.1:0,SASL://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
        'offsets.topic.num.partitions': '1',
        'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
        'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
        'listener.name.sasl.plain.sasl.jaas.config':
          'org.apache.kafka.common.security.plain.PlainLoginModule required user_alice="secret";',
        'listener.name.sasl.scram-sha-256.sasl.jaas.config':
          'org.apache.kafka.common.security.scram.ScramLoginModule required;',
        'connection.failed.authentication.delay.ms': '0',
        'sasl.server.max.receive.size': '1000',
        'connections.max.idle.ms': '60000',
      },
    });
    good = await broker.connect('good');
    await good.send(apiVersions, 4, GREETING);
    const find = { keyType: 0, coordinatorKeys: ['g'] };
    let error = -1;
    for (let i = 0; i < 100 && error !== Errors.NONE; i++) {
      error = (await good.send(findCoordinator, 4, find)).coordinators[0]?.errorCode ?? -1;
    }
    expect(error).toBe(Errors.NONE);
  });
  afterAll(async () => {
    for (const socket of sockets) socket.destroy();
    await broker.stop();
  });
  beforeEach(() => {
    broker.logged.length = 0;
  });

  /** Time goes on while an answer waits for it. */
  async function inTime<T>(answer: Promise<T>): Promise<T> {
    let isThere = false;
    const waited = answer.finally(() => {
      isThere = true;
    });
    while (!isThere) {
      await clock.advance(10);
      await good.send(apiVersions, 4, GREETING);
    }
    return waited;
  }

  async function open(port = broker.port): Promise<{ socket: Socket; closed: Promise<void> }> {
    const socket = connect(port, '127.0.0.1');
    sockets.push(socket);
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
    return { socket, closed };
  }

  const saslPort = () => broker.running.listeners.find(({ name }) => name === 'SASL')?.port as number;

  it('that lie about a length in any request are shown the door, each with one line in the log', async () => {
    let count = 0;
    for (const api of apis) {
      if (api.advertised === null || api.request.versions.last < api.request.versions.first) continue;
      const version = api.request.versions.last;
      const { bytes, marks } = smallMessage(api.request, version);
      const mark = marks.find(({ what }) => what === 'array') ?? marks[0];
      if (mark === undefined) continue;
      const lie = replaced(bytes, mark, hostileValues(mark)[0] as Buffer);
      const { socket, closed } = await open();
      socket.resume();
      socket.write(frame(header(api.key, version, api.request.isFlexible(version)), lie));
      await closed;
      count++;
    }
    expect(count).toBeGreaterThan(60);
    expect(
      broker.logged.filter((line) => /WARN Closing connection .*(does not parse|not served)/.test(line)),
    ).toHaveLength(count);
    expect(broker.logged).toHaveLength(count);
    expect((await good.send(metadata, 12, { topics: [] })).brokers).toHaveLength(1);
  });

  it('that send 100,000 requests and read none of the answers cost a few answers, and get all in order in the end', async () => {
    const { socket } = await open();
    socket.pause();
    const request = frame(header(18, 0, false));
    const requests = Buffer.concat(new Array<Buffer>(100_000).fill(request));
    for (let i = 0; i < 100_000; i++) requests.writeInt32BE(i, i * request.length + 8);
    socket.write(requests);
    // While it does not read, others are served; what it holds in this process is what it sent, which is bounded.
    await good.send(metadata, 12, { topics: [] });
    let answered = 0;
    let rest = Buffer.alloc(0);
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk: Buffer) => {
        rest = Buffer.concat([rest, chunk]);
        let at = 0;
        while (rest.length >= at + 8 && rest.length >= at + 4 + rest.readInt32BE(at)) {
          if (rest.readInt32BE(at + 4) !== answered) throw new Error(`answer ${rest.readInt32BE(at + 4)}`);
          answered++;
          at += 4 + rest.readInt32BE(at);
        }
        rest = rest.subarray(at);
        if (answered === 100_000) resolve();
      });
      socket.resume();
    });
    expect(answered).toBe(100_000);
    socket.destroy();
  });

  it('that hold half a frame open are closed as idle, and those that wait for an answer are not', async () => {
    const halves = [frame(Buffer.alloc(100)).subarray(0, 3), frame(Buffer.alloc(100)).subarray(0, 50), Buffer.alloc(0)];
    const closings: Promise<void>[] = [];
    for (const half of halves) {
      const { socket, closed } = await open();
      if (half.length > 0) socket.write(half);
      closings.push(closed);
    }
    await good.send(metadata, 12, { topics: [] });
    for (let i = 0; i < 8; i++) {
      await clock.advance(10_000);
      await good.send(metadata, 12, { topics: [] });
    }
    await Promise.all(closings);
    expect(broker.logged).toEqual([]);
  });

  it.each([
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
    ['random bytes', Buffer.concat([Buffer.from([0x7f]), randomBytes(999)])],
    ['a frame above sasl.server.max.receive.size', frame(header(36, 2, true), Buffer.alloc(1001))],
    ['a request before authentication', frame(header(3, 12, true), Buffer.from('01010000', 'hex'))],
    ['an authentication without a handshake', frame(header(36, 2, true), Buffer.from('0100', 'hex'))],
  ])('that send %s to a SASL listener are shown the door', async (_name, bytes) => {
    const { socket, closed } = await open(saslPort());
    socket.resume();
    socket.end(bytes);
    await closed;
    expect(broker.logged.every((line) => line.startsWith('WARN Closing connection'))).toBe(true);
    expect((await good.send(metadata, 12, { topics: [] })).brokers).toHaveLength(1);
  });

  function request<A extends Api>(api: A, version: number, given: ApiRequestInput<A>): Buffer {
    const writer = new Writer();
    api.request.write(writer, given, version);
    return frame(header(api.key, version, api.request.isFlexible(version)), ...writer.finish());
  }

  it.each([
    ['PLAIN', Buffer.alloc(0)],
    ['PLAIN', Buffer.alloc(900)],
    ['PLAIN', Buffer.alloc(900, 'a')],
    ['PLAIN', Buffer.from('\0alice\0\0\0\0')],
    ['PLAIN', Buffer.from([0xff, 0xfe, 0, 0xff, 0, 0xff])],
    ['SCRAM-SHA-256', Buffer.from('n,,n=alice')],
    ['SCRAM-SHA-256', Buffer.from(`n,,n=${'='.repeat(800)},r=x`)],
    ['SCRAM-SHA-256', Buffer.alloc(900, ',')],
    ['SCRAM-SHA-256', Buffer.from('p=tls-unique,,n=alice,r=x')],
    ['SCRAM-SHA-256', randomBytes(900)],
  ])('that authenticate by %s with nonsense are refused', async (mechanism, authBytes) => {
    const { socket, closed } = await open(saslPort());
    socket.resume();
    socket.write(request(saslHandshake, 1, { mechanism }));
    socket.write(request(saslAuthenticate, 2, { authBytes }));
    await inTime(closed);
    expect(broker.logged.filter((line) => line.startsWith('ERROR'))).toEqual([]);
  });

  // A subscription that claims thirty million topics, one that is cut off, none, noise; an assignment alike.
  it.each([
    Buffer.from('000001c9c380', 'hex'),
    Buffer.from('0003000000017fff', 'hex'),
    Buffer.from('7fff80000000', 'hex'),
    Buffer.alloc(0),
    randomBytes(2000),
    Buffer.concat([Buffer.from('0003000186a0', 'hex'), Buffer.alloc(400_000)]),
  ])('that join a group with blob %# are members like others, whatever it means', async (blob) => {
    const client = await broker.connect('joiner');
    const groupId = `g${randomBytes(6).toString('hex')}`;
    const join = {
      groupId,
      sessionTimeoutMs: 10_000,
      rebalanceTimeoutMs: 10_000,
      protocolType: 'consumer',
      protocols: [{ name: 'range', metadata: blob }],
    };
    const { memberId } = await inTime(client.send(joinGroup, 7, join));
    const { errorCode, generationId } = await inTime(client.send(joinGroup, 7, { ...join, memberId }));
    expect(errorCode).toBe(Errors.NONE);
    const synced = await client.send(syncGroup, 4, {
      groupId,
      generationId,
      memberId,
      assignments: [{ memberId, assignment: blob }],
    });
    expect(synced.errorCode).toBe(Errors.NONE);
    expect((await client.send(heartbeat, 4, { groupId, generationId, memberId })).errorCode).toBe(Errors.NONE);
    const { groups } = await client.send(describeGroups, 5, { groups: [groupId] });
    expect(groups[0]?.members[0]?.memberMetadata).toEqual(blob);
    // Another one of the new protocol asks for the conversion, for which the blobs are read.
    const newcomer = await client.send(consumerGroupHeartbeat, 0, {
      groupId,
      memberId: '',
      memberEpoch: 0,
      rebalanceTimeoutMs: 10_000,
      subscribedTopicNames: ['t'],
      topicPartitions: [],
    });
    expect([Errors.NONE, Errors.GROUP_ID_NOT_FOUND, Errors.INVALID_REQUEST]).toContain(newcomer.errorCode);
    expect(broker.logged.filter((line) => line.startsWith('ERROR'))).toEqual([]);
    client.close();
  });

  it.each([
    '('.repeat(20_000),
    `${'('.repeat(900)}a${')'.repeat(900)}`,
    '(a*)*'.repeat(100),
    '((((a{100}){100}){100}){100})',
    'a{1000}{1000}{1000}',
    '[^a]{1000}'.repeat(1000),
    '(x+x+)+y',
    '.*'.repeat(5000),
    'a|'.repeat(16_000),
    '\\'.repeat(9_999),
    // Read one element after the other, each with a look at all that follows, these took seconds; longer ones are refused unread.
    '\\Qa\\E'.repeat(6000),
    '[[:alpha:]]'.repeat(2900),
    '\\p{Lu}'.repeat(5000),
    '{'.repeat(32_000),
    '[a-'.repeat(10_000),
    `(?i:${'é'.repeat(16_000)})`,
    '\\p{Lu}'.repeat(1_000_000),
  ])('that subscribe to pattern %# do not stop the broker', async (subscribedTopicRegex) => {
    const client = await broker.connect('pattern');
    const answer = await client.send(consumerGroupHeartbeat, 1, {
      groupId: `r${randomBytes(6).toString('hex')}`,
      memberId: 'AAAAAAAAAAAAAAAAAAAAAQ',
      memberEpoch: 0,
      rebalanceTimeoutMs: 10_000,
      subscribedTopicRegex,
      topicPartitions: [],
    });
    expect(broker.logged.filter((line) => line.startsWith('ERROR'))).toEqual([]);
    expect([Errors.NONE, Errors.INVALID_REGULAR_EXPRESSION]).toContain(answer.errorCode);
    expect(broker.logged.filter((line) => line.startsWith('ERROR'))).toEqual([]);
    client.close();
  });
});
