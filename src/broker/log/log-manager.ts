import { randomBytes } from 'node:crypto';
import { type ErrorName, KafkaError } from '../../protocol/errors.ts';
import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { writePartitionMetadata } from './checkpoints.ts';
import { LogCleaner } from './cleaner/log-cleaner.ts';
import { deletedDirectoryName } from './file-names.ts';
import { directoryExists, isStorageError, parentDirectory } from './filesystem.ts';
import { createLogContext, type LogContext } from './log-context.ts';
import { type DirectoryCheckpoints, LogDirectory, type NamedPartition } from './log-directory.ts';
import { loadPartition, readTopicId } from './log-loader.ts';
import { BOUNDS, DEFAULT_INTERVALS, type LogManagerOptions } from './log-manager-options.ts';
import { LogMover } from './log-mover.ts';
import { nodeFileSystem } from './node-filesystem.ts';
import { DiskPartitionLog } from './partition-log.ts';
import { PeriodicTask, yieldToLoop } from './periodic-task.ts';
import { type PlacedLog, settleTwins } from './twin-logs.ts';
import { type FutureLog, type LogConfig, type LogManager } from './types.ts';

/** Steps of a long round between two looks at the event loop. */
const LOGS_PER_STEP = 100;
const CONCURRENT_CLOSES = 16;
const MANY_SYNCS = 200;

/**
 * Opens the log directories and everything in them; one that cannot be read is offline. Throws KafkaError
 * KAFKA_STORAGE_ERROR when none can.
 */
export async function openLogManager(options: LogManagerOptions): Promise<LogManager> {
  const manager = new DiskLogManager(options);
  await manager.open();
  return manager;
}

class DiskLogManager implements LogManager {
  private readonly options: LogManagerOptions;
  private readonly context: LogContext;
  private readonly directories: readonly LogDirectory[];
  private readonly logs = new Map<string, DiskPartitionLog>();
  private readonly cleaner: LogCleaner;
  private readonly mover: LogMover;
  /** Second places of partitions that were found twice. */
  private readonly twins: PlacedLog[] = [];
  private readonly tasks: PeriodicTask[] = [];
  /** Logs that lie in a directory which could not be opened are unknown: making them anew would hide their records. */
  private hadOfflineDirs = false;
  private isOpen = false;
  /** Directories whose logs were not all closed in good order. */
  private readonly unclean = new Set<LogDirectory>();

  constructor(options: LogManagerOptions) {
    this.options = options;
    const { clock, logger, fileSystem = nodeFileSystem, random = Math.random } = options;
    const { maxOpenFiles = BOUNDS.openFiles, maxIndexBytes = BOUNDS.indexBytes } = options;
    this.context = createLogContext({ clock, logger, fileSystem, random, maxOpenFiles, maxIndexBytes });
    this.directories = options.logDirs.map(
      (path) => new LogDirectory(this.context, path, () => this.isOpen && options.onOffline?.(path)),
    );
    const isMoving = (log: DiskPartitionLog) => this.mover.isMoving(log);
    this.cleaner = new LogCleaner(this.context, options.cleaner ?? {}, () => this.cleanables(), isMoving);
    this.mover = new LogMover(this.context, {
      bytesPerSecond: options.moveBytesPerSecond ?? (() => Number.POSITIVE_INFINITY),
      isCleaning: (log) => this.cleaner.isCleaning(log),
      onMoved: (log) => options.onMoved?.(log),
    });
  }

  get logDirs(): readonly string[] {
    return this.options.logDirs;
  }

  get offlineLogDirs(): readonly string[] {
    return this.directories.filter((directory) => directory.isOffline).map((directory) => directory.path);
  }

  /** Reads everything in the directories; called once. */
  async open(): Promise<void> {
    for (const directory of this.directories) await this.openDirectory(directory);
    this.hadOfflineDirs = this.offlineLogDirs.length > 0;
    if (this.offlineLogDirs.length === this.directories.length) {
      throw new KafkaError('KAFKA_STORAGE_ERROR', `None of the log directories ${this.logDirs.join(', ')} can be used`);
    }
    this.isOpen = true;
    this.resumeMoves();
  }

  /** What a crash left of moves. */
  private resumeMoves(): void {
    for (const other of this.twins.filter(({ directory }) => !directory.isOffline)) {
      const { topic, partition, name } = other.log;
      const log = this.logs.get(name) as DiskPartitionLog;
      const one = { log, directory: this.directoryOf(log) };
      const kept = settleTwins(this.context, one, other, this.options.placementOf?.(topic, partition));
      this.logs.set(name, kept.log);
    }
    for (const directory of this.directories) directory.attempt('resuming moves', () => this.resumeMovesTo(directory));
  }

  private resumeMovesTo(directory: LogDirectory): void {
    for (const future of directory.partitionDirectories().futures) {
      const log = this.logOf(`${directory.path}/${future.name}`, future);
      // The log may lie in a directory that is offline now.
      if (log === undefined && this.hadOfflineDirs) continue;
      this.mover.resume(directory, future, log ? { log, directory: this.directoryOf(log) } : null);
    }
  }

  private logOf(path: string, { topic, partition }: NamedPartition): DiskPartitionLog | undefined {
    const topicId = readTopicId(this.context, path);
    if (topicId === ZERO_UUID) return this.get(topic, partition);
    return [...this.logs.values()].find((log) => log.topicId === topicId && log.partition === partition);
  }

  private async openDirectory(directory: LogDirectory): Promise<void> {
    const { fileSystem, logger } = this.context;
    try {
      this.options.checkUsable?.(directory.path);
      if (!directoryExists(fileSystem, directory.path)) {
        fileSystem.makeDirectory(directory.path);
        fileSystem.syncDirectory(parentDirectory(directory.path));
      }
      const hadCleanShutdown = directory.takeCleanShutdownMarker();
      const { live, dying } = directory.partitionDirectories();
      if (!hadCleanShutdown && live.length > 0) {
        logger.log('INFO', `Recovering ${live.length} logs of ${directory.path}: no clean shutdown marker was found`);
      }
      const checkpoints = directory.readCheckpoints();
      for (const [index, { name, topic, partition }] of live.entries()) {
        this.openPartition(directory, topic, partition, { hadCleanShutdown, checkpoints, name });
        if (index % LOGS_PER_STEP === LOGS_PER_STEP - 1) await yieldToLoop();
      }
      for (const name of dying) fileSystem.removeDirectory(`${directory.path}/${name}`);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      // Whatever it was, the logs of this directory cannot be vouched for.
      directory.fail(error, 'opening');
      for (const log of directory.logs) if (this.logs.get(log.name) === log) this.logs.delete(log.name);
    }
  }

  private openPartition(
    directory: LogDirectory,
    topic: string,
    partition: number,
    start: { hadCleanShutdown: boolean; checkpoints: DirectoryCheckpoints; name: string },
  ): void {
    const { checkpoints, name, hadCleanShutdown } = start;
    const path = `${directory.path}/${name}`;
    const owner = { config: this.options.defaultConfig };
    const loaded = loadPartition(this.context, {
      directory: path,
      owner,
      hadCleanShutdown,
      recoveryPoint: checkpoints.recoveryPoints.get(name) ?? 0n,
      logStartOffset: checkpoints.logStartOffsets.get(name) ?? 0n,
      highWatermark: checkpoints.highWatermarks.get(name) ?? 0n,
      cleanedTo: directory.cleanedOffsets.get(name)?.offset,
    });
    const topicId = readTopicId(this.context, path);
    const log = new DiskPartitionLog(this.context, { topic, partition, topicId, directory, owner, ...loaded });
    if (!this.logs.has(name)) this.register(log, directory);
    else {
      directory.logs.add(log);
      this.twins.push({ log, directory });
    }
  }

  private register(log: DiskPartitionLog, directory: LogDirectory): DiskPartitionLog {
    this.logs.set(log.name, log);
    directory.logs.add(log);
    return log;
  }

  get(topic: string, partition: number): DiskPartitionLog | undefined {
    return this.logs.get(`${topic}-${partition}`);
  }

  getOrCreate(
    topic: string,
    partition: number,
    topicId: Uuid,
    config: LogConfig,
    options: { isNew?: boolean } = {},
  ): DiskPartitionLog {
    const found = this.get(topic, partition);
    if (found === undefined) return this.create(topic, partition, topicId, config, options.isNew ?? false);
    if (found.topicId !== topicId) this.adopt(found, topicId);
    found.updateConfig(config);
    return found;
  }

  /** A log without a topic id gets one; one with another id is another topic's. */
  private adopt(log: DiskPartitionLog, topicId: Uuid): void {
    if (log.topicId !== ZERO_UUID) {
      const text = `${log.path} belongs to topic id ${log.topicId}, not ${topicId}`;
      throw new KafkaError('INCONSISTENT_TOPIC_ID', text);
    }
    const directory = this.directoryOf(log);
    directory.attempt('partition metadata', () => writePartitionMetadata(this.context.fileSystem, log.path, topicId));
    log.topicId = topicId;
  }

  private create(topic: string, partition: number, topicId: Uuid, config: LogConfig, isNew: boolean): DiskPartitionLog {
    const name = `${topic}-${partition}`;
    if (this.hadOfflineDirs && !isNew) {
      const text = `The log of ${name} may lie in one of the offline directories ${this.offlineLogDirs.join(', ')}`;
      throw new KafkaError('KAFKA_STORAGE_ERROR', text);
    }
    for (;;) {
      const directory = this.directoryFor(name);
      const path = `${directory.path}/${name}`;
      const owner = { config };
      try {
        this.context.fileSystem.makeDirectory(path);
        directory.noteNewEntry();
        writePartitionMetadata(this.context.fileSystem, path, topicId);
        const nothing = { recoveryPoint: 0n, logStartOffset: 0n, highWatermark: 0n };
        const loaded = loadPartition(this.context, { directory: path, owner, hadCleanShutdown: true, ...nothing });
        const log = new DiskPartitionLog(this.context, { topic, partition, topicId, directory, owner, ...loaded });
        return this.register(log, directory);
      } catch (error) {
        if (!isStorageError(error)) throw error;
        directory.fail(error, `creation of ${path}`);
      }
    }
  }

  isCordoned(logDir: string): boolean {
    return this.options.isCordoned?.(logDir) ?? false;
  }

  /** Where the partition was wanted, else the emptiest that is not cordoned, if there is one. Throws KAFKA_STORAGE_ERROR when all are offline. */
  private directoryFor(name: string): LogDirectory {
    const online = this.directories.filter((directory) => !directory.isOffline);
    const preferred = this.mover.takePreference(name);
    const wanted = online.find((directory) => directory.path === preferred);
    if (wanted) return wanted;
    const open = online.filter((directory) => !this.isCordoned(directory.path));
    const [first, ...others] = open.length > 0 ? open : online;
    if (first === undefined) throw new KafkaError('KAFKA_STORAGE_ERROR', 'All log directories are offline');
    return others.reduce((least, one) => (one.logs.size < least.logs.size ? one : least), first);
  }

  private directoryOf(log: DiskPartitionLog): LogDirectory {
    return this.directories.find((directory) => directory.logs.has(log)) as LogDirectory;
  }

  delete(topic: string, partition: number): void {
    const log = this.get(topic, partition);
    if (log === undefined) return;
    const directory = this.directoryOf(log);
    this.mover.cancel(log);
    this.logs.delete(log.name);
    directory.logs.delete(log);
    directory.cleanedOffsets.delete(log.name);
    if (directory.isOffline) return;
    const path = `${directory.path}/${deletedDirectoryName(topic, partition, randomBytes(16).toString('hex'))}`;
    directory.attempt(`deletion of ${log.path}`, () => {
      this.context.fileSystem.rename(log.path, path);
      log.deletedTo(path);
      this.context.removals.add(log.config.fileDeleteDelayMs, () => {
        log.abandon();
        this.context.fileSystem.removeDirectory(path);
      });
    });
  }

  all(): Iterable<DiskPartitionLog> {
    return this.logs.values();
  }

  move(topic: string, partition: number, logDir: string): ErrorName {
    const target = this.directories.find((directory) => directory.path === logDir);
    if (target === undefined) return 'LOG_DIR_NOT_FOUND';
    if (target.isOffline) return 'KAFKA_STORAGE_ERROR';
    const log = this.get(topic, partition);
    if (log === undefined) return 'UNKNOWN_TOPIC_OR_PARTITION';
    return !log.isOffline && this.mover.move(log, this.directoryOf(log), target) ? 'NONE' : 'KAFKA_STORAGE_ERROR';
  }

  prefer(topic: string, partition: number, logDir: string): void {
    this.mover.prefer(`${topic}-${partition}`, logDir);
  }

  futures(): Iterable<FutureLog> {
    return this.mover.futures();
  }

  directoryId(logDir: string): Uuid {
    return this.directories.find((directory) => directory.path === logDir)?.directoryId() ?? ZERO_UUID;
  }

  private *cleanables(): Iterable<{ log: DiskPartitionLog; directory: LogDirectory }> {
    for (const directory of this.directories) {
      if (directory.isOffline) continue;
      for (const log of directory.logs) {
        if (log.config.cleanupPolicy.compact) yield { log, directory };
      }
    }
  }

  start(): void {
    const intervals = { ...DEFAULT_INTERVALS, ...this.options.intervals };
    const { initialDelayMs } = intervals;
    const checkpoint = (write: (directory: LogDirectory) => void) => () => {
      for (const directory of this.directories) directory.attempt('checkpoint', () => write(directory));
    };
    const add = (intervalMs: number, task: () => Promise<void> | void): void => {
      const periodic = new PeriodicTask(this.context.clock, intervalMs, task);
      this.tasks.push(periodic);
      periodic.start(Math.min(initialDelayMs, intervalMs));
    };
    add(intervals.retentionCheckMs, () => this.applyRetention());
    add(intervals.flushCheckMs, () => this.flushDue());
    add(intervals.producerExpirationCheckMs, () => this.eachOnline((log) => log.removeExpiredProducers()));
    add(
      intervals.recoveryPointCheckpointMs,
      checkpoint((directory) => directory.writeRecoveryPoints(false)),
    );
    add(
      intervals.logStartCheckpointMs,
      checkpoint((directory) => directory.writeLogStartOffsets()),
    );
    add(
      intervals.highWatermarkCheckpointMs,
      checkpoint((directory) => directory.writeHighWatermarks(false)),
    );
    this.cleaner.start();
    this.mover.start();
  }

  private async applyRetention(): Promise<void> {
    const expired = new Set<DiskPartitionLog>();
    await this.eachOnline((log) => void (log.expire() && expired.add(log)));
    if (expired.size === 0) return;
    for (const directory of this.directories) {
      directory.attempt('checkpoint', () => directory.writeLogStartOffsets());
    }
    await this.eachOnline((log) => void (expired.has(log) && log.removeExpired()));
  }

  /** Acts on all logs, a few at a time; a failing log does not keep the others from their turn. */
  private async eachOnline(act: (log: DiskPartitionLog) => Promise<void> | void): Promise<void> {
    let count = 0;
    for (const log of [...this.logs.values()]) {
      if (log.isOffline || this.logs.get(log.name) !== log) continue;
      try {
        await act(log);
      } catch (error) {
        this.context.logger.log('ERROR', `Background work on ${log.name} failed`, error);
      }
      if (++count % LOGS_PER_STEP === 0) await yieldToLoop();
    }
  }

  private async flushDue(): Promise<void> {
    const nowMs = this.context.clock.now();
    const due = [...this.logs.values()].filter((log) => !log.isOffline && log.isFlushDue(nowMs));
    await Promise.allSettled(due.map((log) => log.flush()));
  }

  async close(): Promise<void> {
    this.context.removals.stop();
    for (const task of this.tasks) await task.stop();
    await this.mover.stop();
    await this.cleaner.stop();
    await this.closeLogs();
    for (const directory of this.directories) {
      if (this.unclean.has(directory)) continue;
      directory.attempt('clean shutdown', () => {
        directory.writeRecoveryPoints(true);
        directory.writeLogStartOffsets();
        directory.writeHighWatermarks(true);
        directory.writeCleanedOffsets();
        directory.writeCleanShutdownMarker(this.options.brokerEpoch?.() ?? -1n);
      });
    }
  }

  /** A log that cannot be closed leaves its directory without a clean shutdown marker. */
  private async closeLogs(): Promise<void> {
    const waiting = [...this.logs.values()].filter((log) => !log.isOffline);
    for (const directory of this.directories) {
      const unflushed = [...directory.logs].filter((log) => log.recoveryPoint < log.logEndOffset);
      if (directory.isOffline || unflushed.length < MANY_SYNCS) continue;
      await this.context.fileSystem.prepareManySyncs?.(directory.path);
    }
    const closeNext = async (): Promise<void> => {
      for (let log = waiting.pop(); log !== undefined; log = waiting.pop()) {
        try {
          await log.close();
        } catch (error) {
          this.unclean.add(this.directoryOf(log));
          this.context.logger.log('ERROR', `Closing ${log.name} failed`, error);
        }
      }
    };
    await Promise.all(Array.from({ length: CONCURRENT_CLOSES }, closeNext));
  }
}
