import { type Uuid } from '../../../protocol/primitives.ts';
import { JavaError } from '../../../util/java-error.ts';
import { formatJavaProperty, parseJavaProperties } from '../../../util/java-properties.ts';
import { type FileSystem, replaceFile } from '../../log/index.ts';
import { javaDate } from '../java-date.ts';

/** What a log directory says of itself. Version 0 (ZooKeeper times) has no directory id and may lack the others. */
export interface MetaProperties {
  readonly version: 0 | 1;
  readonly clusterId: string | null;
  readonly nodeId: number | null;
  readonly directoryId: Uuid | null;
}

export const META_PROPERTIES = 'meta.properties';

export function metaPropertiesPath(logDir: string): string {
  return `${logDir}/${META_PROPERTIES}`;
}

function runtimeError(text: string): JavaError {
  return new JavaError('java.lang.RuntimeException', text);
}

/** Throws JavaError when the file is not what Kafka takes for one (kafka MetaProperties). */
export function parseMetaProperties(content: Buffer): MetaProperties {
  const properties = parseJavaProperties(content);
  const number = (name: string): number | null => {
    const text = properties.get(name);
    if (text === undefined) return null;
    if (/^[+-]?[0-9]+$/.test(text)) return Number(text);
    throw runtimeError(`Unable to read ${name} as a base-10 number.`);
  };
  const version = number('version') ?? 0;
  if (version !== 0 && version !== 1) throw runtimeError(`Unknown meta.properties version number ${version}`);
  const clusterId = properties.get('cluster.id') ?? null;
  const nodeId = number(version === 0 ? 'broker.id' : 'node.id');
  const directoryId = properties.get('directory.id') ?? null;
  if (version === 1 && clusterId === null) throw runtimeError('Failed to find cluster.id');
  if (version === 1 && nodeId === null) throw runtimeError('Failed to find node.id');
  if (directoryId !== null && Buffer.from(directoryId, 'base64url').length !== 16) {
    throw runtimeError(`Unable to read directory.id as a Uuid: ${directoryId}`);
  }
  return { version, clusterId, nodeId, directoryId };
}

/** Version 1, as java.util.Properties stores it: two comment lines, then the keys in Java's hash order. */
export function metaPropertiesContent(
  properties: { clusterId: string; nodeId: number; directoryId: Uuid },
  timeMs: number,
): Buffer {
  const lines = [
    '#',
    `#${javaDate(timeMs)}`,
    `node.id=${properties.nodeId}`,
    `directory.id=${properties.directoryId}`,
    'version=1',
    formatJavaProperty('cluster.id', properties.clusterId),
  ];
  return Buffer.from(lines.map((line) => `${line}\n`).join(''), 'latin1');
}

/** As `kafka-storage info` prints it: keys in order of the alphabet. */
export function metaPropertiesText({ version, clusterId, nodeId, directoryId }: MetaProperties): string {
  const parts = [
    ...(version === 0 && nodeId !== null ? [`broker.id=${nodeId}`] : []),
    ...(clusterId === null ? [] : [`cluster.id=${clusterId}`]),
    ...(directoryId === null ? [] : [`directory.id=${directoryId}`]),
    ...(version === 1 && nodeId !== null ? [`node.id=${nodeId}`] : []),
    `version=${version}`,
  ];
  return `{${parts.join(', ')}}`;
}

export function writeMetaProperties(
  fileSystem: FileSystem,
  logDir: string,
  properties: { clusterId: string; nodeId: number; directoryId: Uuid },
  timeMs: number,
): void {
  fileSystem.makeDirectory(logDir);
  replaceFile(fileSystem, metaPropertiesPath(logDir), metaPropertiesContent(properties, timeMs));
}

/** The log directories of a node, by what their meta.properties say; in the order given. */
export interface LogDirectories {
  readonly formatted: ReadonlyMap<string, MetaProperties>;
  /** Without meta.properties; `exists` tells a missing directory. */
  readonly empty: ReadonlyMap<string, { exists: boolean }>;
  readonly failed: ReadonlyMap<string, unknown>;
}

/** Null for a directory that is not there; anything else in its place is an error. */
function namesIn(fileSystem: FileSystem, directory: string): string[] | null {
  try {
    return fileSystem.list(directory);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

export function readLogDirectories(fileSystem: FileSystem, logDirs: readonly string[]): LogDirectories {
  const formatted = new Map<string, MetaProperties>();
  const empty = new Map<string, { exists: boolean }>();
  const failed = new Map<string, unknown>();
  for (const logDir of logDirs) {
    try {
      const path = metaPropertiesPath(logDir);
      if (fileSystem.status(path) !== undefined) formatted.set(logDir, parseMetaProperties(fileSystem.readFile(path)));
      else empty.set(logDir, { exists: namesIn(fileSystem, logDir) !== null });
    } catch (error) {
      failed.set(logDir, error);
    }
  }
  return { formatted, empty, failed };
}

/**
 * Refuses directories that belong to another cluster or node, or to each other (kafka MetaPropertiesEnsemble.verify).
 * `expected` null accepts whatever the first directory says. Throws JavaError; returns what holds for all.
 */
export function verifyLogDirectories(
  { formatted }: LogDirectories,
  expected: { clusterId: string | null; nodeId: number | null },
): { clusterId: string | null; nodeId: number | null } {
  let { clusterId, nodeId } = expected;
  const seen = new Map<Uuid, string>();
  for (const [logDir, properties] of formatted) {
    const path = metaPropertiesPath(logDir);
    clusterId ??= properties.clusterId;
    if (properties.clusterId !== null && properties.clusterId !== clusterId) {
      throw runtimeError(`Invalid cluster.id in: ${path}. Expected ${clusterId}, but read ${properties.clusterId}`);
    }
    nodeId ??= properties.nodeId;
    if (properties.nodeId !== null && properties.nodeId !== nodeId) {
      throw runtimeError(
        `Stored node id ${properties.nodeId} doesn't match previous node id ${nodeId} in ${path}. If you moved your data, ` +
          'make sure your configured node id matches. If you intend to create a new node, you should remove all data in ' +
          'your data directories.',
      );
    }
    if (properties.directoryId === null) continue;
    const other = seen.get(properties.directoryId);
    if (other !== undefined) {
      const id = `Duplicate directory ID Optional[${properties.directoryId}] found`;
      throw runtimeError(`${id}. It was the ID of ${other}, but also of ${logDir}`);
    }
    seen.set(properties.directoryId, logDir);
  }
  return { clusterId, nodeId };
}

/** What a broker asks of its directories before it starts. Throws JavaError in Kafka's words. */
export function requireFormatted(
  directories: LogDirectories,
  expected: { nodeId: number; metadataLogDir: string },
): { clusterId: string } {
  if (directories.formatted.size === 0) throw runtimeError('No readable meta.properties files found.');
  if (directories.failed.has(expected.metadataLogDir)) {
    const where = `in metadata log directory ${expected.metadataLogDir}`;
    throw runtimeError(`Encountered I/O error ${where}. Cannot continue.`);
  }
  const { clusterId } = verifyLogDirectories(directories, { clusterId: null, nodeId: expected.nodeId });
  const unformatted = [...directories.empty.keys()][0];
  if (unformatted !== undefined) {
    const question = '(have you run `kafka-storage.sh` to format the directory?)';
    throw runtimeError(`No \`meta.properties\` found in ${unformatted} ${question}`);
  }
  if (clusterId === null) throw runtimeError('No cluster ID was found in any meta.properties file.');
  return { clusterId };
}

/** The metadata log must not lie where it would be forgotten. Throws JavaError. */
export function checkMetadataLocation(
  fileSystem: FileSystem,
  {
    logDirs,
    metadataLogDir,
    failed,
  }: Pick<LogDirectories, 'failed'> & { logDirs: readonly string[]; metadataLogDir: string },
  name: string,
): void {
  for (const logDir of logDirs) {
    if (logDir === metadataLogDir || failed.has(logDir) || !namesIn(fileSystem, logDir)?.includes(name)) continue;
    const path = `${logDir}/${name}`;
    throw new JavaError(
      'org.apache.kafka.common.KafkaException',
      `Found unexpected metadata location in data directory \`${path}\` (the configured metadata directory is ${metadataLogDir}).`,
    );
  }
}

/** Ids of the sound directories; one that has none yet gets one, in its meta.properties too, as Kafka does. */
export function prepareDirectories(
  fileSystem: FileSystem,
  { formatted }: LogDirectories,
  options: { clusterId: string; nodeId: number; randomUuid: () => Uuid; timeMs: number },
): Map<string, Uuid> {
  const { clusterId, nodeId, randomUuid, timeMs } = options;
  const ids = new Map<string, Uuid>();
  for (const [logDir, properties] of formatted) {
    const directoryId = properties.directoryId ?? randomUuid();
    ids.set(logDir, directoryId);
    if (properties.version === 1 && properties.directoryId !== null) continue;
    writeMetaProperties(fileSystem, logDir, { clusterId, nodeId, directoryId }, timeMs);
  }
  return ids;
}
