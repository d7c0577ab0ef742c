import { lookup } from 'node:dns/promises';
import { type Uuid } from '../../protocol/primitives.ts';
import { randomUuid as newRandomUuid } from '../../protocol/random-uuid.ts';
import { type Clock } from '../../util/clock.ts';
import { LogLevels } from '../../util/log-levels.ts';
import { type Logger } from '../../util/logger.ts';
import { type FileSystem, nodeFileSystem } from '../log/index.ts';
import { applyRecords, TransactionGate } from './apply-records.ts';
import { BrokerLoggers } from './broker-loggers.ts';
import { QuorumController } from './controller.ts';
import { type Placement } from './decisions/directory-decisions.ts';
import { endpoint } from './decisions/registration-decisions.ts';
import { LiveMetadata } from './live-metadata.ts';
import { activationRecords, readBootstrap } from './metadata-log/bootstrap.ts';
import { MetadataLog } from './metadata-log/metadata-log.ts';
import { emptyState } from './metadata-state.ts';
import { standaloneQuorum } from './node/format.ts';
import { type PreparedLogDirectories } from './node/log-directories.ts';
import { controllerListeners, type ServerConfig } from './node/server-config.ts';
import { type ClusterMetadata, type Controller, type EndpointImage } from './types.ts';

export interface OpenClusterOptions {
  readonly config: ServerConfig;
  readonly directories: PreparedLogDirectories;
  readonly fileSystem?: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Of the loggers of this broker; a set of its own when absent. */
  readonly levels?: LogLevels | undefined;
  /** Told to clients by listeners without a host. */
  readonly hostName: string;
  /** Ports of listeners that asked for any, by name; needed where a controller listener did. */
  readonly boundPorts?: ReadonlyMap<string, number>;
  readonly randomUuid?: () => Uuid;
  /** A whole number from 0 up to the given one, exclusive. */
  readonly randomBelow?: (end: number) => number;
  /** Asks the system's resolver when absent. */
  readonly isHost?: (name: string) => Promise<boolean>;
}

export interface Cluster {
  readonly metadata: ClusterMetadata;
  readonly controller: Controller;
  /**
   * Makes the broker known and leader of its partitions: call it when its sockets are bound. `boundPorts` gives the port of
   * each listener that asked for any.
   */
  register(boundPorts: ReadonlyMap<string, number>): Promise<void>;
  /** Where this broker's replicas are; recorded in the order of the calls. */
  assignReplicasToDirs(placements: readonly Placement[]): Promise<void>;
  /** A log directory failed: its partitions get other leaders or none. */
  logDirFailed(logDir: string): Promise<void>;
  /** Gives the partitions away; listeners hear of it before it resolves. Changes are refused from now on. */
  close(): Promise<void>;
}

/** Reads the metadata log and takes the lead. Throws MalformedBytesError when the metadata cannot be read. */
export async function openCluster(options: OpenClusterOptions): Promise<Cluster> {
  const { config, clock, logger, hostName, fileSystem = nodeFileSystem, boundPorts = new Map() } = options;
  const { clusterId, directoryIds } = options.directories;
  const { nodeId, logDirs, metadataLogDir } = config;
  const randomUuid = options.randomUuid ?? newRandomUuid;
  const randomBelow = options.randomBelow ?? ((end: number) => Math.floor(Math.random() * end));

  const state = emptyState();
  const gate = new TransactionGate();
  const { values } = config;
  const log = MetadataLog.open(
    {
      fileSystem,
      clock,
      logger,
      logDir: metadataLogDir,
      nodeId,
      segmentBytes: values.get('metadata.log.segment.bytes'),
      segmentMs: values.number('metadata.log.segment.ms'),
      snapshotBytes: values.number('metadata.log.max.record.bytes.between.snapshots'),
      snapshotIntervalMs: values.number('metadata.log.max.snapshot.interval.ms'),
      retentionBytes: values.number('metadata.max.retention.bytes'),
    },
    (records) => void applyRecords(state, gate.pass(records)),
  );
  const loggers = new BrokerLoggers(options.levels ?? new LogLevels('INFO'));
  const [listener] = controllerListeners(config);
  const controllerPort = listener && listener.port === 0 ? boundPorts.get(listener.listener) : undefined;
  const metadata = new LiveMetadata(state, { clusterId, server: config, loggers, log, controllerPort });
  const ownIds = logDirs.flatMap((logDir) => directoryIds.get(logDir) ?? []);
  const controller = new QuorumController({
    state,
    gate,
    log,
    metadata,
    server: config,
    loggers,
    directoryIds: ownIds,
    randomUuid,
    randomBelow,
    isHost: options.isHost ?? resolves,
    ownQuorum: standaloneQuorum(config, directoryIds.get(metadataLogDir) as Uuid, hostName),
  });
  const isNew = state.features.size === 0;
  const minInSyncReplicas = values.get('min.insync.replicas');
  const activation = isNew ? activationRecords(readBootstrap(fileSystem, metadataLogDir), minInSyncReplicas) : [];
  const own = controllerListeners(config).map((one) =>
    endpoint(one.listener, one.securityProtocol, one.host ?? hostName, one.port || (boundPorts.get(one.listener) ?? 0)),
  );
  await controller.activate(activation, own);
  return {
    metadata,
    controller,
    register: (boundPorts) => controller.registerBroker(advertised(config, hostName, boundPorts)),
    assignReplicasToDirs: (placements) => controller.assignReplicasToDirs(placements),
    logDirFailed: (logDir) => controller.loseDirectories([directoryIds.get(logDir) ?? []].flat()),
    close: () => controller.shutDown(),
  };
}

/** Short forms of IPv4 addresses, which Java takes too, are the resolver's business. */
async function resolves(name: string): Promise<boolean> {
  try {
    await lookup(name);
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).syscall === 'getaddrinfo') return false;
    throw error;
  }
}

function advertised(config: ServerConfig, hostName: string, boundPorts: ReadonlyMap<string, number>): EndpointImage[] {
  return config.advertisedListeners.map(({ listener, securityProtocol, host, port }) =>
    endpoint(listener, securityProtocol, host ?? hostName, port === 0 ? (boundPorts.get(listener) ?? 0) : port),
  );
}
