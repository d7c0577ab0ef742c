import { KafkaError } from '../../../protocol/errors.ts';
import { isStorageError } from '../filesystem.ts';
import { type LogContext } from '../log-context.ts';
import { type LogDirectory } from '../log-directory.ts';
import { type DiskPartitionLog } from '../partition-log.ts';
import { PeriodicTask } from '../periodic-task.ts';
import { type CleanableRange, cleanableRange } from './cleanable-range.ts';
import { Compaction, CompactionAborted, type CompactionOptions } from './compaction.ts';

export interface CleanerOptions extends CompactionOptions {
  /** log.cleaner.enable */
  readonly isEnabled: boolean;
  /** log.cleaner.backoff.ms: pause when nothing is to be done. */
  readonly backoffMs: number;
}

const DEFAULTS: CleanerOptions = {
  isEnabled: true,
  backoffMs: 15_000,
  dedupeBufferBytes: 128 * 1024 * 1024,
  maxBytesPerSecond: Number.POSITIVE_INFINITY,
};

interface Cleanable {
  readonly log: DiskPartitionLog;
  readonly directory: LogDirectory;
}

/** Compacts one log at a time, the one with the largest share of dirty bytes first (kafka 4.x LogCleaner). */
export class LogCleaner {
  private readonly context: LogContext;
  /** Looked at anew for each cleaning: values may change. */
  private readonly given: Partial<CleanerOptions>;
  private readonly cleanables: () => Iterable<Cleanable>;
  private readonly task: PeriodicTask;
  /** Logs whose cleaning failed for another reason than the disk: left alone until a restart. */
  private readonly uncleanable = new Set<DiskPartitionLog>();
  private isStopped = false;
  private current: DiskPartitionLog | null = null;
  private readonly isMoving: (log: DiskPartitionLog) => boolean;

  /** A log that is moving is let alone: its copy is of segments as they are (as Kafka does, LogManager.abortAndPauseCleaning). */
  constructor(
    context: LogContext,
    options: Partial<CleanerOptions>,
    cleanables: () => Iterable<Cleanable>,
    isMoving: (log: DiskPartitionLog) => boolean = () => false,
  ) {
    this.isMoving = isMoving;
    this.context = context;
    this.given = options;
    this.cleanables = cleanables;
    this.task = new PeriodicTask(
      context.clock,
      () => this.options.backoffMs,
      () => this.cleanAll(),
    );
  }

  /** Whether its files are in hand; of a log that moves soon no more. */
  isCleaning(log: DiskPartitionLog): boolean {
    return this.current === log;
  }

  private get options(): CleanerOptions {
    return { ...DEFAULTS, ...this.given };
  }

  start(): void {
    if (this.options.isEnabled) this.task.start();
  }

  async stop(): Promise<void> {
    this.isStopped = true;
    await this.task.stop();
  }

  /** Cleans log after log until none is due. */
  async cleanAll(): Promise<void> {
    while (!this.isStopped) {
      const next = this.filthiest();
      if (next === null) return;
      await this.clean(next.cleanable, next.range);
    }
  }

  private filthiest(): { cleanable: Cleanable; range: CleanableRange } | null {
    const nowMs = this.context.clock.now();
    let worst: { cleanable: Cleanable; range: CleanableRange } | null = null;
    for (const cleanable of this.cleanables()) {
      const { log, directory } = cleanable;
      if (this.uncleanable.has(log) || this.isMoving(log)) continue;
      const range = this.rangeOf(log, directory, nowMs);
      if (range?.isDue && range.dirtyRatio > (worst?.range.dirtyRatio ?? -1)) worst = { cleanable, range };
    }
    return worst;
  }

  /** A start after a crash must not begin below what is cleaned: a transaction's marker may be gone there. */
  private async makeDurable(log: DiskPartitionLog, directory: LogDirectory): Promise<void> {
    await log.flush();
    directory.attempt('checkpoint', () => directory.writeRecoveryPoints(true));
  }

  private rangeOf(log: DiskPartitionLog, directory: LogDirectory, nowMs: number): CleanableRange | null {
    let range: CleanableRange | null = null;
    directory.attempt(`cleaning of ${log.name}`, () => {
      range = cleanableRange(log, directory.cleanedOffsets.get(log.name)?.offset, nowMs);
    });
    return range;
  }

  private async clean({ log, directory }: Cleanable, range: CleanableRange): Promise<void> {
    const { topic, partition } = log;
    const { logger } = this.context;
    if (range.wasReset)
      logger.log('WARN', `Cleaning ${log.name} from its start: its cleaner checkpoint is not in the log`);
    this.current = log;
    try {
      await this.makeDurable(log, directory);
      const compaction = new Compaction(this.context, log, this.options, () => this.isStopped || this.isMoving(log));
      const { cleanedTo, bytesBefore, bytesAfter } = await compaction.run(range);
      logger.log('INFO', `Cleaned ${log.name} up to offset ${cleanedTo}: ${bytesBefore} bytes are ${bytesAfter} now`);
      if (log.isDeleted) return;
      directory.cleanedOffsets.set(log.name, { topic, partition, offset: cleanedTo });
      directory.attempt('checkpoint', () => directory.writeCleanedOffsets());
    } catch (error) {
      if (error instanceof CompactionAborted || (error instanceof KafkaError && (log.isOffline || log.isDeleted))) {
        logger.log('INFO', `Cleaning of ${log.name} was given up: the log changed meanwhile`);
      } else if (isStorageError(error)) {
        if (!log.isDeleted) directory.fail(error, `cleaning of ${log.name}`);
      } else {
        logger.log('ERROR', `Cleaning of ${log.name} failed; it is left as it is until a restart`, error);
        this.uncleanable.add(log);
      }
    } finally {
      this.current = null;
    }
  }
}
