import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { fileURLToPath } from 'node:url';
import { startBroker } from '../../src/broker/daemon.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { batches, RecordCursor, singleBatch } from '../../src/protocol/records/index.ts';
import { systemClock } from '../../src/util/clock.ts';
import { type NamedLogger } from '../../src/util/log-lines.ts';
import { TestBroker, testProperties } from './harness.ts';
import { RawClient } from './raw-client.ts';

const SILENT: NamedLogger = { log: () => undefined, named: () => SILENT };

function recordsOf(values: readonly string[]): Buffer {
  return singleBatch(values.map((value) => ({ timestampMs: Date.now(), key: null, value: Buffer.from(value) })));
}

async function send(client: RawClient, topic: string, values: readonly string[]): Promise<number> {
  const topicData = [{ name: topic, partitionData: [{ index: 0, records: recordsOf(values) }] }];
  const { responses } = await client.send(produce, 9, { acks: -1, timeoutMs: 5000, topicData });
  return responses[0]?.partitionResponses[0]?.errorCode ?? -1;
}

async function readAll(client: RawClient, topic: string): Promise<string[]> {
  const values: string[] = [];
  for (let fetchOffset = 0n; ; ) {
    const partitions = [{ partition: 0, fetchOffset, partitionMaxBytes: 1 << 20 }];
    const request = { maxWaitMs: 0, minBytes: 1, maxBytes: 1 << 20, topics: [{ topic, partitions }] };
    const { responses } = await client.send(fetch, 12, request);
    const cursor = new RecordCursor();
    for (const batch of batches(responses[0]?.partitions[0]?.records ?? Buffer.alloc(0))) {
      cursor.reset(batch);
      while (cursor.next()) values.push(String(cursor.value()));
      fetchOffset = batch.nextOffset;
    }
    if (fetchOffset >= (responses[0]?.partitions[0]?.highWatermark ?? 0n)) return values;
  }
}

describe('life of a broker', () => {
  it('keeps topics and records over a clean stop, and leaves what Kafka leaves', async () => {
    const broker = await TestBroker.start();
    const topicId = await broker.createTopic('kept', 2, { 'retention.ms': '1234567' });
    const client = await broker.connect();
    expect(await send(client, 'kept', ['a', 'b'])).toBe(0);
    await broker.restart();
    expect(await readAll(await broker.connect(), 'kept')).toEqual(['a', 'b']);
    expect(await send(await broker.connect(), 'kept', ['c'])).toBe(0);
    const { logDir } = broker;
    await broker.restart();
    expect(await readAll(await broker.connect(), 'kept')).toEqual(['a', 'b', 'c']);
    expect(broker.running.logDirs).toEqual([logDir]);
    expect(topicId).toHaveLength(22);
    expect(broker.logged).toEqual([]);
    await broker.running.stop();
    expect(readdirSync(logDir).sort()).toEqual([
      '.kafka_cleanshutdown',
      '__cluster_metadata-0',
      'bootstrap.checkpoint',
      'cleaner-offset-checkpoint',
      'kept-0',
      'kept-1',
      'log-start-offset-checkpoint',
      'meta.properties',
      'recovery-point-offset-checkpoint',
      'replication-offset-checkpoint',
    ]);
    await broker.stop();
  });

  it('refuses a directory in use, a taken port and a directory that is not formatted', async () => {
    const broker = await TestBroker.start();
    const start = (properties: Record<string, string>, formatsDirectories = true) =>
      startBroker({
        properties: new Map(Object.entries(properties)),
        formatsDirectories,
        clock: systemClock,
        logger: SILENT,
        pid: process.pid,
      });
    await expect(start(testProperties(broker.logDir))).rejects.toThrow(
      `Failed to acquire lock on file .lock in ${broker.logDir}. A Kafka instance in another process or thread is using this directory.`,
    );
    const other = mkdtempSync(`${tmpdir()}/klamm-other-`);
    const listeners = `PLAINTEXT://127.0.0.1:${broker.port},CONTROLLER://127.0.0.1:0`;
    await expect(start({ ...testProperties(other), listeners })).rejects.toThrow(
      `Socket server failed to bind to 127.0.0.1:${broker.port}: Address already in use.`,
    );
    expect(readdirSync(other)).not.toContain('.lock');
    rmSync(other, { recursive: true });
    await expect(start(testProperties(other), false)).rejects.toThrow('No readable meta.properties files found.');
    await broker.stop();
  });

  it.each([
    [
      {
        'process.roles': 'broker',
        'controller.quorum.voters': '2@127.0.0.1:2',
        listeners: 'PLAINTEXT://127.0.0.1:0',
      },
      /process.roles must be broker,controller/,
    ],
    [{ 'authorizer.class.name': 'org.example.Ours' }, /org.example.Ours/],
    [{ 'controller.quorum.voters': '1@127.0.0.1:1,2@127.0.0.1:2' }, /several nodes are not served yet/],
    [
      { listeners: 'SSL://127.0.0.1:0,CONTROLLER://127.0.0.1:0', 'inter.broker.listener.name': 'SSL' },
      /ssl.keystore.location or ssl.keystore.key is needed/,
    ],
  ] as [Record<string, string>, RegExp][])('refuses what it would only do by half: %j', async (properties, text) => {
    const directory = mkdtempSync(`${tmpdir()}/klamm-refused-`);
    const given = {
      ...testProperties(directory),
      'listener.security.protocol.map': 'CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL',
      ...properties,
    };
    const options = { formatsDirectories: true, clock: systemClock, logger: SILENT, pid: process.pid };
    await expect(startBroker({ ...options, properties: new Map(Object.entries(given)) })).rejects.toThrow(text);
    rmSync(directory, { recursive: true });
  });

  it('has every acknowledged record once and in order after kill -9', async () => {
    const directory = mkdtempSync(`${tmpdir()}/klamm-killed-`);
    const acknowledged: string[] = [];
    let next = 0;
    for (let round = 0; round < 3; round++) {
      const { child, port } = await startChild(directory);
      const client = await RawClient.connect(port);
      if (round === 0) {
        const topics = [{ name: 't', numPartitions: 1, replicationFactor: 1 }];
        await client.send(createTopics, 7, { topics });
      }
      const killed = new Promise((resolve) => child.on('exit', resolve));
      const load = async () => {
        for (;;) {
          const values = [`${next++}`, `${next++}`];
          if ((await send(client, 't', values)) === 0) acknowledged.push(...values);
        }
      };
      const loads = Promise.allSettled([load(), load(), load()]);
      await new Promise((resolve) => setTimeout(resolve, 150));
      child.kill('SIGKILL');
      await Promise.all([killed, loads]);
    }
    const { child, port } = await startChild(directory);
    const client = await RawClient.connect(port);
    const stored = await readAll(client, 't');
    const seen = new Set(stored);
    expect(seen.size).toBe(stored.length);
    expect(acknowledged.length).toBeGreaterThan(20);
    expect(acknowledged.filter((value) => !seen.has(value))).toEqual([]);
    expect(acknowledged).toEqual(stored.filter((value) => acknowledged.includes(value)));
    client.close();
    const ended = new Promise((resolve) => child.on('exit', resolve));
    child.kill('SIGKILL');
    await ended;
    rmSync(directory, { recursive: true });
  });
});

async function startChild(directory: string) {
  const program = fileURLToPath(new URL('./broker-process.ts', import.meta.url));
  const child = spawn(process.execPath, ['--no-warnings', program, `${directory}/data`], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const port = await new Promise<number>((resolve, reject) => {
    child.stdout.once('data', (line: Buffer) => resolve(Number(String(line))));
    child.once('exit', () => reject(new Error('the broker did not start')));
  });
  return { child, port };
}
