import { type Offset, type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { parseJavaProperties } from '../../util/java-properties.ts';
import {
  type CheckpointedOffset,
  hasCleanShutdownMarker,
  MalformedCheckpointError,
  readOffsetCheckpoint,
  removeCleanShutdownMarker,
  writeCleanShutdownMarker,
  writeOffsetCheckpoint,
} from './checkpoints.ts';
import { CHECKPOINT, META_PROPERTIES, parsePartitionDirectory } from './file-names.ts';
import { isStorageError } from './filesystem.ts';
import { type LogContext } from './log-context.ts';
import { type DiskPartitionLog } from './partition-log.ts';
import { type DirectoryState } from './storage-guard.ts';

/** The metadata log is looked after by the cluster room (see single-log.ts), as in Kafka. */
const METADATA_TOPIC = '__cluster_metadata';

export interface DirectoryCheckpoints {
  readonly recoveryPoints: ReadonlyMap<string, Offset>;
  readonly logStartOffsets: ReadonlyMap<string, Offset>;
  readonly highWatermarks: ReadonlyMap<string, Offset>;
}

/** A directory with what its name says. */
export interface NamedPartition {
  readonly name: string;
  readonly topic: string;
  readonly partition: number;
}

/** One of `log.dirs`: its partitions, its checkpoint files, and whether it still works. */
export class LogDirectory implements DirectoryState {
  readonly path: string;
  readonly logs = new Set<DiskPartitionLog>();
  /** What the cleaner has cleaned up to; kept here because its checkpoint lies here. */
  readonly cleanedOffsets = new Map<string, CheckpointedOffset>();
  private readonly context: LogContext;
  private readonly onOffline: (directory: LogDirectory) => void;
  private id: Uuid | null = null;
  private failure: Error | null = null;
  private isLogStartDirty = false;
  /** Partitions' directories came since the last sync; after a crash that may be so of any. */
  private hasNewEntries = true;
  private entrySync: Promise<void> | null = null;
  /** Checkpoint file -> what was last written, so that nothing is written for nothing. */
  private readonly written = new Map<string, { readonly content: string; readonly isDurable: boolean }>();
  /** As the checkpoint on disk has them. */
  private recoveryPoints: ReadonlyMap<string, Offset> = new Map();

  constructor(context: LogContext, path: string, onOffline: (directory: LogDirectory) => void) {
    this.context = context;
    this.path = path;
    this.onOffline = onOffline;
  }

  get isOffline(): boolean {
    return this.failure !== null;
  }

  fail(error: Error, what: string): void {
    if (this.failure !== null) return;
    this.failure = error;
    const text = `I/O failure in log directory ${this.path} (${what}): ${error.message}; it is offline until a restart`;
    this.context.logger.log('ERROR', text, error);
    for (const log of this.logs) log.abandon();
    this.onOffline(this);
  }

  /** Runs an act on this directory; an I/O failure takes it offline. False when it is or goes offline. */
  attempt(what: string, act: () => void): boolean {
    if (this.isOffline) return false;
    try {
      act();
      return true;
    } catch (error) {
      if (!isStorageError(error)) throw error;
      this.fail(error, what);
      return false;
    }
  }

  noteNewEntry(): void {
    this.hasNewEntries = true;
  }

  /** One sync serves all logs that wait for it. */
  async syncEntriesInBackground(): Promise<void> {
    if (this.hasNewEntries) {
      this.hasNewEntries = false;
      this.entrySync = this.context.fileSystem.syncDirectoryInBackground(this.path);
    }
    await this.entrySync;
  }

  syncEntries(): void {
    if (!this.hasNewEntries && this.entrySync === null) return;
    this.context.fileSystem.syncDirectory(this.path);
    this.hasNewEntries = false;
    this.entrySync = null;
  }

  /** From meta.properties; all zeros as long as there is none. */
  directoryId(): Uuid {
    this.id ??= this.readDirectoryId();
    return this.id ?? ZERO_UUID;
  }

  private readDirectoryId(): Uuid | null {
    const { fileSystem } = this.context;
    const path = `${this.path}/${META_PROPERTIES}`;
    if (this.isOffline || fileSystem.status(path) === undefined) return null;
    return parseJavaProperties(fileSystem.readFile(path)).get('directory.id') ?? null;
  }

  /** Names of the partition directories by what they are. */
  partitionDirectories(): { live: NamedPartition[]; futures: NamedPartition[]; dying: string[] } {
    const live: NamedPartition[] = [];
    const futures: NamedPartition[] = [];
    const dying: string[] = [];
    for (const name of this.context.fileSystem.list(this.path)) {
      const parsed = parsePartitionDirectory(name);
      if (parsed?.topic === METADATA_TOPIC) continue;
      if (parsed?.state === 'live') live.push({ name, topic: parsed.topic, partition: parsed.partition });
      else if (parsed?.state === 'future') futures.push({ name, topic: parsed.topic, partition: parsed.partition });
      else if (parsed?.state === 'delete') dying.push(name);
    }
    return { live, futures, dying };
  }

  /** True when the last stop was clean; the marker is gone afterwards. */
  takeCleanShutdownMarker(): boolean {
    const { fileSystem } = this.context;
    if (!hasCleanShutdownMarker(fileSystem, this.path)) return false;
    removeCleanShutdownMarker(fileSystem, this.path);
    return true;
  }

  readCheckpoints(): DirectoryCheckpoints {
    for (const [key, offset] of this.readCheckpoint(CHECKPOINT.cleaner)) {
      const parsed = parsePartitionDirectory(key);
      if (parsed) this.cleanedOffsets.set(key, { topic: parsed.topic, partition: parsed.partition, offset });
    }
    this.recoveryPoints = this.readCheckpoint(CHECKPOINT.recoveryPoint);
    return {
      recoveryPoints: this.recoveryPoints,
      logStartOffsets: this.readCheckpoint(CHECKPOINT.logStartOffset),
      highWatermarks: this.readCheckpoint(CHECKPOINT.highWatermark),
    };
  }

  private readCheckpoint(name: string): Map<string, Offset> {
    try {
      return readOffsetCheckpoint(this.context.fileSystem, `${this.path}/${name}`);
    } catch (error) {
      if (!(error instanceof MalformedCheckpointError)) throw error;
      this.context.logger.log('WARN', `${error.message}; going on without it`);
      return new Map();
    }
  }

  noteTruncated(name: string, offset: Offset): void {
    const cleaned = this.cleanedOffsets.get(name);
    if (cleaned && cleaned.offset > offset) this.cleanedOffsets.set(name, { ...cleaned, offset });
    // What is appended from here on must be read again after a crash (kafka 4.x LogManager.truncateTo).
    if ((this.recoveryPoints.get(name) ?? 0n) > offset) this.writeRecoveryPoints(true);
  }

  noteLogStartMoved(): void {
    if (this.isLogStartDirty) return;
    this.isLogStartDirty = true;
    // One write for all partitions of a request, before its answer can leave.
    queueMicrotask(() => {
      if (this.isLogStartDirty) this.attempt('checkpoint', () => this.writeLogStartOffsets());
    });
  }

  /** Durable each time: what retention was promised before must not go with a file whose content was lost. */
  writeLogStartOffsets(): void {
    this.isLogStartDirty = false;
    // A start offset that a segment begins with needs no entry, once no earlier segment can come back.
    const moved = this.entries((log) => log.logStartOffset).filter(
      ({ log, offset }) => offset > log.segments.durableStartOffset,
    );
    this.writeCheckpoint(CHECKPOINT.logStartOffset, moved, true);
  }

  writeRecoveryPoints(durable: boolean): void {
    const entries = this.entries((log) => log.recoveryPoint);
    this.writeCheckpoint(CHECKPOINT.recoveryPoint, entries, durable);
    this.recoveryPoints = new Map(entries.map(({ log, offset }) => [log.name, offset]));
  }

  writeHighWatermarks(durable: boolean): void {
    this.writeCheckpoint(
      CHECKPOINT.highWatermark,
      this.entries((log) => log.highWatermark),
      durable,
    );
  }

  writeCleanedOffsets(): void {
    this.writeCheckpoint(CHECKPOINT.cleaner, [...this.cleanedOffsets.values()], true);
  }

  /**
   * A log is in `logs` that will be found here in a moment: everything a start must know of it is durable before. Entries of
   * an earlier stay in this directory go.
   */
  writeCheckpointsForMove(): void {
    this.writeRecoveryPoints(true);
    this.writeLogStartOffsets();
    this.writeCleanedOffsets();
  }

  /** Of a partition's directory. */
  rename(name: string, newName: string): void {
    this.context.fileSystem.rename(`${this.path}/${name}`, `${this.path}/${newName}`);
  }

  /** The last act of a clean stop. */
  writeCleanShutdownMarker(brokerEpoch: bigint): void {
    writeCleanShutdownMarker(this.context.fileSystem, this.path, brokerEpoch);
  }

  private entries(offsetOf: (log: DiskPartitionLog) => Offset): (CheckpointedOffset & { log: DiskPartitionLog })[] {
    const found: (CheckpointedOffset & { log: DiskPartitionLog })[] = [];
    for (const log of this.logs) {
      const { topic, partition } = log;
      found.push({ topic, partition, offset: offsetOf(log), log });
    }
    return found;
  }

  private writeCheckpoint(name: string, entries: readonly CheckpointedOffset[], durable: boolean): void {
    const content = entries.map(({ topic, partition, offset }) => `${topic} ${partition} ${offset}`).join('\n');
    const before = this.written.get(name);
    if (before?.content === content && (before.isDurable || !durable)) return;
    writeOffsetCheckpoint(this.context.fileSystem, `${this.path}/${name}`, entries, durable);
    this.written.set(name, { content, isDurable: durable });
  }
}
