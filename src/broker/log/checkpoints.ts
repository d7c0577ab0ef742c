import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { CLEAN_SHUTDOWN, PARTITION_METADATA } from './file-names.ts';
import { type FileSystem, replaceFile } from './filesystem.ts';

/** A checkpoint or metadata file is not in Kafka's format. */
export class MalformedCheckpointError extends Error {
  override name = 'MalformedCheckpointError';
}

export interface LeaderEpochEntry {
  readonly leaderEpoch: number;
  readonly startOffset: Offset;
}

const FORMAT_VERSION = 0;
const INTEGER = /^-?\d{1,19}$/;

/**
 * Kafka's checkpoint format: a version, a number of entries, then one entry per line, fields parted by blanks. A missing
 * file has no entries. Throws MalformedCheckpointError. Source: kafka 4.x CheckpointFile.
 */
function readEntries(fileSystem: FileSystem, path: string, fieldCount: number): string[][] {
  if (fileSystem.status(path) === undefined) return [];
  const lines = fileSystem.readFile(path).toString('utf8').split('\n');
  // A crash may cut the last number short.
  if (lines.pop() !== '') throw new MalformedCheckpointError(`${path}: the last line does not end`);
  const [version, count, ...entries] = lines;
  if (version !== String(FORMAT_VERSION)) throw new MalformedCheckpointError(`${path}: version ${version}`);
  if (count === undefined || !INTEGER.test(count) || Number(count) !== entries.length) {
    throw new MalformedCheckpointError(`${path}: ${count} entries expected, ${entries.length} found`);
  }
  return entries.map((line) => {
    const fields = line.split(/\s+/);
    if (fields.length !== fieldCount) throw new MalformedCheckpointError(`${path}: malformed line "${line}"`);
    return fields;
  });
}

function writeEntries(fileSystem: FileSystem, path: string, lines: readonly string[], durable: boolean): void {
  const text = [FORMAT_VERSION, lines.length, ...lines].map((line) => `${line}\n`).join('');
  replaceFile(fileSystem, path, Buffer.from(text), durable);
}

function integer(text: string | undefined, path: string): bigint {
  if (text === undefined || !INTEGER.test(text)) throw new MalformedCheckpointError(`${path}: "${text}" is no number`);
  return BigInt(text);
}

/** Offsets by `topic-partition`. Throws MalformedCheckpointError. */
export function readOffsetCheckpoint(fileSystem: FileSystem, path: string): Map<string, Offset> {
  const offsets = new Map<string, Offset>();
  for (const [topic, partition, offset] of readEntries(fileSystem, path, 3)) {
    offsets.set(`${topic}-${integer(partition, path)}`, integer(offset, path));
  }
  return offsets;
}

export interface CheckpointedOffset {
  readonly topic: string;
  readonly partition: number;
  readonly offset: Offset;
}

export function writeOffsetCheckpoint(
  fileSystem: FileSystem,
  path: string,
  offsets: Iterable<CheckpointedOffset>,
  durable = true,
): void {
  const lines = Array.from(offsets, ({ topic, partition, offset }) => `${topic} ${partition} ${offset}`);
  writeEntries(fileSystem, path, lines, durable);
}

/** Throws MalformedCheckpointError. */
export function readLeaderEpochs(fileSystem: FileSystem, path: string): LeaderEpochEntry[] {
  return readEntries(fileSystem, path, 2).map(([epoch, start]) => ({
    leaderEpoch: Number(integer(epoch, path)),
    startOffset: integer(start, path),
  }));
}

export function writeLeaderEpochs(fileSystem: FileSystem, path: string, entries: readonly LeaderEpochEntry[]): void {
  const lines = entries.map(({ leaderEpoch, startOffset }) => `${leaderEpoch} ${startOffset}`);
  writeEntries(fileSystem, path, lines, false);
}

/** Null when there is no such file. Throws MalformedCheckpointError. */
export function readPartitionMetadata(fileSystem: FileSystem, directory: string): Uuid | null {
  const path = `${directory}/${PARTITION_METADATA}`;
  if (fileSystem.status(path) === undefined) return null;
  const text = fileSystem.readFile(path).toString('utf8');
  const match = /^version: 0\ntopic_id: ([A-Za-z0-9_-]{22})\n?$/.exec(text);
  if (match === null) throw new MalformedCheckpointError(`${path} is malformed`);
  return match[1] as Uuid;
}

export function writePartitionMetadata(fileSystem: FileSystem, directory: string, topicId: Uuid): void {
  // No newline at the end: byte for byte what Kafka writes. Not synced, nor replaced in one step: the metadata log knows the
  // id, too, and what a crash leaves cut is written again.
  const content = Buffer.from(`version: 0\ntopic_id: ${topicId}`);
  const file = fileSystem.open(`${directory}/${PARTITION_METADATA}`, 'create');
  try {
    file.truncate(0);
    file.write(content, 0, content.length, 0);
  } finally {
    file.close();
  }
}

export function hasCleanShutdownMarker(fileSystem: FileSystem, logDir: string): boolean {
  return fileSystem.status(`${logDir}/${CLEAN_SHUTDOWN}`) !== undefined;
}

export function writeCleanShutdownMarker(fileSystem: FileSystem, logDir: string, brokerEpoch: bigint): void {
  const content = Buffer.from(`{"version":0,"brokerEpoch":${brokerEpoch}}`);
  replaceFile(fileSystem, `${logDir}/${CLEAN_SHUTDOWN}`, content);
}

/** Durable before it returns: a crash right after a clean start must not pass for a clean stop. */
export function removeCleanShutdownMarker(fileSystem: FileSystem, logDir: string): void {
  fileSystem.remove(`${logDir}/${CLEAN_SHUTDOWN}`);
  fileSystem.syncDirectory(logDir);
}
