/**
 * Builds a broker: the only place where rooms are made and wired. Order of the start: configuration, log directories
 * (formatted, ours, locked), listeners, logs with their recovery, metadata, replicas, coordinators, handlers; then requests
 * are taken. The stop goes the other way: requests in work are answered, waiting ones end, logs are flushed and marked clean.
 */

import { hostname } from 'node:os';
import { type Clock } from '../util/clock.ts';
import { JavaError } from '../util/java-error.ts';
import { type NamedLogger } from '../util/log-lines.ts';
import {
  type Cluster,
  openCluster,
  type PreparedLogDirectories,
  parseServerConfig,
  prepareLogDirectories,
  type ServerConfig,
} from './cluster/index.ts';
import { DirectoryLock, isSystemError } from './directory-lock.ts';
import { createDispatch, type Dispatch } from './dispatch.ts';
import { createGroupCoordinator, type GroupCoordinator, partitionForKey } from './groups/index.ts';
import { controllerHandlersOf, handlers, type Rooms } from './handlers/index.ts';
import { type LogManager, openLogManager } from './log/index.ts';
import { BrokerMetrics, type MetricsListener } from './metrics/index.ts';
import { type AnswerRequest, BindError, type BoundListener, type Listener, SocketServer } from './net/index.ts';
import { ownConfigs } from './own-config.ts';
import { ConnectionRates, createQuotas } from './quotas/index.ts';
import { LocalReplicaManager, topicLogConfig } from './replicas/index.ts';
import {
  addressOf,
  authorizerConfig,
  cleanerOptions,
  diskSpace,
  listenerRates,
  logIntervals,
  moveBytesPerSecond,
  nodeListeners,
  placementOf,
  saslConfig,
  socketServerConfig,
} from './room-settings.ts';
import { createAuthentication, createAuthorizer } from './security/index.ts';
import {
  createShareCoordinator,
  createShareGroups,
  type ShareCoordinator,
  type ShareGroups,
  sharePersister,
} from './share-groups/index.ts';
import { createTransactionCoordinator, type TransactionCoordinator } from './transactions/index.ts';

export { brokerLogger, LogFile } from './logging.ts';
export { type OwnConfig, ownConfigs } from './own-config.ts';

export interface BrokerOptions {
  /** As in a server.properties. */
  readonly properties: ReadonlyMap<string, string>;
  /** Formats directories that are not yet, instead of refusing them. */
  readonly formatsDirectories?: boolean;
  readonly clock: Clock;
  readonly logger: NamedLogger;
  /** Written into the lock files of the log directories. */
  readonly pid: number;
}

export interface RunningBroker {
  readonly nodeId: number;
  readonly clusterId: string;
  readonly processRoles: readonly string[];
  /** What clients are told, of the first listener. */
  readonly host: string;
  readonly port: number;
  readonly listeners: readonly BoundListener[];
  readonly controllerListeners: readonly BoundListener[];
  readonly logDirs: readonly string[];
  /** Where `/metrics` and `/healthz` are served; null unless asked for. */
  readonly metrics: MetricsListener | null;
  /** Resolves when the broker cannot go on: no log directory is left. */
  readonly failed: Promise<Error>;
  /** A clean stop; once. */
  stop(): Promise<void>;
}

/** Answers that may wait for slow clients before fetches are cut to single batches. */
const UNSENT_BUDGET_BYTES = 256 * 1024 * 1024;
/** How long a stop waits for requests in work. */
const STOP_TIMEOUT_MS = 10_000;

/** Throws what keeps the broker from starting, in Kafka's words (JavaError, ConfigError); nothing stays open then. */
export async function startBroker(options: BrokerOptions): Promise<RunningBroker> {
  const config = parseServerConfig(options.properties);
  const start = new BrokerStart(config, options);
  try {
    return await start.run();
  } catch (error) {
    await start.undo();
    throw error;
  }
}

/** The steps of a start, and their reversal for a stop or a start that fails half-way. */
class BrokerStart {
  private readonly config: ServerConfig;
  private readonly options: BrokerOptions;
  private readonly logger: NamedLogger;
  private readonly failure = Promise.withResolvers<Error>();
  private readonly locks: DirectoryLock[] = [];
  private readonly unlockable = new Map<string, Error>();
  private sockets: SocketServer | null = null;
  private cluster: Cluster | null = null;
  private logs: LogManager | null = null;
  private replicas: LocalReplicaManager | null = null;
  private groups: GroupCoordinator | null = null;
  private transactions: TransactionCoordinator | null = null;
  private shareCoordinator: ShareCoordinator | null = null;
  private shareGroups: ShareGroups | null = null;
  private dispatch: Dispatch | null = null;
  /** Of the controller listeners. */
  private controllerDispatch: Dispatch | null = null;
  private readonly metrics: BrokerMetrics;

  constructor(config: ServerConfig, options: BrokerOptions) {
    this.config = config;
    this.options = options;
    this.logger = options.logger;
    const own = ownConfigs.parse(options.properties);
    const metricsPort = own.get('klamm.metrics.port');
    this.metrics = new BrokerMetrics({
      listener: metricsPort === null ? null : { host: own.get('klamm.metrics.host'), port: metricsPort },
      apiName: (key) => handlers.find(({ api }) => api.key === key)?.api.name ?? '',
      state: () => this.state(),
      clock: options.clock,
    });
  }

  async run(): Promise<RunningBroker> {
    const { config, logger } = this;
    const { clock, formatsDirectories: formats = false } = this.options;
    this.checkServed();
    const listeners = nodeListeners(config);
    const directories = this.lockAll(prepareLogDirectories(config, { clock, logger, formats }));
    await this.metrics.start();
    const allBound = await this.bind(listeners);
    const isController = ({ name }: BoundListener) => config.controllerListenerNames.includes(name);
    const bound = allBound.filter((one) => !isController(one));
    const boundPorts = new Map(allBound.map(({ name, port }) => [name, port]));
    const cluster = await openCluster({
      config,
      directories,
      clock,
      logger: logger.named('klamm.cluster'),
      levels: logger.levels,
      hostName: hostname(),
      boundPorts,
    });
    this.cluster = cluster;
    await this.openLogs(cluster);
    this.buildRooms(cluster);
    await cluster.register(boundPorts);
    this.logs?.start();
    const rateOf = listenerRates(config, cluster.metadata);
    this.sockets?.start(new ConnectionRates(cluster.metadata, clock, { rateOf, addressOf }));
    cluster.metadata.onChange(({ configs }) => configs.length > 0 && this.sockets?.limitsChanged());
    const { nodeId, logDirs, processRoles } = config;
    for (const { name, host, port } of allBound) logger.log('INFO', `Listening on ${name}://${host ?? ''}:${port}`);
    logger.log('INFO', `[KafkaRaftServer nodeId=${nodeId}] Kafka Server started`);
    this.metrics.trouble = null;
    const [advertised] = config.advertisedListeners;
    const first = bound.find(({ name }) => name === advertised?.listener) ?? bound[0];
    return {
      nodeId,
      clusterId: directories.clusterId,
      processRoles: [...processRoles],
      host: advertised?.host ?? hostname(),
      port: advertised?.port || (first?.port ?? 0),
      listeners: bound,
      controllerListeners: allBound.filter(isController),
      logDirs,
      metrics: this.metrics.listener,
      failed: this.failure.promise,
      stop: () => this.stop(),
    };
  }

  /** Requests in work are answered, waiting ones ended; then everything is written down and marked clean. */
  async stop(): Promise<void> {
    this.logger.log('INFO', `[KafkaRaftServer nodeId=${this.config.nodeId}] shutting down`);
    this.metrics.trouble = 'stopping';
    // Long polls and parked joins answer now, so that their connections have nothing in work.
    this.replicas?.close();
    this.groups?.close();
    this.transactions?.close();
    this.shareGroups?.close();
    this.shareCoordinator?.close();
    await this.sockets?.stopRequests(STOP_TIMEOUT_MS);
    await this.undo();
    this.logger.log('INFO', `[KafkaRaftServer nodeId=${this.config.nodeId}] shut down completed`);
  }

  async undo(): Promise<void> {
    await this.sockets?.close();
    this.replicas?.close();
    this.groups?.close();
    this.transactions?.close();
    this.shareGroups?.close();
    this.shareCoordinator?.close();
    await this.cluster?.close();
    await this.logs?.close();
    await this.metrics.close();
    for (const lock of this.locks) lock.release();
  }

  /** What Kafka would do and this broker does not do yet is refused: half of it would be worse. */
  private checkServed(): void {
    const { processRoles, quorumVoters } = this.config;
    const refuse = (text: string): never => {
      throw new JavaError('org.apache.kafka.common.config.ConfigException', text);
    };
    if (processRoles.size !== 2)
      refuse('process.roles must be broker,controller: nodes with one role are not served yet');
    if (this.config.values.get('delegation.token.secret.key') !== null)
      refuse('delegation.token.secret.key is set: delegation tokens are not served yet');
    if (quorumVoters.length > 1)
      refuse('controller.quorum.voters must name this node alone: several nodes are not served yet');
  }

  /** Who cannot be locked is offline from the start; the directory of the metadata log has to be there. */
  private lockAll(directories: PreparedLogDirectories): PreparedLogDirectories {
    const directoryIds = new Map(directories.directoryIds);
    for (const path of directories.directoryIds.keys()) {
      try {
        this.locks.push(DirectoryLock.acquire(path, this.options.pid));
      } catch (error) {
        if (!isSystemError(error)) throw error;
        if (path === this.config.metadataLogDir) throw error;
        const why = new Error(`cannot be locked: ${error.message}`, { cause: error });
        this.unlockable.set(path, Object.assign(why, { code: error.code }));
        directoryIds.delete(path);
      }
    }
    return { ...directories, directoryIds };
  }

  /** Null until every room is there. */
  private state() {
    const { cluster, logs, groups, transactions, shareGroups, sockets } = this;
    if (!cluster || !logs || !groups || !transactions || !shareGroups || !sockets) return null;
    return { cluster: cluster.metadata, logs, groups, transactions, shareGroups, sockets };
  }

  private async bind(listeners: readonly Listener[]): Promise<BoundListener[]> {
    const { clock } = this.options;
    // Dispatch is built last; no request is taken before.
    const { controllerListenerNames } = this.config;
    const answerRequest: AnswerRequest = (frame, connection) => {
      const isController = controllerListenerNames.includes(connection.listenerName);
      return ((isController ? this.controllerDispatch : this.dispatch) as Dispatch)(frame, connection);
    };
    this.sockets = new SocketServer({
      config: socketServerConfig(this.config, () => this.cluster?.metadata ?? null),
      answerRequest: this.metrics.measureRequests(answerRequest),
      clock,
      logger: this.logger.named('klamm.net'),
    });
    try {
      return await this.sockets.bind(listeners);
    } catch (error) {
      if (error instanceof BindError) {
        throw new JavaError('org.apache.kafka.common.KafkaException', error.message, error.cause);
      }
      throw error;
    }
  }

  private async openLogs({ metadata }: Cluster): Promise<void> {
    const { config, logger } = this;
    this.logs = await openLogManager({
      logDirs: config.logDirs,
      clock: this.options.clock,
      logger: logger.named('klamm.log'),
      // No topic has this name, so these are the broker's own values.
      defaultConfig: topicLogConfig(metadata, ''),
      intervals: logIntervals(config),
      cleaner: cleanerOptions(config, metadata),
      brokerEpoch: () => metadata.brokers.get(metadata.nodeId)?.brokerEpoch ?? -1n,
      isCordoned: (logDir) => metadata.isCordoned(logDir),
      moveBytesPerSecond: () => moveBytesPerSecond(metadata),
      placementOf: (topic, partition) => placementOf(metadata, topic, partition),
      onMoved: (log) => this.replicas?.logMoved(log),
      onOffline: (logDir) => this.onLogDirFailed(logDir),
      checkUsable: (path) => {
        const error = this.unlockable.get(path);
        if (error) throw error;
      },
    });
  }

  private onLogDirFailed(logDir: string): void {
    const { logger, logs } = this;
    logger.log('ERROR', `Stopping serving logs in dir ${logDir}`);
    this.metrics.trouble = `log directory ${logDir} is offline`;
    const isLast = logs !== null && logs.offlineLogDirs.length === logs.logDirs.length;
    // Without its metadata log the controller could not keep a promise either.
    if (!isLast && logDir !== this.config.metadataLogDir) {
      if (this.cluster) this.inBackground(`giving up ${logDir}`, this.cluster.logDirFailed(logDir));
      return;
    }
    const text = `Shutdown broker because all log dirs in ${this.config.logDirs.join(', ')} have failed`;
    logger.log('ERROR', text);
    this.failure.resolve(new Error(text));
  }

  private inBackground(what: string, work: Promise<void>): void {
    work.catch((error) => this.logger.log('ERROR', `Failed ${what}`, error));
  }

  private buildRooms(cluster: Cluster): void {
    const { metadata, controller } = cluster;
    const { clock } = this.options;
    const { logger } = this;
    const replicas = new LocalReplicaManager({
      cluster: metadata,
      logs: this.logs as LogManager,
      clock,
      logger: logger.named('klamm.replicas'),
      diskSpace,
      fetchBudget: () => Math.max(0, UNSENT_BUDGET_BYTES - (this.sockets?.unsentBytes ?? 0)),
      onPlaced: (placements) =>
        this.inBackground('recording where replicas are', cluster.assignReplicasToDirs(placements)),
    });
    this.replicas = replicas;
    replicas.start();
    const shareCoordinator = createShareCoordinator({
      metadata,
      controller,
      replicas,
      partitionForKey,
      clock,
      logger: logger.named('klamm.share-groups'),
    });
    this.shareCoordinator = shareCoordinator;
    const shareGroups = createShareGroups({
      metadata,
      replicas,
      coordinator: shareCoordinator,
      clock,
      logger: logger.named('klamm.share-groups'),
      observer: this.metrics.shareObserver,
    });
    this.shareGroups = shareGroups;
    const groups = createGroupCoordinator({
      metadata,
      controller,
      replicas,
      persister: sharePersister(shareCoordinator),
      clock,
      logger: logger.named('klamm.groups'),
    });
    this.groups = groups;
    const transactions = createTransactionCoordinator({
      metadata,
      controller,
      replicas,
      completeOffsets: (partition, marker) => groups.completeTransaction(partition, marker),
      partitionForKey,
      clock,
      logger: logger.named('klamm.transactions'),
    });
    this.transactions = transactions;
    const servedApis = handlers.map(({ api }) => api);
    const authentication = createAuthentication(
      saslConfig(this.config),
      (mechanism, user) => metadata.scramCredential(mechanism, user),
      clock,
    );
    const authorizer = createAuthorizer(authorizerConfig(this.config), metadata, logger.named('klamm.authorizer'));
    const rooms: Rooms = {
      cluster: metadata,
      controller,
      replicas: this.metrics.measureTraffic(replicas),
      groups,
      transactions,
      shareCoordinator,
      shareGroups,
      quotas: createQuotas(metadata, clock),
      authentication,
      authorizer,
      servedApis,
      clock,
      logger,
    };
    const dispatchLogger = logger.named('klamm.dispatch');
    this.dispatch = createDispatch(handlers, rooms, dispatchLogger);
    const forControllers = controllerHandlersOf(handlers);
    const controllerRooms = { ...rooms, servedApis: forControllers.map(({ api }) => api) };
    this.controllerDispatch = createDispatch(forControllers, controllerRooms, dispatchLogger);
  }
}
