import { hostname } from 'node:os';
import {
  featureRecords,
  formatLogDirectory,
  type KRaftQuorum,
  type LogDirectories,
  METADATA_VERSIONS,
  type MetadataRecord,
  metadataVersionName,
  readLogDirectories,
  type ServerConfig,
  standaloneQuorum,
  verifyLogDirectories,
} from '../../broker/cluster/index.ts';
import { nodeFileSystem } from '../../broker/log/index.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { randomUuid } from '../../protocol/random-uuid.ts';
import { type Clock } from '../../util/clock.ts';
import {
  effectiveFeatures,
  KRAFT_VERSION,
  METADATA_VERSION,
  parseFeatureLevels,
  releaseLevel,
} from './feature-levels.ts';
import { parseInitialControllers } from './initial-controllers.ts';
import { scramRecord } from './scram-argument.ts';
import { readServerConfig } from './server-file.ts';
import { illegalArgument, terse } from './storage-error.ts';

export interface FormatStorageOptions {
  readonly configFile: string;
  readonly clusterId: string;
  readonly ignoreFormatted: boolean;
  readonly releaseVersion: string | undefined;
  /** `feature=level` words. */
  readonly features: readonly string[];
  readonly scramCredentials: readonly string[];
  readonly quorum: 'standalone' | 'no-initial-controllers' | { readonly initialControllers: string } | null;
}

export type DirectoryKind = 'metadata' | 'data' | 'dynamic metadata voter' | 'dynamic metadata';

export interface FormattedStorage {
  /** Directories that could not be read and were passed over. */
  readonly unreadable: readonly string[];
  readonly directories: readonly { readonly path: string; readonly kind: DirectoryKind; readonly directoryId: Uuid }[];
  readonly metadataVersion: { readonly level: number; readonly release: string };
  readonly bootstrap: readonly MetadataRecord[];
}

/** From this metadata.version on there are SCRAM credentials in the metadata (3.5-IV2). */
const SCRAM_METADATA_VERSION = 11;

/**
 * Formats the log directories of a server.properties that are not yet. Throws JavaError in the words of Kafka's tool, and
 * what file systems throw.
 */
export function formatStorage(options: FormatStorageOptions, clock: Clock): FormattedStorage {
  const config = readServerConfig(options.configFile);
  const given = parseFeatureLevels(options.features);
  const metadataVersion = chooseMetadataVersion(options.releaseVersion, given);
  checkQuorumOptions(config, options.quorum);
  const features = effectiveFeatures(metadataVersion, given);
  checkKRaftVersion(config, options.quorum, given.get(KRAFT_VERSION));
  const bootstrap = [...featureRecords(features), ...options.scramCredentials.map(scramRecord)];
  if (options.scramCredentials.length > 0 && metadataVersion < SCRAM_METADATA_VERSION) {
    throw terse('SCRAM is only supported in metadata.version 3.5-IV2 or later.');
  }
  const directories = readLogDirectories(nodeFileSystem, [...new Set([config.metadataLogDir, ...config.logDirs])]);
  verifyLogDirectories(directories, { clusterId: options.clusterId, nodeId: config.nodeId });
  const formatted = [...directories.formatted.keys()][0];
  if (formatted !== undefined && !options.ignoreFormatted) {
    const advice = 'Use --ignore-formatted to ignore this directory and format the others.';
    throw terse(`Log directory ${formatted} is already formatted. ${advice}`);
  }
  return {
    unreadable: [...directories.failed.keys()],
    directories: formatEmpty(config, directories, { ...options, bootstrap, clock }),
    metadataVersion: { level: metadataVersion, release: metadataVersionName(metadataVersion) ?? '' },
    bootstrap,
  };
}

function chooseMetadataVersion(release: string | undefined, given: ReadonlyMap<string, number>): number {
  const level = given.get(METADATA_VERSION);
  if (level === undefined) return releaseLevel(release ?? '4.3-IV0');
  if (release !== undefined) {
    throw terse('Use --release-version instead of --feature metadata.version=X to avoid ambiguity.');
  }
  if (metadataVersionName(level) !== null) return level;
  const [first, last] = [METADATA_VERSIONS[0]?.[1], METADATA_VERSIONS.at(-1)?.[1]];
  const valid = `Valid feature levels are from ${first} to ${last}.`;
  throw illegalArgument(`No MetadataVersion with feature level ${level}. ${valid}`);
}

type QuorumOption = FormatStorageOptions['quorum'];

function checkQuorumOptions({ processRoles, quorumVoters }: ServerConfig, quorum: QuorumOption): void {
  const isController = processRoles.has('controller');
  const namesVoters = quorum !== null && quorum !== 'no-initial-controllers';
  if (namesVoters && !isController) {
    throw terse(
      `You can only use ${quorum === 'standalone' ? '--standalone' : '--initial-controllers'} on a controller.`,
    );
  }
  if (namesVoters && quorumVoters.length > 0) {
    throw terse(
      'You cannot specify controller.quorum.voters and format the node with --initial-controllers or --standalone. If you ' +
        'want to use dynamic quorum, please remove controller.quorum.voters and specify controller.quorum.bootstrap.servers ' +
        'instead.',
    );
  }
  if (isController && quorumVoters.length === 0 && quorum === null) {
    throw terse(
      'Because controller.quorum.voters is not set on this controller, you must specify one of the following: --standalone, ' +
        '--initial-controllers, or --no-initial-controllers.',
    );
  }
}

function checkKRaftVersion({ quorumVoters }: ServerConfig, quorum: QuorumOption, level: number | undefined): void {
  const isDynamic = quorumVoters.length === 0 && quorum !== null;
  const flags = 'one of the flags --standalone, --initial-controllers, or --no-initial-controllers is used.';
  if (level === 1 && !isDynamic) {
    throw terse(
      `Cannot set kraft.version to 1 unless controller.quorum.voters is empty and ${flags} For dynamic controllers support, ` +
        'try using one of --standalone, --initial-controllers, or --no-initial-controllers and removing ' +
        'controller.quorum.voters.',
    );
  }
  if (level === 0 && isDynamic) {
    throw terse(
      `Cannot set kraft.version to 0 if controller.quorum.voters is empty and ${flags} For dynamic controllers support, try ` +
        'removing the --feature flag for kraft.version.',
    );
  }
}

function formatEmpty(
  config: ServerConfig,
  { empty }: LogDirectories,
  options: FormatStorageOptions & { bootstrap: readonly MetadataRecord[]; clock: Clock },
): FormattedStorage['directories'] {
  const { nodeId, metadataLogDir } = config;
  const { clusterId, bootstrap, clock } = options;
  return [...empty.keys()].map((path) => {
    const isMetadata = path === metadataLogDir;
    const newId = randomUuid();
    const quorum = isMetadata ? quorumOf(config, options.quorum, newId) : null;
    const own = quorum?.voters.find((voter) => voter.voterId === nodeId);
    const directoryId = own?.voterDirectoryId ?? newId;
    const now = () => clock.now();
    const call = { fileSystem: nodeFileSystem, now, clusterId, nodeId, metadataLogDir, bootstrap, quorum };
    formatLogDirectory(path, directoryId, call);
    return { path, kind: kindOf(isMetadata, quorum !== null, own !== undefined), directoryId };
  });
}

function kindOf(isMetadata: boolean, isDynamic: boolean, isVoter: boolean): DirectoryKind {
  if (!isMetadata) return 'data';
  if (!isDynamic) return 'metadata';
  return isVoter ? 'dynamic metadata voter' : 'dynamic metadata';
}

function quorumOf(config: ServerConfig, quorum: QuorumOption, directoryId: Uuid): KRaftQuorum | null {
  if (quorum === null || quorum === 'no-initial-controllers') return null;
  if (quorum === 'standalone') return standaloneQuorum(config, directoryId, hostname());
  const listener = config.controllerListenerNames[0] as string;
  return { kRaftVersion: 1, voters: parseInitialControllers(quorum.initialControllers, listener) };
}
