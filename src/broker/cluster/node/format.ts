import { type Uuid } from '../../../protocol/primitives.ts';
import { type FileSystem, replaceFile } from '../../log/index.ts';
import { featureRecords, INITIAL_FEATURES } from '../features.ts';
import { BOOTSTRAP_CHECKPOINT, bootstrapContent } from '../metadata-log/bootstrap.ts';
import { metadataDirectory } from '../metadata-log/metadata-log.ts';
import { type MetadataRecord } from '../metadata-log/metadata-records.ts';
import { encodeSnapshot, type KRaftQuorum, snapshotName } from '../metadata-log/snapshot-file.ts';
import { writeMetaProperties } from './meta-properties.ts';
import { controllerListeners, type ServerConfig } from './server-config.ts';

export interface FormatOptions {
  readonly fileSystem: FileSystem;
  readonly now: () => number;
  readonly clusterId: string;
  readonly nodeId: number;
  readonly metadataLogDir: string;
  /** What the first controller starts with. */
  readonly bootstrap: readonly MetadataRecord[];
  /** A dynamic quorum's members; null leaves the quorum to controller.quorum.voters, or to a later start. */
  readonly quorum: KRaftQuorum | null;
}

/** Makes a log directory this node's (kafka Formatter): meta.properties comes last, since it says that all is there. */
export function formatLogDirectory(logDir: string, directoryId: Uuid, options: FormatOptions): void {
  const { fileSystem, now, clusterId, nodeId, metadataLogDir, bootstrap, quorum } = options;
  fileSystem.makeDirectory(logDir);
  replaceFile(fileSystem, `${logDir}/${BOOTSTRAP_CHECKPOINT}`, bootstrapContent(bootstrap, now));
  if (logDir === metadataLogDir && quorum !== null) {
    const directory = metadataDirectory(logDir);
    fileSystem.makeDirectory(directory);
    const content = encodeSnapshot({ records: [], quorum, lastContainedLogTimestamp: BigInt(now()) }, 0, now);
    replaceFile(fileSystem, `${directory}/${snapshotName({ endOffset: 0n, epoch: 0 })}`, content);
  }
  writeMetaProperties(fileSystem, logDir, { clusterId, nodeId, directoryId }, now());
}

/** A dynamic quorum of this node alone. */
export function standaloneQuorum(config: ServerConfig, metadataDirectoryId: Uuid, hostName: string): KRaftQuorum {
  const endpoints = controllerListeners(config).map(({ listener, host, port }) => ({
    name: listener,
    host: host ?? hostName,
    port,
  }));
  const kRaftVersionFeature = { minSupportedVersion: 0, maxSupportedVersion: 1 };
  const voters = [{ voterId: config.nodeId, voterDirectoryId: metadataDirectoryId, endpoints, kRaftVersionFeature }];
  return { kRaftVersion: 1, voters };
}

export function initialBootstrap(): readonly MetadataRecord[] {
  return featureRecords(INITIAL_FEATURES);
}
