import { randomBytes } from 'node:crypto';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { writePartitionMetadata } from './checkpoints.ts';
import { deletedDirectoryName, futureDirectoryName } from './file-names.ts';
import { isStorageError } from './filesystem.ts';
import { type LogContext } from './log-context.ts';
import { LogCopy, onCopy } from './log-copy.ts';
import { type LogDirectory } from './log-directory.ts';
import { type DiskPartitionLog } from './partition-log.ts';

/** What may be left for the turn in which the copy takes over: nothing else happens meanwhile. */
const LAST_BYTES = 4 * 1024 * 1024;

/**
 * One log on its way to another directory (KIP-113): a copy called `-future` grows beside appends until little is missing; then,
 * in one turn, it becomes the log. Until then the old place takes all appends and alone is the truth, so a crash finds every
 * record there; afterwards the new one has them all, durable, and the old one is gone by name.
 */
export class LogMove {
  readonly log: DiskPartitionLog;
  readonly source: LogDirectory;
  readonly target: LogDirectory;
  readonly copy: LogCopy;
  /** The directory's name in the target. */
  readonly name: string;
  isCancelled = false;
  private seenBytes: number;
  private readonly context: LogContext;

  /** Makes the future directory. Throws CopyFailed. */
  constructor(context: LogContext, log: DiskPartitionLog, source: LogDirectory, target: LogDirectory) {
    this.context = context;
    this.log = log;
    this.source = source;
    this.target = target;
    this.seenBytes = log.sizeInBytes;
    this.name = futureDirectoryName(log.topic, log.partition, randomBytes(16).toString('hex'));
    this.copy = new LogCopy(context.fileSystem, log, `${target.path}/${this.name}`);
    onCopy(() => context.fileSystem.makeDirectory(this.copy.path));
    target.noteNewEntry();
    try {
      // The name may be cut: a start knows by the id whose copy it is.
      if (log.topicId !== ZERO_UUID) {
        onCopy(() => writePartitionMetadata(context.fileSystem, this.copy.path, log.topicId));
      }
    } catch (error) {
      this.discard();
      throw error;
    }
  }

  /** What keeps it from going on, if anything does. */
  get obstacle(): string | null {
    if (this.isCancelled) return 'it is not wanted any more';
    if (this.log.isDeleted) return 'the partition is deleted';
    if (this.source.isOffline) return `${this.source.path} is offline`;
    return this.target.isOffline ? `${this.target.path} is offline` : null;
  }

  /** Bytes that the log has grown by since this was asked last. */
  takeGrowth(): number {
    const { sizeInBytes } = this.log;
    const growth = sizeInBytes - this.seenBytes;
    this.seenBytes = sizeInBytes;
    return Math.max(growth, 0);
  }

  /** Copies about that many bytes; answers how many, 0 when it has caught up. Throws as LogCopy does. */
  copyBatches(maxBytes: number): number {
    return this.copy.copyBatches(maxBytes);
  }

  /** Once caught up: true when the log has moved, false when too much came meanwhile or the cleaner has it in hand. */
  async finish(mayMove: () => boolean): Promise<boolean> {
    await this.copy.syncInBackground();
    return this.log.segments.betweenFlushes(() => {
      if (this.obstacle !== null || !mayMove() || this.copy.missingBytes > LAST_BYTES) return false;
      this.copy.complete();
      this.takeOver();
      return true;
    });
  }

  /** Order: the copy is durable, so are the checkpoints of its directory; it gets its name; the old one loses its own. */
  private takeOver(): void {
    const { log, source, target } = this;
    const cleaned = source.cleanedOffsets.get(log.name);
    target.logs.add(log);
    if (cleaned) target.cleanedOffsets.set(log.name, cleaned);
    else target.cleanedOffsets.delete(log.name);
    let name = this.name;
    try {
      onCopy(() => {
        target.writeCheckpointsForMove();
        target.rename(name, log.name);
        name = log.name;
        this.context.fileSystem.syncDirectory(target.path);
      });
    } catch (error) {
      target.logs.delete(log);
      target.cleanedOffsets.delete(log.name);
      // Two live logs would go their own ways from here.
      if (name === log.name) discardFuture(this.context, target, log, name);
      throw error;
    }
    const oldName = deletedDirectoryName(log.topic, log.partition, randomBytes(16).toString('hex'));
    source.logs.delete(log);
    source.cleanedOffsets.delete(log.name);
    log.goOnIn(target, `${target.path}/${log.name}`);
    // A failure is the old directory's alone: a start that finds the log twice takes the one that knows more.
    source.attempt(`removal of ${log.name} after its move`, () => {
      source.rename(log.name, oldName);
      this.context.fileSystem.syncDirectory(source.path);
      this.context.removals.add(log.config.fileDeleteDelayMs, () => {
        this.context.fileSystem.removeDirectory(`${source.path}/${oldName}`);
      });
    });
  }

  /** The copy is not wanted: it gets a name that says so and goes in the background. */
  discard(): void {
    discardFuture(this.context, this.target, this.log, this.name);
  }
}

/** Gives a future directory away; what cannot be done now, the next start does. */
export function discardFuture(
  context: LogContext,
  directory: LogDirectory,
  { topic, partition }: { readonly topic: string; readonly partition: number },
  name: string,
): void {
  if (directory.isOffline) return;
  const dying = deletedDirectoryName(topic, partition, randomBytes(16).toString('hex'));
  try {
    directory.rename(name, dying);
    context.removals.add(0, () => context.fileSystem.removeDirectory(`${directory.path}/${dying}`));
  } catch (error) {
    if (!isStorageError(error)) throw error;
    context.logger.log('WARN', `Failed to remove ${directory.path}/${name}: ${error.message}`, error);
  }
}
