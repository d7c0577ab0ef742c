import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { FilePool } from './file-pool.ts';
import { type FileSystem } from './filesystem.ts';
import { Removals } from './removals.ts';
import { type Evictable, SecondChance } from './second-chance.ts';

/** Bytes read at once when walking batch headers, and the least a header walk may ask for. */
export const SCAN_BYTES = 4096;

/** What all logs of a broker share: bounded resources, and buffers that no call keeps beyond its return. */
export interface LogContext {
  readonly fileSystem: FileSystem;
  readonly pool: FilePool;
  /** Indexes of inactive segments held in memory; weights are bytes. */
  readonly indexes: SecondChance<Evictable>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** Between 0 and 1: spreads segment.jitter.ms. */
  readonly random: () => number;
  /** For header walks. */
  readonly scratch: Buffer;
  readonly cursor: RecordCursor;
  readonly removals: Removals;
  /** What a warning was given of already. */
  readonly warned: WeakSet<object>;
}

export interface LogContextOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly random: () => number;
  readonly maxOpenFiles: number;
  readonly maxIndexBytes: number;
}

export function createLogContext(options: LogContextOptions): LogContext {
  const { fileSystem, clock, logger, random, maxOpenFiles, maxIndexBytes } = options;
  const pool = new FilePool(fileSystem, maxOpenFiles);
  return {
    fileSystem: pool.fileSystem,
    clock,
    logger,
    random,
    pool,
    indexes: new SecondChance(maxIndexBytes),
    scratch: Buffer.allocUnsafeSlow(SCAN_BYTES),
    cursor: new RecordCursor(),
    removals: new Removals(clock, logger),
    warned: new WeakSet(),
  };
}
