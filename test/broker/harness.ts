import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { type RunningBroker, startBroker } from '../../src/broker/daemon.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { type Uuid } from '../../src/protocol/primitives.ts';
import { type Clock, systemClock } from '../../src/util/clock.ts';
import { type NamedLogger } from '../../src/util/log-lines.ts';
import { type LogLevel } from '../../src/util/logger.ts';
import { RawClient } from './raw-client.ts';

export interface TestBrokerOptions {
  /** More lines of server.properties. */
  readonly properties?: Readonly<Record<string, string>>;
  readonly clock?: Clock;
  /** Beside the broker's own, which keeps the metadata log. */
  readonly secondLogDir?: string;
}

/** A broker in this process, on a free port, with a directory of its own that goes away with it. */
export class TestBroker {
  readonly directory: string;
  /** "WARN text" of everything at WARN and above, in all lives of the broker. */
  readonly logged: string[] = [];
  private readonly options: TestBrokerOptions;
  private readonly clients = new Set<RawClient>();
  private broker: RunningBroker | null = null;

  private constructor(options: TestBrokerOptions) {
    this.options = options;
    this.directory = mkdtempSync(`${tmpdir()}/klamm-broker-`);
  }

  static async start(options: TestBrokerOptions = {}): Promise<TestBroker> {
    const test = new TestBroker(options);
    await test.begin();
    return test;
  }

  get running(): RunningBroker {
    if (this.broker === null) throw new Error('the broker is stopped');
    return this.broker;
  }

  get port(): number {
    return this.running.port;
  }

  /** Where clients find it. */
  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  /** The same as tools are told it. */
  get bootstrapOption(): string[] {
    return ['--bootstrap-server', this.address];
  }

  get logDir(): string {
    return `${this.directory}/data`;
  }

  /** Closed with the broker. */
  async connect(clientId?: string): Promise<RawClient> {
    const client = await RawClient.connect(this.port, clientId);
    this.clients.add(client);
    return client;
  }

  async createTopic(name: string, partitionCount = 1, configs: Record<string, string> = {}): Promise<Uuid> {
    const client = await RawClient.connect(this.port);
    const { topics } = await client.send(createTopics, 7, {
      topics: [
        {
          name,
          numPartitions: partitionCount,
          replicationFactor: 1,
          configs: Object.entries(configs).map(([key, value]) => ({ name: key, value })),
        },
      ],
    });
    client.close();
    const [created] = topics;
    if (created?.errorCode !== 0) throw new Error(`cannot create ${name}: ${created?.errorMessage}`);
    return created.topicId;
  }

  /** Stops cleanly and starts again on the same directory. */
  async restart(): Promise<void> {
    await this.restartAfter(() => undefined);
  }

  /** The same with something done to the directory in between. */
  async restartAfter(act: () => void): Promise<void> {
    await this.end();
    act();
    await this.begin();
  }

  async stop(): Promise<void> {
    await this.end();
    rmSync(this.directory, { recursive: true, force: true });
  }

  private async begin(): Promise<void> {
    const properties = new Map(Object.entries({ ...testProperties(this.logDir), ...this.options.properties }));
    const { clock = systemClock, secondLogDir } = this.options;
    if (secondLogDir !== undefined) {
      properties.set('log.dirs', `${this.logDir},${secondLogDir}`);
      properties.set('metadata.log.dir', this.logDir);
    }
    const logger = recordingLogger(this.logged);
    this.broker = await startBroker({ properties, formatsDirectories: true, clock, logger, pid: process.pid });
  }

  private async end(): Promise<void> {
    for (const client of this.clients) client.close();
    this.clients.clear();
    await this.broker?.stop();
    this.broker = null;
  }
}

/** One node on a free port, internal topics with one replica, groups that begin at once. */
export function testProperties(logDir: string): Record<string, string> {
  return {
    'process.roles': 'broker,controller',
    'node.id': '1',
    'controller.quorum.voters': '1@127.0.0.1:1',
    'controller.listener.names': 'CONTROLLER',
    listeners: 'PLAINTEXT://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
    'log.dirs': logDir,
    'offsets.topic.replication.factor': '1',
    'transaction.state.log.replication.factor': '1',
    'transaction.state.log.min.isr': '1',
    'group.initial.rebalance.delay.ms': '0',
  };
}

function recordingLogger(logged: string[]): NamedLogger {
  const logger: NamedLogger = {
    log(level: LogLevel, text: string, cause?: unknown) {
      if (level !== 'WARN' && level !== 'ERROR') return;
      logged.push(`${level} ${text}${cause === undefined ? '' : `: ${String(cause)}`}`);
    },
    named: () => logger,
  };
  return logger;
}
