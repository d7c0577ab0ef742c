import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough, Readable, Writable } from 'node:stream';
import { fetch } from '../../../src/protocol/messages/01-fetch.ts';
import { batches, RecordCursor } from '../../../src/protocol/records/index.ts';
import { type ConsoleProducerOptions, produceFromConsole } from '../../../src/tools/console-producer/index.ts';
import { runProducerPerf } from '../../../src/tools/producer-perf/index.ts';
import { runVerifiableProducer } from '../../../src/tools/verifiable-producer.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { JavaError } from '../../../src/util/java-error.ts';
import { type NamedLogger } from '../../../src/util/log-lines.ts';
import { type ToolContext } from '../../../src/util/tool-context.ts';
import { TestBroker } from '../harness.ts';

interface Stage extends ToolContext {
  readonly said: () => string;
  readonly logged: string[];
  readonly stop: AbortController;
}

/** Streams and a signal for one call of a tool. */
function stage(stdin: Readable | Buffer | string = ''): Stage {
  const chunks: Buffer[] = [];
  const sink = (into: Buffer[]) =>
    new Writable({
      write(chunk: Buffer, _encoding, done) {
        into.push(Buffer.from(chunk));
        done();
      },
    });
  const logged: string[] = [];
  const logger: NamedLogger = {
    log: (_level, text, cause) => void logged.push(cause instanceof JavaError ? `${text} ${cause}` : text),
    named: () => logger,
  };
  const stop = new AbortController();
  return {
    stdin: stdin instanceof Readable ? stdin : Readable.from([Buffer.from(stdin)]),
    stdout: sink(chunks),
    stderr: sink([]),
    logger,
    clock: systemClock,
    signal: stop.signal,
    isInteractive: false,
    said: () => Buffer.concat(chunks).toString(),
    logged,
    stop,
  };
}

describe('tools that produce, on our broker', () => {
  let broker: TestBroker;
  let directory: string;
  beforeAll(async () => {
    broker = await TestBroker.start();
    directory = mkdtempSync(join(tmpdir(), 'klamm-'));
  });
  afterAll(async () => {
    rmSync(directory, { recursive: true });
    await broker.stop();
  });

  /** `key=value` of each record of a partition, in order; null keys are left out. */
  async function stored(topic: string, partition = 0): Promise<string[]> {
    const client = await broker.connect();
    const found: string[] = [];
    for (let fetchOffset = 0n; ; ) {
      const partitions = [{ partition, fetchOffset, partitionMaxBytes: 1 << 20 }];
      const answer = await client.send(fetch, 12, {
        maxWaitMs: 0,
        maxBytes: 50 << 20,
        topics: [{ topic, partitions }],
      });
      const { records, highWatermark } = answer.responses[0]?.partitions[0] ?? {};
      if (!records || fetchOffset >= (highWatermark ?? 0n)) return found;
      const cursor = new RecordCursor();
      for (const batch of batches(records)) {
        fetchOffset = batch.nextOffset;
        if (batch.isControl) continue;
        cursor.reset(batch);
        while (cursor.next()) {
          const key = cursor.key();
          const headers = cursor.headers().map((one) => `[${one.key}:${one.value?.toString('latin1')}]`);
          const value = cursor.value()?.toString('latin1') ?? 'null';
          found.push(`${headers.join('')}${key === null ? '' : `${key.toString('latin1')}=`}${value}`);
        }
      }
    }
  }

  function consoleOptions(topic: string, more: Partial<ConsoleProducerOptions> = {}): ConsoleProducerOptions {
    return {
      topic,
      bootstrapServers: broker.address,
      configFile: undefined,
      properties: [],
      compression: 'none',
      options: [{ key: 'linger.ms', value: '0', isGiven: false }],
      isSync: false,
      lineReader: 'org.apache.kafka.tools.LineMessageReader',
      readerConfigFile: undefined,
      readerProperties: [],
      isJavaText: true,
      stopsWithoutTopic: false,
      ...more,
    };
  }

  it('keep every line of an input of several chunks, in order', async () => {
    await broker.createTopic('lines');
    const lines = Array.from({ length: 30_000 }, (_, at) => `line ${at} ${'x'.repeat(at % 90)}`);
    const text = Buffer.from(lines.join('\n'));
    const cuts = Array.from({ length: Math.ceil(text.length / 9973) }, (_, at) =>
      text.subarray(at * 9973, (at + 1) * 9973),
    );
    expect(await produceFromConsole(consoleOptions('lines'), stage(Readable.from(cuts)))).toEqual({ failedRecords: 0 });
    expect(await stored('lines')).toEqual(lines);
  });

  it('under the name of the original read text as Java does, under klamm every byte', async () => {
    await broker.createTopic('java');
    await broker.createTopic('bytes');
    const input = Buffer.from('a\r\nb\xff\rc\n', 'latin1');
    await produceFromConsole(consoleOptions('java'), stage(input));
    await produceFromConsole(consoleOptions('bytes', { isJavaText: false }), stage(input));
    expect(await stored('java')).toEqual(['a', 'b\xef\xbf\xbd', 'c']);
    expect(await stored('bytes')).toEqual(['a\r', 'b\xff\rc']);
  });

  it('take headers, keys and null markers out of the lines', async () => {
    await broker.createTopic('parsed');
    const readerProperties = ['parse.key=true', 'parse.headers=true', 'null.marker=NIL'];
    await produceFromConsole(
      consoleOptions('parsed', { readerProperties }),
      stage('h:1,i:NIL\tk\tv\nNIL\tNIL\tv2\nNIL\tk3\tNIL\n'),
    );
    expect(await stored('parsed')).toEqual(['[h:1][i:undefined]k=v', 'v2', 'k3=null']);
  });

  it('deliver the lines before one that cannot be parsed, then fail', async () => {
    await broker.createTopic('broken');
    const call = produceFromConsole(
      consoleOptions('broken', { readerProperties: ['parse.key=true'] }),
      stage('k\tv\nno separator\nk3\tv3\n'),
    );
    await expect(call).rejects.toThrow("No key separator found on line number 2: 'no separator'");
    expect(await stored('broken')).toEqual(['k=v']);
  });

  it('log what could not be delivered, and count it', async () => {
    await broker.createTopic('small', 1, { 'max.message.bytes': '500' });
    const context = stage(`a\n${'x'.repeat(600)}\nb\n`);
    expect(await produceFromConsole(consoleOptions('small'), context)).toEqual({ failedRecords: 1 });
    expect(await stored('small')).toEqual(['a', 'b']);
    expect(context.logged).toContain(
      'Error when sending message to topic small with key: null, value: 600 bytes with error: ' +
        'org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger than the max message size the server will accept.',
    );
  });

  it('with sync end at the first record that fails', async () => {
    await broker.createTopic('sync', 1, { 'max.message.bytes': '500' });
    const call = produceFromConsole(
      consoleOptions('sync', { isSync: true }),
      stage(`a\n${'x'.repeat(600)}\nb\n`),
    ).catch(String);
    expect(await call).toMatch(
      /^java\.util\.concurrent\.ExecutionException: org\.apache\.kafka\.common\.errors\.RecordTooLargeException: /,
    );
    expect(await stored('sync')).toEqual(['a']);
  });

  it('deliver what was read when the signal comes', async () => {
    await broker.createTopic('signal');
    const stdin = new PassThrough();
    const context = stage(stdin);
    const running = produceFromConsole(
      consoleOptions('signal', { options: [{ key: 'linger.ms', value: '60000', isGiven: true }] }),
      context,
    );
    stdin.write('before\ncut');
    await new Promise((resolve) => setImmediate(resolve));
    context.stop.abort();
    await running;
    expect(await stored('signal')).toEqual(['before']);
  });

  it("use a reader of the user's own", async () => {
    await broker.createTopic('read', 2);
    const path = join(directory, 'reader.mjs');
    writeFileSync(
      path,
      `export default class {
        configure(properties) { this.topic = properties.topic; }
        async *readRecords(input) {
          for await (const chunk of input) {
            for (const word of Buffer.from(chunk).toString().trim().split(' ')) {
              yield { key: word, value: new Uint8Array([0x41]), headers: [['t', this.topic]], partition: 1 };
            }
          }
        }
      }`,
    );
    await produceFromConsole(consoleOptions('read', { lineReader: path }), stage('one two\n'));
    expect(await stored('read', 0)).toEqual([]);
    expect(await stored('read', 1)).toEqual(['[t:read]one=A', '[t:read]two=A']);
  });

  it('end at once under klamm when the topic cannot be had', async () => {
    const options = [{ key: 'max.block.ms', value: '300', isGiven: true }];
    const context = stage('a\nb\nc\n');
    const bootstrapServers = '127.0.0.1:1';
    const call = consoleOptions('nowhere', { options, bootstrapServers, stopsWithoutTopic: true });
    expect(await produceFromConsole(call, context)).toEqual({ failedRecords: 1 });
    expect(context.logged.at(-1)).toContain('Topic nowhere not present in metadata after 300 ms.');
  });

  const PERF = {
    recordCount: 10,
    payload: { kind: 'counting' },
    throughput: -1,
    warmupRecords: 0,
    reportingIntervalMs: 5000,
    printsMetrics: false,
    configFile: undefined,
    properties: [],
    transactionalId: undefined,
    transactionDurationMs: undefined,
  } as const;

  it('measure a run, in transactions too', async () => {
    await broker.createTopic('perf');
    const context = stage();
    const bootstrapServers = broker.address;
    await runProducerPerf({ ...PERF, topic: 'perf', bootstrapServers }, context);
    await runProducerPerf({ ...PERF, topic: 'perf', bootstrapServers, transactionalId: 'perf-tx' }, context);
    const numbers = Array.from({ length: 10 }, (_, at) => String(at));
    expect(await stored('perf')).toEqual([...numbers, ...numbers]);
    expect(context.said().match(/^10 records sent, /gm)).toHaveLength(2);
  });

  it('tell of each record whether it was acknowledged', async () => {
    await broker.createTopic('verified');
    const context = stage();
    const options = {
      bootstrapServers: broker.address,
      topic: 'verified',
      maxMessages: 3,
      throughput: -1,
      acks: '-1',
      configFile: undefined,
      createTimeMs: -1,
      valuePrefix: 7,
      repeatingKeys: 2,
    };
    await runVerifiableProducer(options, context);
    expect(await stored('verified')).toEqual(['0=7.0', '1=7.1', '0=7.2']);
    const lines = context
      .said()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(lines.map(({ name }) => name)).toEqual([
      'startup_complete',
      ...Array(3).fill('producer_send_success'),
      'shutdown_complete',
      'tool_data',
    ]);
    expect(lines[2]).toMatchObject({ key: '1', value: '7.1', offset: 1, topic: 'verified', partition: 0 });
    expect(lines.at(-1)).toMatchObject({ sent: 3, acked: 3, target_throughput: -1 });
  });
});
