import { randomBytes } from 'node:crypto';
import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { deletedDirectoryName, strayDirectoryName } from './file-names.ts';
import { type LogContext } from './log-context.ts';
import { type LogDirectory } from './log-directory.ts';
import { type Placement } from './log-manager-options.ts';
import { type DiskPartitionLog } from './partition-log.ts';

export interface PlacedLog {
  readonly log: DiskPartitionLog;
  readonly directory: LogDirectory;
}

/**
 * A crash between the two renames of a move, or a disk that failed in the second, leaves a partition live in two directories.
 * The log that knows more is the one that took the last appends; answers it. The other one goes when all its records are in
 * the first, else it is kept as `-stray`, which nobody reads and nobody deletes.
 */
export function settleTwins(context: LogContext, one: PlacedLog, other: PlacedLog, named?: Placement): PlacedLog {
  const kept = isMoreCurrent(other, one, named) ? other : one;
  const lost = kept === one ? other : one;
  const { topic, partition, name } = lost.log;
  const isSafe = isBeginningOf(lost.log, kept.log);
  const rename = isSafe ? deletedDirectoryName : strayDirectoryName;
  const newName = rename(topic, partition, randomBytes(16).toString('hex'));
  const fate = isSafe ? 'which holds nothing else, is removed' : `which holds something else, is kept as ${newName}`;
  const text = `${name} was found twice: going on with ${kept.log.path}; ${lost.log.path}, ${fate}`;
  context.logger.log('WARN', text);
  lost.log.abandon();
  lost.directory.logs.delete(lost.log);
  lost.directory.cleanedOffsets.delete(name);
  lost.directory.attempt(`renaming ${lost.log.path}`, () => {
    lost.directory.rename(name, newName);
    context.fileSystem.syncDirectory(lost.directory.path);
    if (isSafe) context.removals.add(0, () => context.fileSystem.removeDirectory(`${lost.directory.path}/${newName}`));
  });
  return kept;
}

/** As followers are compared: by the last leader epoch, then by the end. Of equal ones, the metadata hear last of a move. */
function isMoreCurrent(one: PlacedLog, other: PlacedLog, named: Placement | undefined): boolean {
  const isNamed = ({ log }: PlacedLog) => log.topicId === named?.topicId;
  if (!isSameTopic(one.log.topicId, other.log.topicId)) return isNamed(one) && !isNamed(other);
  const [a, b] = [one.log, other.log];
  if (a.latestLeaderEpoch !== b.latestLeaderEpoch) return a.latestLeaderEpoch > b.latestLeaderEpoch;
  if (a.logEndOffset !== b.logEndOffset) return a.logEndOffset > b.logEndOffset;
  if (a.logStartOffset !== b.logStartOffset) return a.logStartOffset > b.logStartOffset;
  return other.directory.directoryId() === named?.directoryId;
}

function isSameTopic(one: Uuid, other: Uuid): boolean {
  return one === other || one === ZERO_UUID || other === ZERO_UUID;
}

/** Logs that agree on an epoch agree on all records up to its end (KIP-101). */
function isBeginningOf(short: DiskPartitionLog, long: DiskPartitionLog): boolean {
  if (!isSameTopic(short.topicId, long.topicId)) return false;
  if (short.logEndOffset <= short.logStartOffset) return true;
  const { leaderEpoch, endOffset } = long.endOffsetForLeaderEpoch(short.latestLeaderEpoch);
  return leaderEpoch === short.latestLeaderEpoch && endOffset >= short.logEndOffset;
}
