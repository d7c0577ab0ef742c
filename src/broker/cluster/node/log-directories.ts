import { type Uuid } from '../../../protocol/primitives.ts';
import { randomUuid as newRandomUuid } from '../../../protocol/random-uuid.ts';
import { type Clock } from '../../../util/clock.ts';
import { type Logger } from '../../../util/logger.ts';
import { type FileSystem, nodeFileSystem } from '../../log/index.ts';
import { METADATA_TOPIC } from '../topic-names.ts';
import { formatLogDirectory, initialBootstrap, standaloneQuorum } from './format.ts';
import {
  checkMetadataLocation,
  type LogDirectories,
  prepareDirectories,
  readLogDirectories,
  requireFormatted,
  verifyLogDirectories,
} from './meta-properties.ts';
import { type ServerConfig } from './server-config.ts';

export interface PrepareOptions {
  readonly clock: Clock;
  readonly logger: Logger;
  /** Formats what is not formatted yet, instead of refusing it. */
  readonly formats?: boolean;
  /** For a dynamic quorum's endpoints without a host; "localhost" unless given. */
  readonly hostName?: string;
  readonly fileSystem?: FileSystem;
  readonly randomUuid?: () => Uuid;
}

export interface PreparedLogDirectories {
  readonly clusterId: string;
  /** Ids of the directories that can be used, by path; metadata.log.dir may be among them beside log.dirs. */
  readonly directoryIds: ReadonlyMap<string, Uuid>;
}

/**
 * Checks that the log directories are formatted and this node's, as a starting Kafka does; formats them first where that is
 * wanted. Throws JavaError in Kafka's words.
 */
export function prepareLogDirectories(config: ServerConfig, options: PrepareOptions): PreparedLogDirectories {
  const { clock, logger, fileSystem = nodeFileSystem, randomUuid = newRandomUuid } = options;
  const { nodeId, metadataLogDir } = config;
  const all = [...new Set([metadataLogDir, ...config.logDirs])];
  let directories = readLogDirectories(fileSystem, all);
  if (options.formats && directories.empty.size > 0) {
    formatEmpty(config, directories, { ...options, fileSystem, randomUuid });
    directories = readLogDirectories(fileSystem, all);
  }
  for (const [logDir, error] of directories.failed) {
    logger.log('ERROR', `Error while reading meta.properties file ${logDir}/meta.properties`, error);
  }
  const { clusterId } = requireFormatted(directories, { nodeId, metadataLogDir });
  const { failed } = directories;
  checkMetadataLocation(fileSystem, { logDirs: config.logDirs, metadataLogDir, failed }, `${METADATA_TOPIC}-0`);
  const timeMs = clock.now();
  return {
    clusterId,
    directoryIds: prepareDirectories(fileSystem, directories, { clusterId, nodeId, randomUuid, timeMs }),
  };
}

/** New directories join the cluster of those that are there, or a new one. */
function formatEmpty(
  config: ServerConfig,
  directories: LogDirectories,
  options: PrepareOptions & { fileSystem: FileSystem; randomUuid: () => Uuid },
): void {
  const { fileSystem, clock, randomUuid, logger, hostName = 'localhost' } = options;
  const { nodeId, metadataLogDir } = config;
  const clusterId = verifyLogDirectories(directories, { clusterId: null, nodeId }).clusterId ?? randomUuid();
  for (const logDir of directories.empty.keys()) {
    const directoryId = randomUuid();
    const isDynamic = config.quorumVoters.length === 0;
    formatLogDirectory(logDir, directoryId, {
      fileSystem,
      now: () => clock.now(),
      clusterId,
      nodeId,
      metadataLogDir,
      bootstrap: initialBootstrap(),
      quorum: isDynamic && logDir === metadataLogDir ? standaloneQuorum(config, directoryId, hostName) : null,
    });
    logger.log('INFO', `Formatted ${logDir} for cluster ${clusterId}`);
  }
}
