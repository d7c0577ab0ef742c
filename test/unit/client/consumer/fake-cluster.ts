import { type Cluster } from '../../../../src/client/index.ts';
import { findCoordinator } from '../../../../src/protocol/messages/10-find-coordinator.ts';
import { type Api, type Fields } from '../../../../src/protocol/schema.ts';
import { ManualClock } from '../../../../src/util/clock.ts';

/** Answers one request of an API; the request is what the client would encode, in the highest version. */
export type Answer = (request: Record<string, never>, node: number) => unknown;

interface FakeTopic {
  readonly id: string;
  /** Leader by partition; -1: none. */
  leaders: number[];
}

/** What the consumer uses of a cluster, answered by functions of a test. */
export class FakeCluster {
  readonly clock = new ManualClock();
  readonly topics = new Map<string, FakeTopic>();
  readonly answers = new Map<number, Answer>();
  readonly sent: { api: string; request: Record<string, never>; node: number }[] = [];
  readonly logs: string[] = [];
  readonly logPrefix = '';
  /** Code of every topic in metadata answers that is not in `topics`. */
  unknownError = 'UNKNOWN_TOPIC_OR_PARTITION';
  /** Of every leader. */
  leaderEpoch = 0;
  refreshes = 0;
  isClosed = false;
  readonly settings = {
    clientId: 'c',
    requestTimeoutMs: 1000,
    apiTimeoutMs: 5000,
    metadataMaxAgeMs: 300_000,
    retryBackoffMs: 100,
    retryBackoffMaxMs: 1000,
  };
  readonly logger = {
    log: (_level: string, text: string) => void this.logs.push(text),
    named: () => this.logger,
  };
  readonly metadata = {
    isUsable: true,
    node: (id: number) => (id < 0 ? undefined : { id, host: 'h', port: 9092, rack: null }),
    nodes: () => [{ id: 1, host: 'h', port: 9092, rack: null }],
    leader: (topic: string, partition: number) => {
      const node = this.topics.get(topic)?.leaders[partition] ?? -1;
      return node < 0 ? undefined : { node, leaderEpoch: this.leaderEpoch };
    },
    topicId: (name: string) => this.topics.get(name)?.id,
    topicName: (id: string) => [...this.topics].find(([, topic]) => topic.id === id)?.[0],
    updateLeader: (topic: string, partition: number, node: number) => {
      const found = this.topics.get(topic);
      if (found) found.leaders[partition] = node;
    },
    markStale: () => undefined,
    refresh: async (wanted: readonly string[] | 'all') => {
      this.refreshes++;
      const names = wanted === 'all' ? [...this.topics.keys()] : wanted;
      return {
        topics: names.map((name) => ({
          name,
          error: this.topics.has(name) ? 'NONE' : this.unknownError,
          partitions: [],
        })),
      };
    },
  };

  asCluster(): Cluster {
    return this as unknown as Cluster;
  }

  answer<Q extends Fields, R extends Fields>(api: Api<Q, R>, answer: Answer): void {
    this.answers.set(api.key, answer);
  }

  async send(api: Api<Fields, Fields>, request: unknown, target: { node: number }): Promise<unknown> {
    const version = api.request.versions.last;
    const asked = (typeof request === 'function' ? request(version) : request) as Record<string, never>;
    this.sent.push({ api: api.name, request: asked, node: target.node });
    const answer = this.answers.get(api.key);
    if (!answer) return new Promise(() => undefined);
    return { ...api.response.struct.defaults(), ...((await answer(asked, target.node)) as object) };
  }

  async exchange(api: Api<Fields, Fields>, request: unknown, target: { node: number }): Promise<unknown> {
    return { response: await this.send(api, request, target), version: api.request.versions.last, correlationId: 1 };
  }

  async findCoordinator(): Promise<number> {
    this.sent.push({ api: findCoordinator.name, request: {}, node: -1 });
    return 9;
  }

  isBackingOff = false;

  backoff(): Promise<void> {
    this.isBackingOff = true;
    return new Promise((resolve) => this.clock.after(100, resolve));
  }

  close(): void {
    this.isClosed = true;
  }
}
