/**
 * Membership in a classic group, run on kafkajs: it finds the coordinator, joins with Java's `range` assignor, sends heartbeats and
 * takes part in rebalances. Its own fetching is paused from the start; records and offsets go over our own codecs.
 */
import { type Consumer, type Cluster as KafkaJsCluster, type PartitionAssigner } from 'kafkajs';
import { ERRORS, type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { once } from '../../util/once.ts';
import { type Cluster } from '../cluster.ts';
import { ClientError } from '../errors.ts';
import { type TopicPartition } from './assigned-partition.ts';
import { assignRanges } from './assignors/range-assignor.ts';
import { decodeSubscription, encodeAssignment, encodeSubscription } from './consumer-protocol.ts';
import { type GroupMember, type MemberEvents, type MemberIdentity, NO_MEMBER } from './group-member.ts';

export interface KafkaJsMemberOptions {
  readonly cluster: Cluster;
  readonly groupId: string;
  readonly sessionTimeoutMs: number;
  /** Java's max.poll.interval.ms. */
  readonly rebalanceTimeoutMs: number;
  readonly heartbeatIntervalMs: number;
  readonly metadataMaxAgeMs: number;
  readonly events: MemberEvents;
}

interface JoinAnswer {
  readonly generationId: number;
  readonly memberId: string;
}

/** kafkajs's view of the coordinator; its type does not name joinGroup. */
interface Coordinator {
  joinGroup(request: unknown): Promise<JoinAnswer>;
}

/** How often kafkajs looks whether a heartbeat is due, and how long it may take to notice that it should stop. */
const IDLE_POLL_MS = 50;

const loadKafkaJs = once(async () => {
  const [{ Kafka, logLevel }, { default: RequestQueue }] = await Promise.all([
    import('kafkajs'),
    import('kafkajs/src/network/requestQueue/index.js'),
  ]);
  // kafkajs 2.2.4 arms a timer for an empty queue again and again, and with a negative delay: Node 24 prints
  // TimeoutNegativeWarning for it. Only a queue that holds something needs the timer.
  const queue = RequestQueue.prototype as {
    scheduleCheckPendingRequests(): void;
    readonly pending: readonly unknown[];
  };
  const schedule = queue.scheduleCheckPendingRequests;
  queue.scheduleCheckPendingRequests = function (this: typeof queue) {
    if (this.pending.length > 0) schedule.call(this);
  };
  return { Kafka, logLevel };
});

export class KafkaJsMember implements GroupMember {
  private readonly options: KafkaJsMemberOptions;
  private currentIdentity: MemberIdentity = NO_MEMBER;
  private owned: readonly TopicPartition[] = [];
  private consumer: Consumer | null = null;
  private topics: readonly string[] = [];
  private isClosed = false;
  /** Starts and stops of kafkajs's consumer, one after the other. */
  private turn: Promise<void> = Promise.resolve();

  constructor(options: KafkaJsMemberOptions) {
    this.options = options;
    // Loading takes a while: let it overlap with the first requests. A failure shows at the first use.
    loadKafkaJs().catch(() => undefined);
  }

  get identity(): MemberIdentity {
    return this.currentIdentity;
  }

  subscribe(topics: readonly string[]): void {
    if (this.isClosed) return;
    this.topics = topics;
    this.turn = this.turn.then(async () => {
      await this.stop();
      if (!this.isClosed && this.topics === topics) await this.start(topics);
    });
    this.turn = this.turn.catch((error: unknown) => this.fail(error));
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.stop();
  }

  private async start(topics: readonly string[]): Promise<void> {
    const { cluster, groupId, sessionTimeoutMs, rebalanceTimeoutMs, heartbeatIntervalMs } = this.options;
    const { settings, logger } = cluster;
    const { Kafka, logLevel } = await loadKafkaJs();
    if (this.isClosed) return;
    const retry = {
      initialRetryTime: Math.max(settings.retryBackoffMs, 1),
      maxRetryTime: Math.max(settings.retryBackoffMaxMs, 1),
      retries: Number.MAX_SAFE_INTEGER,
      restartOnFailure: async () => !this.isClosed,
    };
    const kafka = new Kafka({
      clientId: settings.clientId,
      brokers: cluster.metadata.nodes().map(({ host, port }) => `${host}:${port}`),
      connectionTimeout: settings.connectTimeoutMs,
      requestTimeout: settings.requestTimeoutMs,
      retry,
      ...(await security(cluster)),
      logLevel: logLevel.DEBUG,
      logCreator:
        () =>
        ({ namespace, log }) =>
          logger.named(`kafkajs.${namespace}`).log('DEBUG', log.message),
    });
    const consumer = kafka.consumer({
      groupId,
      sessionTimeout: sessionTimeoutMs,
      rebalanceTimeout: rebalanceTimeoutMs,
      heartbeatInterval: Math.min(heartbeatIntervalMs, sessionTimeoutMs - 1),
      metadataMaxAge: this.options.metadataMaxAgeMs,
      maxWaitTimeInMs: IDLE_POLL_MS,
      allowAutoTopicCreation: false,
      partitionAssigners: [this.assigner()],
      retry,
    });
    this.consumer = consumer;
    consumer.on(consumer.events.GROUP_JOIN, ({ payload }) => {
      const assigned = Object.entries(payload.memberAssignment).flatMap(([topic, partitions]) =>
        partitions.map((partition) => ({ topic, partition })),
      );
      if (consumer === this.consumer) this.accept(assigned);
    });
    consumer.on(consumer.events.CRASH, ({ payload }) => {
      if (consumer !== this.consumer || this.isClosed) return;
      this.lose();
      if (!payload.restart) this.fail(payload.error);
    });
    await consumer.connect();
    await consumer.subscribe({ topics: [...topics] });
    const running = consumer.run({ autoCommit: false, eachBatch: async () => undefined });
    consumer.pause(topics.map((topic) => ({ topic })));
    await running;
  }

  private async stop(): Promise<void> {
    const { consumer } = this;
    if (consumer === null) return;
    this.consumer = null;
    if (!this.isClosed) await this.revoke();
    // It leaves the group on the way; what fails here fails because the connection is gone already.
    await consumer.disconnect().catch(() => undefined);
    this.currentIdentity = NO_MEMBER;
  }

  private accept(assigned: readonly TopicPartition[]): void {
    this.owned = assigned;
    this.options.events.onAssigned(assigned);
  }

  /** Before every (re)join: what was owned may go to others, so its offsets are committed while the generation still holds. */
  private async revoke(): Promise<void> {
    const { owned } = this;
    this.owned = [];
    if (owned.length > 0) await this.options.events.onRevoked(owned);
  }

  private lose(): void {
    const { owned } = this;
    this.owned = [];
    this.currentIdentity = NO_MEMBER;
    if (owned.length > 0) this.options.events.onLost(owned);
  }

  private fail(error: unknown): void {
    if (!this.isClosed) this.options.events.onFailure(asClientFailure(error, this.options.groupId));
  }

  /**
   * Java's range assignor. kafkajs hands its cluster to it: the way to the coordinator, where joining is seen before it is sent
   * and the generation comes back.
   */
  private assigner(): PartitionAssigner {
    return ({ cluster }) => {
      this.watchJoins(cluster);
      return {
        name: 'range',
        version: 1,
        protocol: ({ topics }) => ({ name: 'range', metadata: encodeSubscription({ topics }) }),
        assign: async ({ members }) => this.assignAll(cluster, members),
      };
    };
  }

  private async assignAll(
    cluster: KafkaJsCluster,
    members: readonly { memberId: string; memberMetadata: Buffer; groupInstanceId?: string | null }[],
  ): Promise<{ memberId: string; memberAssignment: Buffer }[]> {
    const subscriptions = members.map(({ memberId, memberMetadata, groupInstanceId = null }) => ({
      memberId,
      groupInstanceId,
      topics: decodeSubscription(memberMetadata).topics,
    }));
    // Members may want topics that this one does not read: a leader has to know them all.
    const topics = new Set(subscriptions.flatMap((one) => one.topics));
    await cluster.addMultipleTargetTopics([...topics]);
    const counts = new Map([...topics].map((topic) => [topic, cluster.findTopicPartitionMetadata(topic).length]));
    return [...assignRanges(subscriptions, { counts, racksOf: () => new Set() })].map(([memberId, partitions]) => ({
      memberId,
      memberAssignment: encodeAssignment(partitions),
    }));
  }

  private watchJoins(cluster: KafkaJsCluster): void {
    const find = cluster.findGroupCoordinator.bind(cluster);
    const watched = new WeakSet<object>();
    cluster.findGroupCoordinator = async (group) => {
      const broker = await find(group);
      if (watched.has(broker)) return broker;
      watched.add(broker);
      const coordinator = broker as unknown as Coordinator;
      const join = coordinator.joinGroup.bind(coordinator);
      coordinator.joinGroup = async (request) => {
        await this.revoke();
        const answer = await join(request);
        const { generationId, memberId } = answer;
        this.currentIdentity = { ...NO_MEMBER, memberId, generationOrEpoch: generationId };
        return answer;
      };
      return broker;
    };
  }
}

/** Our TLS and SASL settings in kafkajs's terms. */
async function security({
  settings,
}: Cluster): Promise<Pick<ConstructorParameters<KafkaConstructor>[0], 'ssl' | 'sasl'>> {
  const protocol = settings.securityProtocol;
  const ssl = protocol.endsWith('SSL') ? (await import('../security/tls.ts')).tlsOptions(settings.security) : undefined;
  if (!protocol.startsWith('SASL')) return ssl ? { ssl } : {};
  const { loginModule } = await import('../security/sasl.ts');
  const { options } = loginModule(settings);
  const mechanism = settings.security.get('sasl.mechanism').toLowerCase() as
    | 'plain'
    | 'scram-sha-256'
    | 'scram-sha-512';
  const sasl = { mechanism, username: options.get('username') ?? '', password: options.get('password') ?? '' };
  return ssl ? { ssl, sasl: sasl as never } : { sasl: sasl as never };
}

type KafkaConstructor = Awaited<ReturnType<typeof loadKafkaJs>>['Kafka'];

/** kafkajs's error, or the first of its causes, that carries a code of the protocol. */
function asClientFailure(error: unknown, groupId: string): unknown {
  for (let cause = error; cause instanceof Error; cause = cause.cause) {
    const code = 'code' in cause && typeof cause.code === 'number' ? cause.code : Errors.NONE;
    if (code === Errors.NONE) continue;
    const name: ErrorName = errorName(code);
    const isForbidden = name === 'GROUP_AUTHORIZATION_FAILED';
    return new KafkaError(name, isForbidden ? `Not authorized to access group: ${groupId}` : ERRORS[name].text, {
      cause,
    });
  }
  if (!(error instanceof Error)) return error;
  return new ClientError(error.message, {
    javaClass: 'org.apache.kafka.common.KafkaException',
    isRetriable: false,
    cause: error,
  });
}
