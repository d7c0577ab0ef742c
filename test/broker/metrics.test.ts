import { fetch as fetchApi } from '../../src/protocol/messages/01-fetch.ts';
import { clusterStatus, parseMetricsAddress, trafficOf } from '../../src/tools/status/index.ts';
import { parseExposition } from '../../src/util/exposition.ts';
import { runBin } from '../cli/run-bin.ts';
import { TestBroker } from './harness.ts';
import { toolContext } from './tools/tool-context.ts';

describe('the metrics port of a broker', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ properties: { 'klamm.metrics.port': '0' } });
    await broker.createTopic('counted', 2);
    const input = 'one\ntwo\nthree\n';
    const { port } = broker;
    await runBin('kafka-console-producer', ['--bootstrap-server', `127.0.0.1:${port}`, '--topic', 'counted'], {
      input,
    });
  });
  afterAll(() => broker.stop());

  const ask = (path: string, init?: RequestInit) =>
    fetch(`http://localhost:${broker.running.metrics?.port}${path}`, init);
  async function total(name: string, labels: Record<string, string> = {}): Promise<number> {
    const samples = parseExposition(await (await ask('/metrics')).text()).get(name) ?? [];
    const isAsked = (given: Readonly<Record<string, unknown>>) =>
      Object.entries(labels).every(([label, value]) => given[label] === value);
    return samples.filter((sample) => isAsked(sample.labels)).reduce((sum, { value }) => sum + value, 0);
  }

  it('counts what came in and what went out', async () => {
    const topic = { topic: 'counted' };
    expect(await total('kafka_server_messages_in_total', topic)).toBe(3);
    expect(await total('kafka_log_end_offset', topic)).toBe(3);
    expect(await total('kafka_server_bytes_in_total', topic)).toBe(await total('kafka_log_size_bytes', topic));
    expect(await total('kafka_network_requests_total', { request: 'CreateTopics' })).toBe(1);
    const client = await broker.connect();
    const before = await total('kafka_server_bytes_out_total', topic);
    const partitions = [0, 1].map((partition) => ({ partition, fetchOffset: 0n, partitionMaxBytes: 1 << 20 }));
    await client.send(fetchApi, 12, { maxBytes: 1 << 20, topics: [{ topic: 'counted', partitions }] });
    expect((await total('kafka_server_bytes_out_total', topic)) - before).toBe(
      await total('kafka_log_size_bytes', topic),
    );
    expect(await total('kafka_network_connections')).toBe(1);
    expect(await total('kafka_controller_global_partition_count')).toBe(2);
  });

  it('says that the broker is well, and nothing about other paths', async () => {
    const health = await ask('/healthz');
    expect([health.status, await health.text()]).toEqual([200, 'ok\n']);
    expect((await ask('/elsewhere')).status).toBe(404);
    expect((await ask('/metrics', { method: 'POST', body: 'x' })).status).toBe(405);
  });

  it('is what klamm status reads', async () => {
    const address = { bootstrapServers: broker.address };
    const context = toolContext();
    expect(await clusterStatus(address, context)).toMatchObject({
      controllerId: 1,
      brokers: [{ id: 1, logDirs: [{ path: broker.logDir, isOffline: false, sizeBytes: expect.any(BigInt) }] }],
      topicCount: 1,
      partitionCount: 2,
      offlinePartitionCount: 0,
      underReplicatedPartitionCount: 0,
      groupCounts: {},
    });
    const metrics = parseMetricsAddress(`http://localhost:${broker.running.metrics?.port}/metrics`);
    expect(await trafficOf(metrics, 10, context)).toMatchObject({
      health: 'ok',
      messagesIn: 3,
      messagesInPerSecond: 0,
    });
    await expect(trafficOf({ host: 'localhost', port: broker.port }, 10, context)).rejects.toThrow('No metrics from');
  });

  it('is not there unless asked for, and a wrong port keeps the broker from starting', async () => {
    const plain = await TestBroker.start();
    expect(plain.running.metrics).toBe(null);
    await plain.stop();
    await expect(TestBroker.start({ properties: { 'klamm.metrics.port': 'often' } })).rejects.toThrow(
      'Invalid value often for configuration klamm.metrics.port: Not a number of type INT',
    );
  });
});
