import fs from 'node:fs';
import path from 'node:path';
import { openLogManager } from '../../../../src/broker/log/index.ts';
import { type LogManagerOptions } from '../../../../src/broker/log/log-manager-options.ts';
import { type LogConfig, type LogManager, type PartitionLog } from '../../../../src/broker/log/types.ts';
import { type BatchMeta, RecordBatch, type RecordInput, singleBatch } from '../../../../src/protocol/records/index.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { MemoryFileSystem } from './memory-filesystem.ts';

export const TOPIC_ID = 'AAAAAAAAAAAAAAAAAAAAAw';
export const LOG_DIR = '/logs';
export const NOW = 1_800_000_000_000;

export const defaultConfig: LogConfig = {
  segmentBytes: 1 << 30,
  segmentMs: 604_800_000,
  segmentJitterMs: 0,
  segmentIndexBytes: 10_485_760,
  indexIntervalBytes: 4096,
  maxMessageBytes: 1_048_588,
  retentionMs: -1,
  retentionBytes: -1,
  cleanupPolicy: { compact: false, delete: true },
  deleteRetentionMs: 86_400_000,
  minCompactionLagMs: 0,
  maxCompactionLagMs: Number.POSITIVE_INFINITY,
  minCleanableDirtyRatio: 0.5,
  fileDeleteDelayMs: 60_000,
  flushMessages: Number.POSITIVE_INFINITY,
  flushMs: Number.POSITIVE_INFINITY,
  compressionType: 'producer',
  messageTimestampType: 'CreateTime',
  messageTimestampBeforeMaxMs: Number.POSITIVE_INFINITY,
  messageTimestampAfterMaxMs: 3_600_000,
  unknownProducerExpirationMs: 86_400_000,
};

/** A log manager on a disk in memory, under a clock that the test moves. */
export class LogWorld {
  readonly clock: ManualClock;
  readonly fileSystem: MemoryFileSystem;
  readonly lines: string[] = [];
  readonly config: LogConfig;
  manager!: LogManager;
  private readonly options: Partial<LogManagerOptions>;

  constructor(
    config: Partial<LogConfig> = {},
    options: { fileSystem?: MemoryFileSystem; manager?: Partial<LogManagerOptions>; nowMs?: number } = {},
  ) {
    this.config = { ...defaultConfig, ...config };
    this.clock = new ManualClock(options.nowMs ?? NOW);
    this.fileSystem = options.fileSystem ?? new MemoryFileSystem();
    this.options = options.manager ?? {};
  }

  static async open(
    config: Partial<LogConfig> = {},
    options: ConstructorParameters<typeof LogWorld>[1] = {},
  ): Promise<LogWorld> {
    return new LogWorld(config, options).start();
  }

  async start(): Promise<LogWorld> {
    const logger = { log: (level: string, text: string) => void this.lines.push(`${level} ${text}`) };
    const { clock, fileSystem, config } = this;
    const fixed = { logDirs: [LOG_DIR], clock, logger, fileSystem, defaultConfig: config, random: () => 0 };
    this.manager = await openLogManager({ ...fixed, ...this.options });
    return this;
  }

  log(topic = 't', partition = 0, config: Partial<LogConfig> = {}): PartitionLog {
    return this.manager.getOrCreate(topic, partition, TOPIC_ID, { ...this.config, ...config });
  }

  /** Names of the files of a partition. */
  files(name = 't-0'): string[] {
    return this.fileSystem.list(`${LOG_DIR}/${name}`).sort();
  }

  file(name: string, directory = 't-0'): Buffer {
    return this.fileSystem.readFile(`${LOG_DIR}/${directory}/${name}`);
  }

  /** Another world on what a crash at this moment leaves behind. */
  async crash(config: Partial<LogConfig> = {}): Promise<LogWorld> {
    const { journal } = this.fileSystem;
    return this.reopen(MemoryFileSystem.after(journal, journal.length), config);
  }

  async reopen(fileSystem: MemoryFileSystem, config: Partial<LogConfig> = {}): Promise<LogWorld> {
    const merged = { ...this.config, ...config };
    return LogWorld.open(merged, { fileSystem, manager: this.options, nowMs: this.clock.now() });
  }
}

export function record(value: string | null, key: string | null = null, timestampMs = NOW): RecordInput {
  return {
    timestampMs,
    key: key === null ? null : Buffer.from(key),
    value: value === null ? null : Buffer.from(value),
  };
}

export function batchOf(values: readonly string[], meta: BatchMeta = {}, timestampMs = NOW): Buffer {
  return singleBatch(
    values.map((value) => record(value, null, timestampMs)),
    meta,
  );
}

export function append(log: PartitionLog, records: Buffer, origin: 'client' | 'coordinator' = 'client') {
  return log.appendAsLeader(records, { leaderEpoch: 0, origin });
}

/** Everything from an offset on, read in small steps. */
export function readAll(log: PartitionLog, from = log.logStartOffset, maxBytes = 1000): RecordBatch[] {
  const found: RecordBatch[] = [];
  for (let offset = from; offset < log.logEndOffset; ) {
    const { records } = log.read(offset, {
      maxBytes,
      minOneBatch: true,
      endOffset: log.logEndOffset,
      readCommitted: false,
    });
    if (records.length === 0) break;
    for (let at = 0; at < records.length; ) {
      const batch = new RecordBatch(records, at);
      found.push(batch);
      at += batch.sizeInBytes;
      offset = batch.nextOffset;
    }
  }
  return found;
}

export const FIXTURES = path.resolve('test/fixtures/log/kafka-4.3.1-clean');

/** Kafka's directory on a disk in memory. */
export function fixtureFileSystem(): MemoryFileSystem {
  const fileSystem = new MemoryFileSystem();
  for (const name of fs.readdirSync(FIXTURES, { recursive: true, withFileTypes: true })) {
    const full = path.join(name.parentPath, name.name);
    const target = LOG_DIR + full.slice(FIXTURES.length);
    if (name.isDirectory()) fileSystem.makeDirectory(target);
    else fileSystem.put(target, fs.readFileSync(full));
  }
  return fileSystem;
}

export function fixture(name: string): Buffer {
  return fs.readFileSync(path.join(FIXTURES, name));
}
