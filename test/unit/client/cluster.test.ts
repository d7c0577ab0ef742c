import { type AddressInfo, createServer, type Server } from 'node:net';
import { callAdmin } from '../../../src/client/admin/call.ts';
import { createTopics, listTopics } from '../../../src/client/admin/topics.ts';
import { type Cluster } from '../../../src/client/index.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { createTopics as createTopicsApi } from '../../../src/protocol/messages/19-create-topics.ts';
import { describeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts';
import { FakeBroker, fakeApi, keptLog, openCluster } from './fake-broker.ts';

let open: (() => unknown)[] = [];
const started = async (...args: Parameters<typeof FakeBroker.start>): Promise<FakeBroker> => {
  const broker = await FakeBroker.start(...args);
  open.push(() => broker.stop());
  return broker;
};
const opened = async (...args: Parameters<typeof openCluster>): Promise<Cluster> => {
  const cluster = await openCluster(...args);
  open.push(() => cluster.close());
  return cluster;
};
/** A server that is no Kafka: it says `greeting` to whatever it hears first. */
const stranger = async (
  greeting: Buffer | 'close' | 'silence',
): Promise<{ address: string; attempts: () => number }> => {
  let attempts = 0;
  const server: Server = createServer((socket) => {
    attempts++;
    socket.on('error', () => undefined);
    socket.once('data', () => {
      if (greeting === 'close') socket.destroy();
      else if (greeting !== 'silence') socket.write(greeting);
    });
    open.push(() => socket.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  open.push(() => server.close());
  return { address: `127.0.0.1:${(server.address() as AddressInfo).port}`, attempts: () => attempts };
};
afterEach(async () => {
  for (const close of open.reverse()) await close();
  open = [];
});

const oneBroker = (port: number) => ({
  brokers: [{ nodeId: 1, host: '127.0.0.1', port, rack: null }],
  clusterId: 'c',
  controllerId: 1,
  topics: [{ name: 'a', topicId: 'AAAAAAAAAAAAAAAAAAAAAQ', isInternal: false, partitions: [] }],
});

describe('version negotiation', () => {
  it('uses the highest version that both sides know', async () => {
    const broker = await started([fakeApi(metadata, () => oneBroker(broker.port), [0, 7])]);
    const cluster = await opened(broker.address);
    expect(await listTopics(cluster)).toEqual([expect.objectContaining({ name: 'a' })]);
    expect(broker.requests.map(({ api, version }) => `${api} ${version}`)).toEqual(['ApiVersions 4', 'Metadata 7']);
    expect(broker.requests[0]?.clientId).toBe('test-1');
    expect(broker.requests[0]?.body).toMatchObject({ clientSoftwareName: 'klamm' });
  });

  it('asks again with a lower version when a broker does not know the newest ApiVersions', async () => {
    const broker = await started([fakeApi(metadata, () => oneBroker(broker.port), [0, 5])], { apiVersionsLast: 2 });
    const cluster = await opened(broker.address);
    await listTopics(cluster);
    expect(broker.requests.map(({ api, version }) => `${api} ${version}`)).toEqual([
      'ApiVersions 4',
      'ApiVersions 2',
      'Metadata 5',
    ]);
  });

  it('refuses a request that the broker does not know, before anything is sent', async () => {
    const broker = await started([fakeApi(metadata, () => oneBroker(broker.port))]);
    const cluster = await opened(broker.address);
    await expect(cluster.send(describeCluster, {}, 'any')).rejects.toThrow(
      'The node does not support DESCRIBE_CLUSTER',
    );
    expect(broker.requests.map(({ api }) => api)).toEqual(['ApiVersions']);
  });

  it('says which versions there are when none is common', async () => {
    const broker = await started([fakeApi(metadata, () => oneBroker(broker.port), [0, 3])]);
    const cluster = await opened(broker.address);
    const call = cluster.send(metadata, { topics: [] }, 'any', { minVersion: 10 });
    await expect(call).rejects.toMatchObject({
      javaClass: 'org.apache.kafka.common.errors.UnsupportedVersionException',
      message: 'The node does not support METADATA with version in range [10,13]. The supported range is [0,3].',
    });
  });
});

describe('connections', () => {
  it('goes on under the real node id on the connection that the bootstrap list made', async () => {
    const broker = await started([
      fakeApi(metadata, () => oneBroker(broker.port)),
      fakeApi(createTopicsApi, () => ({ topics: [{ name: 'n' }] })),
    ]);
    const cluster = await opened(broker.address);
    await createTopics(cluster, [{ name: 'n' }]);
    expect(broker.connectionCount).toBe(1);
    expect(cluster.metadata.nodes()).toEqual([{ id: 1, host: '127.0.0.1', port: broker.port, rack: null }]);
  });

  it('makes another connection for another lane', async () => {
    const broker = await started([fakeApi(metadata, () => oneBroker(broker.port))]);
    const cluster = await opened(broker.address);
    await cluster.metadata.refresh([]);
    await Promise.all([
      cluster.send(metadata, { topics: [] }, { node: 1 }),
      cluster.send(metadata, { topics: [] }, { node: 1, lane: 'coordinator' }),
    ]);
    expect(broker.connectionCount).toBe(2);
  });

  it('connects anew after the other side hung up, and repeats an admin call', async () => {
    let isFirst = true;
    const broker = await started([
      fakeApi(metadata, () => {
        if (!isFirst) return oneBroker(broker.port);
        isFirst = false;
        return 'close';
      }),
    ]);
    const cluster = await opened(broker.address);
    expect(await listTopics(cluster)).toHaveLength(1);
    expect(broker.connectionCount).toBe(2);
  });

  it('ends what is under way when it is closed', async () => {
    const broker = await started([fakeApi(metadata, () => undefined)]);
    const cluster = await opened(broker.address);
    const call = expect(listTopics(cluster)).rejects.toMatchObject({ name: 'ClosedError' });
    await new Promise((resolve) => setTimeout(resolve, 50));
    cluster.close();
    await call;
    await expect(listTopics(cluster)).rejects.toMatchObject({ name: 'ClosedError' });
  });

  it('ends when its signal fires', async () => {
    const abort = new AbortController();
    const peer = await stranger('silence');
    const cluster = await opened(peer.address, {}, { signal: abort.signal });
    const call = expect(listTopics(cluster)).rejects.toMatchObject({ name: 'ClosedError' });
    abort.abort();
    await call;
  });
});

describe('somebody who does not answer as a broker would', () => {
  it('a dead address: Java’s warning after each attempt, few attempts, Java’s timeout', async () => {
    const logger = keptLog();
    const cluster = await opened('127.0.0.1:1', {}, { logger });
    await expect(listTopics(cluster)).rejects.toMatchObject({
      javaClass: 'org.apache.kafka.common.errors.TimeoutException',
      message: 'Timed out waiting for a node assignment. Call: listTopics',
      cause: { name: 'ConnectionError', message: 'Cannot connect to 127.0.0.1:1: nobody listens there' },
    });
    expect(new Set(logger.lines)).toEqual(
      new Set([
        'WARN [AdminClient clientId=test-1] Connection to node -1 (/127.0.0.1:1) could not be established. Node may not be available. (NetworkClient)',
      ]),
    );
    // 50, 100, 200, 400, 800 ms between attempts, give or take a fifth.
    expect(logger.lines.length).toBeGreaterThanOrEqual(4);
    expect(logger.lines.length).toBeLessThanOrEqual(7);
  });

  it('a producer hears of its bootstrap broker, too', async () => {
    const logger = keptLog();
    const cluster = await opened('127.0.0.1:1', {}, { logger, kind: 'producer' });
    await expect(cluster.metadata.refresh([], { timeoutMs: 100 })).rejects.toThrow('node assignment');
    expect(logger.lines[1]).toBe(
      'WARN [Producer clientId=test-1] Bootstrap broker 127.0.0.1:1 (id: -1 rack: null isFenced: false) disconnected (NetworkClient)',
    );
  });

  it('gives up sooner when asked to', async () => {
    const cluster = await opened('127.0.0.1:1', { 'default.api.timeout.ms': '60000' }, { connectPatienceMs: 200 });
    const begin = Date.now();
    await expect(listTopics(cluster)).rejects.toThrow('Timed out waiting for a node assignment.');
    expect(Date.now() - begin).toBeLessThan(2000);
  });

  it.each([
    ['HTTP', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
    // A TLS alert record: what a TLS port sends to somebody who speaks in plain text.
    ['TLS', Buffer.from([0x15, 3, 3, 0, 2, 2, 0x46])],
  ])('an %s port is named at once', async (name, greeting) => {
    const peer = await stranger(greeting);
    const cluster = await opened(peer.address, { 'default.api.timeout.ms': '60000', 'request.timeout.ms': '30000' });
    await expect(listTopics(cluster)).rejects.toMatchObject({
      name: 'ConnectionError',
      isHopeless: true,
      message: `Cannot connect to ${peer.address}: The other side speaks ${name}, not Kafka's protocol`,
    });
    expect(peer.attempts()).toBe(1);
  });

  it('one that hangs up is tried again with growing pauses until the time is over', async () => {
    const peer = await stranger('close');
    const cluster = await opened(peer.address);
    await expect(listTopics(cluster)).rejects.toThrow('Timed out waiting for a node assignment. Call: listTopics');
    expect(peer.attempts()).toBeLessThanOrEqual(7);
  });

  it('one that says nothing costs no more than the time of the call', async () => {
    const peer = await stranger('silence');
    const cluster = await opened(peer.address, { 'default.api.timeout.ms': '400', 'request.timeout.ms': '400' });
    const begin = Date.now();
    await expect(listTopics(cluster)).rejects.toMatchObject({
      javaClass: 'org.apache.kafka.common.errors.TimeoutException',
    });
    expect(Date.now() - begin).toBeLessThan(1500);
  });

  it('a request without an answer ends in Java’s words about the call', async () => {
    const broker = await started([fakeApi(metadata, () => undefined)]);
    const cluster = await opened(broker.address, { 'default.api.timeout.ms': '300', 'request.timeout.ms': '300' });
    await expect(listTopics(cluster)).rejects.toThrow(
      /^Call\(callName=listTopics, deadlineMs=\d+, tries=1, nextAllowedTryMs=\d+\) timed out at \d+ after 1 attempt\(s\)$/,
    );
  });

  it('one whose answer cannot be read is not asked again', async () => {
    const peer = await stranger(Buffer.from([0, 0, 0, 6, 0, 0, 0, 1, 0, 0]));
    const cluster = await opened(peer.address, { 'default.api.timeout.ms': '300', 'request.timeout.ms': '300' });
    await expect(listTopics(cluster)).rejects.toMatchObject({ name: 'ConnectionError', isHopeless: true });
    expect(peer.attempts()).toBe(1);
  });
});

describe('admin calls', () => {
  it('repeats what a broker refuses for the moment, and asks for the controller anew', async () => {
    const answers = [41, 41, 0];
    const broker = await started([
      fakeApi(metadata, () => oneBroker(broker.port)),
      fakeApi(createTopicsApi, () => ({ topics: [{ name: 'n', errorCode: answers.shift() ?? 0 }] })),
    ]);
    const cluster = await opened(broker.address, { 'retry.backoff.ms': '5' });
    expect(await createTopics(cluster, [{ name: 'n' }])).toEqual([expect.objectContaining({ error: null })]);
    expect(broker.requests.filter(({ api }) => api === 'Metadata')).toHaveLength(3);
  });

  it('stops after the number of retries that was set', async () => {
    const broker = await started([fakeApi(metadata, () => ({ ...oneBroker(broker.port), errorCode: 14 }))]);
    const cluster = await opened(broker.address, { retries: '2', 'retry.backoff.ms': '1' });
    const call = callAdmin(cluster, {
      name: 'listTopics',
      api: metadata,
      target: 'any',
      request: { topics: null },
      handle: () => {
        throw new Error('not to be retried');
      },
    });
    await expect(call).rejects.toThrow('not to be retried');
    await expect(listTopics(cluster)).rejects.toMatchObject({ error: 'COORDINATOR_LOAD_IN_PROGRESS' });
    expect(broker.requests.filter(({ api }) => api === 'Metadata')).toHaveLength(4);
  });

  it('waits for a node that is not there until the time is over', async () => {
    const broker = await started([fakeApi(metadata, () => oneBroker(broker.port))]);
    const cluster = await opened(broker.address, { 'default.api.timeout.ms': '300', 'request.timeout.ms': '300' });
    const call = callAdmin(cluster, {
      name: 'describeConfigs',
      api: metadata,
      target: { node: 9 },
      request: { topics: [] },
      handle: () => 0,
    });
    await expect(call).rejects.toThrow('Timed out waiting for a node assignment. Call: describeConfigs');
  });
});
