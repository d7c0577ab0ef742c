import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { MalformedCheckpointError, readPartitionMetadata, writePartitionMetadata } from './checkpoints.ts';
import { type FileSystem } from './filesystem.ts';
import { createLogContext, type LogContextOptions } from './log-context.ts';
import { loadPartition } from './log-loader.ts';
import { DiskPartitionLog } from './partition-log.ts';
import { type DirectoryState } from './storage-guard.ts';
import { type LogConfig, type PartitionLog } from './types.ts';

export interface SingleLog extends PartitionLog {
  /** Flushes, closes the files; the log must not be used afterwards. */
  close(): Promise<void>;
}

export interface SingleLogOptions {
  readonly logDir: string;
  readonly topic: string;
  readonly partition: number;
  readonly topicId: Uuid;
  readonly config: LogConfig;
  /** Everything below is known to be whole; the rest is read again. */
  readonly recoveryPoint: Offset;
}

/**
 * A log that no log manager looks after: the metadata log, whose retention and checkpoints are its owner's. Always recovered
 * as after a crash; every record of it counts as committed. Throws what file systems throw.
 */
export function openSingleLog(contextOptions: LogContextOptions, options: SingleLogOptions): SingleLog {
  const context = createLogContext(contextOptions);
  const { fileSystem } = context;
  const { logDir, topic, partition, topicId, config, recoveryPoint } = options;
  const directory = `${logDir}/${topic}-${partition}`;
  fileSystem.makeDirectory(directory);
  if (!hasPartitionMetadata(fileSystem, directory)) writePartitionMetadata(fileSystem, directory, topicId);
  const owner = { config };
  const loaded = loadPartition(context, {
    directory,
    owner,
    hadCleanShutdown: false,
    recoveryPoint,
    logStartOffset: 0n,
    highWatermark: 0n,
  });
  const state = { topic, partition, topicId, owner, directory: new OwnDirectory(logDir, context) };
  const log = new DiskPartitionLog(context, { ...loaded, ...state });
  log.advanceHighWatermark(log.logEndOffset);
  return log;
}

/** A file that a crash left empty counts for none. */
function hasPartitionMetadata(fileSystem: FileSystem, directory: string): boolean {
  try {
    return readPartitionMetadata(fileSystem, directory) !== null;
  } catch (error) {
    if (error instanceof MalformedCheckpointError) return false;
    throw error;
  }
}

class OwnDirectory implements DirectoryState {
  readonly path: string;
  isOffline = false;
  private readonly logger: LogContextOptions['logger'];
  private readonly fileSystem: FileSystem;
  private hasNewEntries = true;

  constructor(path: string, context: Pick<LogContextOptions, 'logger' | 'fileSystem'>) {
    this.path = path;
    this.logger = context.logger;
    this.fileSystem = context.fileSystem;
  }

  async syncEntriesInBackground(): Promise<void> {
    this.syncEntries();
  }

  syncEntries(): void {
    if (this.hasNewEntries) this.fileSystem.syncDirectory(this.path);
    this.hasNewEntries = false;
  }

  fail(error: Error, what: string): void {
    this.isOffline = true;
    this.logger.log('ERROR', `Failed ${what} in ${this.path}: ${error.message}`, error);
  }

  noteLogStartMoved(): void {
    // No checkpoint: the log starts where its first segment does.
  }

  noteTruncated(): void {
    // No cleaner: the owner writes snapshots instead.
  }
}
