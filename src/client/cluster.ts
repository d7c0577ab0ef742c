import { type ConnectionOptions } from 'node:tls';
import { EndpointType } from '../protocol/enums.ts';
import { Errors, errorName, KafkaError } from '../protocol/errors.ts';
import { metadata as metadataApi } from '../protocol/messages/03-metadata.ts';
import { type Api, type ApiResponse, type Fields } from '../protocol/schema.ts';
import { ChannelTraffic } from '../transport/index.ts';
import { type Clock } from '../util/clock.ts';
import { JavaError } from '../util/java-error.ts';
import { type NamedLogger } from '../util/log-lines.ts';
import { parseBootstrapServers, resolvable } from './bootstrap.ts';
import { type Answer, type Connection, type RequestOf } from './connection.ts';
import { AuthenticationError, ClosedError, ConnectionError, TimeoutError } from './errors.ts';
import { Metadata } from './metadata.ts';
import { type BrokerNode, type LinkContext, NodeLink } from './node-link.ts';
import { type AnyClientValues, type ClientSettings, clientSettings, exponentialBackoffMs } from './settings.ts';
import { wait, within } from './wait.ts';

export type ClientKind = 'admin' | 'producer' | 'consumer';

export interface ClusterOptions {
  /** The parsed configuration of the client: adminConfigs, producerConfigs or consumerConfigs. */
  readonly config: AnyClientValues;
  /** Used when the configuration names no client.id. */
  readonly clientId: string;
  readonly kind: ClientKind;
  readonly logger: NamedLogger;
  readonly clock: Clock;
  /** Ends the cluster and everything under way. */
  readonly signal?: AbortSignal | undefined;
  /** Give up on an unreachable cluster after this long instead of waiting for the whole timeout of the call. */
  readonly connectPatienceMs?: number | undefined;
}

/**
 * Which node a request goes to. `lane`: another connection to the same node, for requests that must not wait behind a long poll
 * (a broker answers one connection strictly in order).
 */
export type Target = 'any' | 'controller' | { readonly node: number; readonly lane?: string };

export interface SendOptions {
  /** For the answer; `request.timeout.ms` if absent. */
  readonly timeoutMs?: number | undefined;
  /** For finding a node that can be reached; the same as `timeoutMs` if absent. */
  readonly connectTimeoutMs?: number | undefined;
  /** Highest version to use although both sides know a higher one. */
  readonly maxVersion?: number | undefined;
  /** Lowest version that can carry what is asked. */
  readonly minVersion?: number | undefined;
}

export type CoordinatorType = 'group' | 'transaction' | 'share';

const NODE_ASSIGNMENT_EXPIRED = 'Timed out waiting for a node assignment.';

/** A Kafka cluster as a client sees it: nodes, connections to them, metadata. See index.ts for how to use it. */
export class Cluster {
  readonly settings: ClientSettings;
  readonly metadata: Metadata;
  readonly clock: Clock;
  readonly logger: NamedLogger;
  /** `[AdminClient clientId=adminclient-1] `, which opens the log lines of Java's clients. */
  readonly logPrefix: string;
  /** EndpointType: whether nodes are brokers or, opened through `bootstrap.controllers`, controllers. */
  readonly endpointType: number;
  private readonly context: LinkContext;
  private readonly bootstrapNodes: readonly BrokerNode[];
  private readonly connectPatienceMs: number;
  private readonly abort = new AbortController();
  private readonly links = new Map<string, NodeLink>();
  private readonly traffic = new Map<number, ChannelTraffic>();
  private readonly keepAlive: NodeJS.Timeout;
  private waiting = 0;

  /** Throws ConfigError as Java's client does: malformed or unresolvable addresses, settings that exclude each other. */
  static async open(options: ClusterOptions): Promise<Cluster> {
    const settings = clientSettings(options.config, options.clientId, options.logger);
    const key = usesControllers(settings) ? 'bootstrap.controllers' : 'bootstrap.servers';
    const addresses = await resolvable(parseBootstrapServers(settings.security.get(key), key), options.logger, key);
    const nodes = addresses.map(({ host, port }, index) => ({ id: -1 - index, host, port, rack: null }));
    const tls = await securityOf(settings);
    return new Cluster(options, settings, nodes, tls);
  }

  private constructor(
    options: ClusterOptions,
    settings: ClientSettings,
    bootstrapNodes: readonly BrokerNode[],
    tls: ConnectionOptions | undefined,
  ) {
    const { clock, logger, kind, signal } = options;
    this.settings = settings;
    this.clock = clock;
    this.logger = logger;
    this.logPrefix = logPrefix(kind, settings);
    this.endpointType = usesControllers(settings) ? EndpointType.CONTROLLER : EndpointType.BROKER;
    this.bootstrapNodes = bootstrapNodes;
    this.connectPatienceMs = options.connectPatienceMs ?? Number.POSITIVE_INFINITY;
    this.context = {
      settings,
      clock,
      logger,
      logPrefix: this.logPrefix,
      isBootstrapReported: kind !== 'admin',
      tls,
      signal: this.abort.signal,
      trafficOf: (nodeId) => this.trafficOf(nodeId),
    };
    // Timers of the clock do not keep the process alive: a call that waits for one must.
    this.keepAlive = setInterval(() => undefined, 0x7fffffff);
    this.keepAlive.unref();
    this.metadata = new Metadata({
      now: () => clock.now(),
      maxAgeMs: settings.metadataMaxAgeMs,
      fetch: async (request, timeoutMs) => {
        if (this.endpointType === EndpointType.BROKER) return this.exchange(metadataApi, request, 'any', { timeoutMs });
        return (await import('./controller-metadata.ts')).fetchControllers(this, timeoutMs);
      },
      onNodes: (nodes) => this.adoptNodes(nodes),
      onRebootstrap: () => this.rebootstrap(),
      warn: (text) => logger.named('org.apache.kafka.clients.NetworkClient').log('WARN', `${this.logPrefix}${text}`),
    });
    signal?.addEventListener('abort', () => this.close(), { once: true, signal: this.abort.signal });
    if (signal?.aborted) this.close();
  }

  /** One request, one answer; pipelined on the connection of its node, never repeated. Throws ClientError; codes are yours. */
  async send<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: RequestOf<Api<Q, R>>,
    target: Target,
    options: SendOptions = {},
  ): Promise<ApiResponse<Api<Q, R>>> {
    return (await this.exchange(api, request, target, options)).response;
  }

  /** As `send`, with the version that was agreed. */
  exchange<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: RequestOf<Api<Q, R>>,
    target: Target,
    options: SendOptions = {},
  ): Promise<Answer<Api<Q, R>>> {
    return this.held(async () => {
      const timeoutMs = options.timeoutMs ?? this.settings.requestTimeoutMs;
      const connection = await this.connect(target, options.connectTimeoutMs ?? timeoutMs);
      return connection.request(api, request, { ...options, timeoutMs });
    });
  }

  /** A request that gets no answer (Produce with acks=0): resolves when the operating system has taken it. */
  sendUnanswered<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: RequestOf<Api<Q, R>>,
    target: Target,
    options: SendOptions = {},
  ): Promise<void> {
    return this.held(async () => {
      const connection = await this.connect(target, options.connectTimeoutMs ?? this.settings.requestTimeoutMs);
      return connection.send(api, request, options);
    });
  }

  /**
   * A connection with known versions. To one node: one attempt (after its pause), ConnectionError if that fails. To any node or
   * the controller: attempts until `limitMs` is over, then TimeoutError.
   */
  connect(target: Target, limitMs = this.settings.requestTimeoutMs): Promise<Connection> {
    const deadlineMs = this.clock.now() + limitMs;
    return this.held(async () => {
      if (target === 'any') return this.connectToAny(deadlineMs);
      const nodeId = target === 'controller' ? await this.controllerId(deadlineMs) : target.node;
      const lane = typeof target === 'object' ? (target.lane ?? '') : '';
      const node = nodeId < 0 ? this.bootstrapNodes.find((one) => one.id === nodeId) : this.metadata.node(nodeId);
      if (!node) throw new ConnectionError(`Node ${nodeId} is not known`, { isHopeless: false });
      const opening = this.link(node, lane).open();
      return within(this.clock, deadlineMs - this.clock.now(), opening, () => this.expired([this.link(node, lane)]));
    });
  }

  /** Node id of a group's or transaction's coordinator; that node is known to `metadata` afterwards. Throws KafkaError. */
  async findCoordinator(type: CoordinatorType, key: string, options: SendOptions = {}): Promise<number> {
    const { findCoordinator } = await import('./coordinator.ts');
    return findCoordinator(this, type, key, options);
  }

  /** Ends connections at once; calls under way fail with ClosedError. */
  close(): void {
    if (this.abort.signal.aborted) return;
    this.abort.abort();
    for (const link of this.links.values()) link.close();
    this.links.clear();
    clearInterval(this.keepAlive);
  }

  /** The addresses it was opened with, as Java prints a list of nodes. */
  get bootstrapText(): string {
    const nodes = this.bootstrapNodes.map(
      ({ id, host, port }) => `${host}:${port} (id: ${id} rack: null isFenced: false)`,
    );
    return `[${nodes.join(', ')}]`;
  }

  get isClosed(): boolean {
    return this.abort.signal.aborted;
  }

  /** Pause before retry number `failures`, from retry.backoff.ms and retry.backoff.max.ms. */
  backoff(failures: number): Promise<void> {
    const { retryBackoffMs, retryBackoffMaxMs } = this.settings;
    return this.sleep(exponentialBackoffMs(retryBackoffMs, retryBackoffMaxMs, failures));
  }

  /** Ends early with ClosedError when the cluster is closed. */
  sleep(delayMs: number): Promise<void> {
    return this.held(() => wait(this.clock, delayMs, this.abort.signal));
  }

  private async held<T>(work: () => Promise<T>): Promise<T> {
    if (this.isClosed) throw new ClosedError();
    if (this.waiting++ === 0) this.keepAlive.ref();
    try {
      return await work();
    } finally {
      if (--this.waiting === 0) this.keepAlive.unref();
    }
  }

  private async controllerId(deadlineMs: number): Promise<number> {
    for (let failures = 0; ; failures++) {
      if (this.metadata.node(this.metadata.controllerId)) return this.metadata.controllerId;
      const leftMs = deadlineMs - this.clock.now();
      if (leftMs <= 0) throw new TimeoutError(NODE_ASSIGNMENT_EXPIRED);
      await this.backoff(Math.min(failures, 1));
      await this.metadata.refresh([], { timeoutMs: leftMs });
    }
  }

  private async connectToAny(deadlineMs: number): Promise<Connection> {
    const startedMs = this.clock.now();
    let hopeless: ConnectionError | null = null;
    for (;;) {
      const now = this.clock.now();
      const candidates = this.candidates();
      if (now >= deadlineMs || now - startedMs > this.connectPatienceMs) throw this.expired(candidates);
      const link = leastLoaded(candidates);
      try {
        const opening = link.open();
        return await within(this.clock, deadlineMs - now, opening, () => this.expired(candidates));
      } catch (error) {
        if (error instanceof AuthenticationError || !(error instanceof ConnectionError)) throw error;
        // Something that is not Kafka listens at every address: waiting will not turn it into Kafka.
        hopeless = error.isHopeless ? error : null;
        if (hopeless && candidates.every((one) => isHopeless(one.lastFailure))) throw hopeless;
        this.metadata.markStale();
        if (candidates.every((one) => one.lastFailure !== null)) this.rebootstrap();
      }
    }
  }

  /** Known brokers, or the addresses of the bootstrap list as long as none is known. */
  private candidates(): NodeLink[] {
    const known = this.metadata.nodes();
    return (known.length > 0 && !this.isRebootstrapping ? known : this.bootstrapNodes).map((node) =>
      this.link(node, ''),
    );
  }

  private isRebootstrapping = false;

  /** None of the known brokers can be reached: perhaps all have moved. */
  private rebootstrap(): void {
    if (this.settings.mayRebootstrap && this.metadata.isUsable) this.isRebootstrapping = true;
  }

  /** By id of the node: what went over all its connections so far; negative ids are addresses of the bootstrap list, before it was known who is there. */
  get trafficByNode(): ReadonlyMap<number, ChannelTraffic> {
    return this.traffic;
  }

  /** Requests without an answer yet. */
  get pendingCount(): number {
    return [...this.links.values()].reduce((sum, { pendingCount }) => sum + pendingCount, 0);
  }

  private trafficOf(nodeId: number): ChannelTraffic {
    const traffic = this.traffic.get(nodeId) ?? new ChannelTraffic();
    this.traffic.set(nodeId, traffic);
    return traffic;
  }

  private link(node: BrokerNode, lane: string): NodeLink {
    const key = `${node.id}/${lane}`;
    let link = this.links.get(key);
    if (link && (link.node.host !== node.host || link.node.port !== node.port)) {
      link.close();
      link = undefined;
    }
    if (!link) {
      link = new NodeLink(node, this.context);
      this.links.set(key, link);
    }
    return link;
  }

  /** A connection made through the bootstrap list serves on under the id of the broker that listens there. */
  private adoptNodes(nodes: readonly BrokerNode[]): void {
    this.isRebootstrapping = false;
    for (const node of nodes) {
      const key = `${node.id}/`;
      if (this.links.has(key)) continue;
      const bootstrap = this.bootstrapNodes.find((one) => one.host === node.host && one.port === node.port);
      const connection = bootstrap && this.links.get(`${bootstrap.id}/`)?.release();
      if (!connection) continue;
      this.links.set(key, new NodeLink(node, this.context, connection));
      connection.channel.traffic = this.trafficOf(node.id);
    }
  }

  private expired(links: readonly NodeLink[]): TimeoutError {
    const cause = links.map((one) => one.lastFailure).find((one) => one !== null);
    return new TimeoutError(NODE_ASSIGNMENT_EXPIRED, cause);
  }
}

/** TLS options, if any; loaded only when used, as most calls are in plain text. Settings that can never work fail here. */
async function securityOf(settings: ClientSettings): Promise<ConnectionOptions | undefined> {
  try {
    if (settings.securityProtocol.startsWith('SASL')) (await import('./security/sasl.ts')).loginModule(settings);
    if (!settings.securityProtocol.endsWith('SSL')) return undefined;
    return (await import('./security/tls.ts')).tlsOptions(settings.security);
  } catch (error) {
    throw new JavaError('org.apache.kafka.common.KafkaException', 'Failed to create new NetworkClient', error);
  }
}

/** Only the admin client knows `bootstrap.controllers`. */
function usesControllers(settings: ClientSettings): boolean {
  return (settings.security.originals.get('bootstrap.controllers') ?? '') !== '';
}

function isHopeless(failure: ConnectionError | AuthenticationError | null): boolean {
  return failure instanceof ConnectionError && failure.isHopeless;
}

/** A ready link with the fewest pending requests, else the one that may be tried soonest; ties are drawn. */
function leastLoaded(links: readonly NodeLink[]): NodeLink {
  const start = Math.floor(Math.random() * links.length);
  const rotated = [...links.slice(start), ...links.slice(0, start)];
  const rank = (link: NodeLink) => (link.isReady ? link.pendingCount - 1e9 : link.pauseMs);
  return rotated.reduce((best, one) => (rank(one) < rank(best) ? one : best));
}

function logPrefix(kind: ClientKind, settings: ClientSettings): string {
  const name = { admin: 'AdminClient', producer: 'Producer', consumer: 'Consumer' }[kind];
  const extra = { admin: undefined, producer: 'transactional.id', consumer: 'group.id' }[kind];
  const value = extra === undefined ? null : settings.security.originals.get(extra);
  const label = extra === 'group.id' ? 'groupId' : 'transactionalId';
  return `[${name} clientId=${settings.clientId}${value ? `, ${label}=${value}` : ''}] `;
}

/** Throws KafkaError unless the code is NONE. */
export function checkCode(errorCode: number, errorMessage?: string | null): void {
  if (errorCode !== Errors.NONE) throw new KafkaError(errorName(errorCode), errorMessage || undefined);
}
