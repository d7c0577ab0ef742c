import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { readPartitionMetadata, writePartitionMetadata } from './checkpoints.ts';
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
  if (readPartitionMetadata(fileSystem, directory) === null) writePartitionMetadata(fileSystem, directory, topicId);
  const owner = { config };
  const loaded = loadPartition(context, {
    directory,
    owner,
    hadCleanShutdown: false,
    recoveryPoint,
    logStartOffset: 0n,
    highWatermark: 0n,
  });
  const state = { topic, partition, topicId, owner, directory: new OwnDirectory(logDir, context.logger) };
  const log = new DiskPartitionLog(context, { ...loaded, ...state });
  log.advanceHighWatermark(log.logEndOffset);
  return log;
}

class OwnDirectory implements DirectoryState {
  readonly path: string;
  isOffline = false;
  private readonly logger: LogContextOptions['logger'];

  constructor(path: string, logger: LogContextOptions['logger']) {
    this.path = path;
    this.logger = logger;
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
