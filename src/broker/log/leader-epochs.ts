import { type Offset } from '../../protocol/primitives.ts';
import { type LeaderEpochEntry, readLeaderEpochs, writeLeaderEpochs } from './checkpoints.ts';
import { type File, type FileSystem } from './filesystem.ts';
import { type FlushedAlong } from './segmented-log.ts';

const UNKNOWN = { leaderEpoch: -1, endOffset: -1n } as const;

/**
 * Which leader epoch wrote from which offset on, kept in `leader-epoch-checkpoint` (KIP-101, kafka 4.x
 * LeaderEpochFileCache). Entries rise in both epoch and start offset.
 */
export class LeaderEpochs implements FlushedAlong {
  private entries: LeaderEpochEntry[];
  private path: string;
  private readonly fileSystem: FileSystem;
  /** Least start offset of the entries that a power failure may take; null when all are durable. */
  private unsyncedFrom: Offset | null = 0n;
  private isSaved = true;
  /** What the file says, when we know. */
  private onDisk: string;

  constructor(fileSystem: FileSystem, path: string, entries: LeaderEpochEntry[]) {
    this.fileSystem = fileSystem;
    this.path = path;
    this.entries = entries;
    this.onDisk = textOf(entries);
  }

  /** Throws MalformedCheckpointError. */
  static open(fileSystem: FileSystem, path: string): LeaderEpochs {
    return new LeaderEpochs(fileSystem, path, readLeaderEpochs(fileSystem, path));
  }

  /** -1 before the first one. */
  get latest(): number {
    return this.entries.at(-1)?.leaderEpoch ?? -1;
  }

  all(): readonly LeaderEpochEntry[] {
    return this.entries;
  }

  /**
   * An epoch starts writing at that offset; entries of later epochs or offsets contradict it and go. The file is told by
   * `save`, when the epoch writes something: thousands of partitions change leaders at a start, and few of them write.
   */
  assign(leaderEpoch: number, startOffset: Offset): void {
    const last = this.entries.at(-1);
    if (leaderEpoch < 0 || (last && last.leaderEpoch === leaderEpoch && startOffset >= last.startOffset)) return;
    const kept = this.entries.filter((one) => one.leaderEpoch < leaderEpoch && one.startOffset < startOffset);
    this.entries = [...kept, { leaderEpoch, startOffset }];
    this.isSaved = false;
    if (this.unsyncedFrom === null || startOffset < this.unsyncedFrom) this.unsyncedFrom = startOffset;
  }

  /** Exclusive end of what an epoch wrote, or of the largest one below it that wrote anything. */
  endOffsetFor(leaderEpoch: number, logEndOffset: Offset): { leaderEpoch: number; endOffset: Offset } {
    if (leaderEpoch < 0) return UNKNOWN;
    if (leaderEpoch === this.latest) return { leaderEpoch, endOffset: logEndOffset };
    const higher = this.entries.find((one) => one.leaderEpoch > leaderEpoch);
    if (higher === undefined) return UNKNOWN;
    const floor = this.entries.findLast((one) => one.leaderEpoch <= leaderEpoch);
    return { leaderEpoch: floor?.leaderEpoch ?? leaderEpoch, endOffset: higher.startOffset };
  }

  /** -1 when unknown. */
  epochAt(offset: Offset): number {
    return this.entries.findLast((one) => one.startOffset <= offset)?.leaderEpoch ?? -1;
  }

  /** The log was cut: what started at or above the end is gone. */
  truncateFromEnd(endOffset: Offset): void {
    if ((this.entries.at(-1)?.startOffset ?? -1n) < endOffset) return;
    this.replace(this.entries.filter((one) => one.startOffset < endOffset));
  }

  /** Fills in what the log says of the offsets below the first entry: after a crash they may be there again. */
  prepend(earlier: readonly LeaderEpochEntry[]): void {
    const first = this.entries[0];
    const entries = [...earlier];
    if (first && first.leaderEpoch !== entries.at(-1)?.leaderEpoch) entries.push(first);
    this.replace([...entries, ...this.entries.slice(1)]);
    this.unsyncedFrom = 0n;
  }

  /** The log is read again from there on; `save` follows. */
  forgetFrom(offset: Offset): void {
    this.entries = this.entries.filter((one) => one.startOffset < offset);
    this.isSaved = false;
  }

  /** The log starts later: the epoch that covers its start now begins there. */
  truncateFromStart(startOffset: Offset): void {
    const covering = this.entries.findLast((one) => one.startOffset <= startOffset);
    if (covering === undefined || this.entries[0]?.startOffset === startOffset) return;
    const later = this.entries.filter((one) => one.startOffset > startOffset);
    this.replace([{ leaderEpoch: covering.leaderEpoch, startOffset }, ...later]);
  }

  clear(): void {
    if (this.entries.length > 0) this.replace([]);
  }

  movedTo(path: string): void {
    this.path = path;
  }

  /** A clean stop left the file, and the log ends there: entries of epochs that wrote nothing may still be lost. */
  noteDurableBelow(end: Offset): void {
    const last = this.entries.at(-1);
    this.unsyncedFrom = last && last.startOffset >= end ? last.startOffset : null;
  }

  /** An entry may be lost as long as its epoch wrote nothing that is flushed: the next leader makes it again. */
  async syncInBackground(end: Offset): Promise<boolean> {
    const file = this.takeUnsynced(end);
    if (file === null) return false;
    try {
      await file.syncInBackground();
    } finally {
      file.close();
    }
    return true;
  }

  sync(end: Offset): boolean {
    const file = this.takeUnsynced(end);
    if (file === null) return false;
    try {
      file.sync();
    } finally {
      file.close();
    }
    return true;
  }

  private takeUnsynced(end: Offset): File | null {
    if (this.entries.length === 0 || this.unsyncedFrom === null || this.unsyncedFrom >= end) return null;
    this.unsyncedFrom = null;
    this.save();
    return this.fileSystem.open(this.path, 'update');
  }

  save(): void {
    if (this.isSaved) return;
    this.isSaved = true;
    if (textOf(this.entries) !== this.onDisk) this.replace(this.entries);
  }

  private replace(entries: LeaderEpochEntry[]): void {
    this.entries = entries;
    this.isSaved = true;
    // Synced with the next flush.
    writeLeaderEpochs(this.fileSystem, this.path, entries);
    this.onDisk = textOf(entries);
  }
}

function textOf(entries: readonly LeaderEpochEntry[]): string {
  return entries.map(({ leaderEpoch, startOffset }) => `${leaderEpoch} ${startOffset}`).join();
}
