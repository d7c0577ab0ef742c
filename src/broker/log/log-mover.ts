import { type Timer } from '../../util/clock.ts';
import { isStorageError } from './filesystem.ts';
import { type LogContext } from './log-context.ts';
import { CopyFailed, CopyOutdated } from './log-copy.ts';
import { type LogDirectory, type NamedPartition } from './log-directory.ts';
import { discardFuture, LogMove } from './log-move.ts';
import { type DiskPartitionLog } from './partition-log.ts';
import { yieldToLoop } from './periodic-task.ts';
import { type FutureLog } from './types.ts';

/** Bytes copied between two looks at the event loop. */
const STEP_BYTES = 512 * 1024;
const LARGEST_STEP_BYTES = 8 * 1024 * 1024;
/** How long a pause lasts before the rate, a stop and the moves are looked at again. */
const LONGEST_PAUSE_MS = 100;
/** Replicas that are not here yet and whose directory was chosen. */
const MAX_PREFERENCES = 10_000;
/** The disk has no room: nothing is wrong with it. */
const FULL_DISK = new Set(['ENOSPC', 'EDQUOT']);

export interface MoverOptions {
  /** replica.alter.log.dirs.io.max.bytes.per.second, of all moves together; looked at again and again. */
  readonly bytesPerSecond: () => number;
  /** The cleaner has the log in hand; it lets go soon of one that `isMoving`. */
  readonly isCleaning: (log: DiskPartitionLog) => boolean;
  readonly onMoved: (log: DiskPartitionLog) => void;
}

/**
 * Logs on their way to other directories. All of them go on by turns, a slice at a time, under one rate. A `-future` directory on
 * disk is a move that was promised: a start begins it anew, as nobody knows how much of the copy a crash has left.
 */
export class LogMover {
  private readonly context: LogContext;
  private readonly options: MoverOptions;
  private readonly moves = new Map<string, LogMove>();
  /** `topic-partition` -> log directory for a replica that is created later (kafka 4.x LogManager.preferredLogDirs). */
  private readonly preferences = new Map<string, string>();
  private isStarted = false;
  private isStopped = false;
  private running: Promise<void> = Promise.resolve();
  private isRunning = false;
  private wake: () => void = () => undefined;
  /** Copied, and not yet allowed by the rate. */
  private owedBytes = 0;

  constructor(context: LogContext, options: MoverOptions) {
    this.context = context;
    this.options = options;
  }

  isMoving(log: DiskPartitionLog): boolean {
    return this.moves.get(log.name)?.log === log;
  }

  *futures(): Iterable<FutureLog> {
    for (const { log, target, copy } of this.moves.values()) {
      const { topic, partition } = log;
      const lag = log.logEndOffset - copy.endOffset;
      yield { topic, partition, logDir: target.path, sizeInBytes: copy.sizeInBytes, offsetLag: lag > 0n ? lag : 0n };
    }
  }

  prefer(name: string, logDir: string): void {
    if (this.preferences.size < MAX_PREFERENCES || this.preferences.has(name)) this.preferences.set(name, logDir);
  }

  /** Where a new log was wanted; once. */
  takePreference(name: string): string | undefined {
    const logDir = this.preferences.get(name);
    this.preferences.delete(name);
    return logDir;
  }

  /**
   * Begins to move a log; one under way to another place is given up, one to this place goes on, and with the log's own
   * directory there is nothing to move any more. False when the target cannot take it.
   */
  move(log: DiskPartitionLog, source: LogDirectory, target: LogDirectory): boolean {
    const known = this.moves.get(log.name);
    if (known?.log === log && known.target === target && !known.isCancelled) return true;
    this.cancel(log);
    return source === target || this.begin(log, source, target);
  }

  private begin(log: DiskPartitionLog, source: LogDirectory, target: LogDirectory): boolean {
    try {
      this.moves.set(log.name, new LogMove(this.context, log, source, target));
    } catch (error) {
      if (!(error instanceof CopyFailed)) throw error;
      this.targetFailed(log, target, error);
      return false;
    }
    this.context.logger.log('INFO', `Moving ${log.name} from ${source.path} to ${target.path}`);
    this.go();
    return true;
  }

  /** The log is deleted, or wanted where it is. */
  cancel(log: DiskPartitionLog): void {
    const move = this.moves.get(log.name);
    if (move?.log !== log) return;
    this.moves.delete(log.name);
    move.isCancelled = true;
    move.discard();
    this.context.logger.log('INFO', `Gave up the move of ${log.name} to ${move.target.path}`);
  }

  /** A start found a future directory; `found` is the log it was a copy of, if there is one. */
  resume(
    directory: LogDirectory,
    future: NamedPartition,
    found: { readonly log: DiskPartitionLog; readonly directory: LogDirectory } | null,
  ): void {
    if (found && found.directory !== directory) this.move(found.log, found.directory, directory);
    // Not before the new one is there: the promise must be found by the start after a crash in between.
    discardFuture(this.context, directory, future, future.name);
  }

  start(): void {
    this.isStarted = true;
    this.go();
  }

  /** Moves under way are resumed by the next start. */
  async stop(): Promise<void> {
    this.isStopped = true;
    this.wake();
    await this.running;
  }

  private go(): void {
    if (!this.isStarted || this.isStopped || this.isRunning || this.moves.size === 0) return;
    this.isRunning = true;
    this.running = this.run().finally(() => {
      this.isRunning = false;
    });
  }

  private async run(): Promise<void> {
    // Whoever asked is answered first.
    await yieldToLoop();
    while (this.moves.size > 0 && !this.isStopped) {
      let hasProgressed = false;
      for (const move of [...this.moves.values()]) {
        if (this.isStopped) return;
        if (this.moves.get(move.log.name) === move && (await this.step(move))) hasProgressed = true;
        await yieldToLoop();
        await this.keepPace();
      }
      if (!hasProgressed) await this.pause(LONGEST_PAUSE_MS);
    }
  }

  /** False when there was nothing to do but wait. */
  private async step(move: LogMove): Promise<boolean> {
    const { log, target } = move;
    const { logger } = this.context;
    try {
      if (move.obstacle !== null) {
        this.drop(move);
        logger.log('WARN', `The move of ${log.name} to ${target.path} ends: ${move.obstacle}`);
        return true;
      }
      const copied = move.copyBatches(this.stepBytes(move));
      this.owedBytes += copied;
      // Under producers that never pause, this moment is the only one; but a batch larger than a slice is waited for.
      if (move.copy.missingBytes > 0 || this.owedMs > LONGEST_PAUSE_MS) return true;
      if (!(await move.finish(() => !this.isStopped && !this.options.isCleaning(log)))) {
        return move.copy.missingBytes > 0;
      }
      this.drop(move);
      logger.log('INFO', `Moved ${log.name} to ${target.path}: its log ends at ${log.logEndOffset}`);
      this.options.onMoved(log);
    } catch (error) {
      this.failed(move, error);
    }
    return true;
  }

  private drop(move: LogMove): void {
    if (this.moves.get(move.log.name) === move) this.moves.delete(move.log.name);
  }

  private failed(move: LogMove, error: unknown): void {
    const { log, target } = move;
    // Given up meanwhile: its files went away under its hands.
    if (move.isCancelled) return;
    this.drop(move);
    if (error instanceof CopyOutdated) {
      this.context.logger.log('INFO', `Copying ${log.name} to ${target.path} anew: the log was cut`);
      this.begin(log, move.source, target);
      move.discard();
      return;
    }
    move.discard();
    if (error instanceof CopyFailed) this.targetFailed(log, target, error);
    else if (isStorageError(error)) move.source.fail(error, `copying ${log.name} to ${target.path}`);
    else this.context.logger.log('ERROR', `The move of ${log.name} to ${target.path} failed; it stays`, error);
  }

  private targetFailed(log: DiskPartitionLog, target: LogDirectory, { cause }: CopyFailed): void {
    const text = `The move of ${log.name} to ${target.path} failed: ${cause.message}; it stays in ${log.logDir}`;
    this.context.logger.log('ERROR', text, cause);
    if (!FULL_DISK.has(cause.code ?? '')) target.fail(cause, `moving ${log.name} there`);
  }

  /** Twice what came since the last slice, or producers would stay ahead; small under a low rate, so that there are no bursts. */
  private stepBytes(move: LogMove): number {
    const wanted = Math.min(Math.max(STEP_BYTES, 2 * move.takeGrowth()), LARGEST_STEP_BYTES);
    return Math.max(1, Math.floor(Math.min(wanted, this.options.bytesPerSecond() / 10)));
  }

  private get owedMs(): number {
    return (this.owedBytes * 1000) / this.options.bytesPerSecond();
  }

  /** Waits as long as what was copied should have taken. */
  private async keepPace(): Promise<void> {
    const { clock } = this.context;
    while (this.owedBytes > 0 && !this.isStopped && this.moves.size > 0) {
      const dueMs = this.owedMs;
      // Timers count whole milliseconds: what is less is waited for together.
      if (dueMs < 1) break;
      const pauseMs = Math.min(Math.ceil(dueMs), LONGEST_PAUSE_MS);
      const beganMs = clock.now();
      await this.pause(pauseMs);
      const passedMs = clock.now() - beganMs;
      // A clock that was set tells nothing.
      this.owedBytes -= (Math.max(passedMs, pauseMs) * this.options.bytesPerSecond()) / 1000;
    }
    if (this.owedBytes < 0 || this.options.bytesPerSecond() === Number.POSITIVE_INFINITY) this.owedBytes = 0;
  }

  private pause(ms: number): Promise<void> {
    let timer: Timer | null = null;
    const paused = new Promise<void>((resolve) => {
      this.wake = resolve;
      timer = this.context.clock.after(ms, resolve);
    });
    return paused.finally(() => timer?.cancel());
  }
}
