import { type Offset } from '../../protocol/primitives.ts';

/** Names inside log directories (kafka 4.x LogFileUtils, LocalLog). */
export const SUFFIX = {
  log: '.log',
  offsetIndex: '.index',
  timeIndex: '.timeindex',
  transactionIndex: '.txnindex',
  snapshot: '.snapshot',
  deleted: '.deleted',
  cleaned: '.cleaned',
  swap: '.swap',
} as const;

export const SEGMENT_SUFFIXES = [SUFFIX.log, SUFFIX.offsetIndex, SUFFIX.timeIndex, SUFFIX.transactionIndex] as const;

export const CHECKPOINT = {
  recoveryPoint: 'recovery-point-offset-checkpoint',
  logStartOffset: 'log-start-offset-checkpoint',
  highWatermark: 'replication-offset-checkpoint',
  cleaner: 'cleaner-offset-checkpoint',
  leaderEpoch: 'leader-epoch-checkpoint',
} as const;

export const PARTITION_METADATA = 'partition.metadata';
export const CLEAN_SHUTDOWN = '.kafka_cleanshutdown';
export const META_PROPERTIES = 'meta.properties';

/** 20 digits, so that names sort as offsets do. */
export function offsetName(offset: Offset): string {
  return offset.toString().padStart(20, '0');
}

export function segmentPath(directory: string, baseOffset: Offset, suffix: string): string {
  return `${directory}/${offsetName(baseOffset)}${suffix}`;
}

const SEGMENT_NAME = /^(\d{20})(\.log|\.index|\.timeindex|\.txnindex|\.snapshot)(\.deleted|\.cleaned|\.swap)?$/;

/** What a file in a partition's directory is; null for files that are not named by an offset. */
export function parseSegmentName(name: string): { offset: Offset; suffix: string; state: string } | null {
  const match = SEGMENT_NAME.exec(name);
  if (match === null) return null;
  return { offset: BigInt(match[1] as string), suffix: match[2] as string, state: match[3] ?? '' };
}

export interface PartitionDirectory {
  readonly topic: string;
  readonly partition: number;
  readonly state: 'live' | 'delete' | 'future' | 'stray';
}

const DIRECTORY_NAME = /^(.+)-(\d+)$/;
const DYING_NAME = /^(.+)-(\d+)\.[0-9a-f]{32}-(delete|future|stray)$/;

/** Null for directories that hold no partition. */
export function parsePartitionDirectory(name: string): PartitionDirectory | null {
  const dying = DYING_NAME.exec(name);
  if (dying !== null) {
    const state = dying[3] as 'delete' | 'future' | 'stray';
    return { topic: dying[1] as string, partition: Number(dying[2]), state };
  }
  if (name.endsWith('-delete') || name.endsWith('-future') || name.endsWith('-stray')) return null;
  const match = DIRECTORY_NAME.exec(name);
  return match && { topic: match[1] as string, partition: Number(match[2]), state: 'live' };
}

const MAX_NAME_LENGTH = 255;

/** A long topic name is cut (kafka 4.x LocalLog.logDirNameWithSuffixCappedLength). */
function cappedName(topic: string, suffix: string): string {
  return topic.slice(0, MAX_NAME_LENGTH - suffix.length) + suffix;
}

/** `<topic>-<partition>.<32 hex digits>-delete` (kafka 4.x LocalLog.logDeleteDirName). */
export function deletedDirectoryName(topic: string, partition: number, uniqueHex: string): string {
  return cappedName(topic, `-${partition}.${uniqueHex}-delete`);
}

/** Of a copy that becomes the log one day (kafka 4.x LocalLog.logFutureDirName). */
export function futureDirectoryName(topic: string, partition: number, uniqueHex: string): string {
  return cappedName(topic, `-${partition}.${uniqueHex}-future`);
}

/** Of a log that nobody may use, and nobody may delete either (kafka 4.x LocalLog.logStrayDirName). */
export function strayDirectoryName(topic: string, partition: number, uniqueHex: string): string {
  return cappedName(topic, `-${partition}.${uniqueHex}-stray`);
}
