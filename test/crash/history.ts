import { type RecordBatch } from '../../src/protocol/records/index.ts';

/** A batch as it was written, with the one it follows: truncations make the history of a log a tree. */
export interface Written {
  readonly baseOffset: bigint;
  readonly nextOffset: bigint;
  readonly previous: Written | null;
}

interface Fact {
  /** Holds for crashes after that many changes. */
  readonly at: number;
  readonly end: bigint;
}

/** What a workload did to one partition and what it was promised, by the length of the journal. */
export class PartitionHistory {
  readonly topic: string;
  readonly partition: number;
  /** Compaction rewrites batches: then records are compared, else whole batches. */
  readonly isCompacted: boolean;
  /** Bytes in hex -> batch. */
  readonly batches = new Map<string, Written>();
  /** offset -> records ever written there. */
  readonly records = new Map<bigint, Set<string>>();
  /** Start offsets asked for, rising; a crash may take the later ones. */
  private readonly starts: Fact[] = [{ at: 0, end: 0n }];
  private readonly confirmedStarts: Fact[] = [{ at: 0, end: 0n }];
  private readonly acknowledged: Fact[] = [{ at: 0, end: 0n }];
  private readonly flushed: Fact[] = [{ at: 0, end: 0n }];
  private last: Written | null = null;

  constructor(topic: string, partition: number, isCompacted: boolean) {
    this.topic = topic;
    this.partition = partition;
    this.isCompacted = isCompacted;
  }

  get name(): string {
    return `${this.topic}-${this.partition}`;
  }

  /** A batch with its final offsets was acknowledged. */
  noteAppend(at: number, batch: RecordBatch): void {
    const { baseOffset, nextOffset } = batch;
    this.last = { baseOffset, nextOffset, previous: this.last };
    this.batches.set(batch.bytes().toString('hex'), this.last);
    this.acknowledged.push({ at, end: nextOffset });
  }

  noteRecord(offset: bigint, record: string): void {
    const known = this.records.get(offset) ?? new Set();
    this.records.set(offset, known.add(record));
  }

  noteFlush(at: number, end: bigint): void {
    const known = this.flushed.at(-1)?.end ?? 0n;
    this.flushed.push({ at, end: end > known ? end : known });
  }

  /** The cut begins with the next change. */
  noteTruncation(at: number, end: bigint): void {
    while (this.last !== null && this.last.nextOffset > end) this.last = this.last.previous;
    for (const facts of [this.acknowledged, this.flushed]) {
      const known = facts.at(-1)?.end ?? 0n;
      facts.push({ at: at + 1, end: end < known ? end : known });
    }
  }

  /** The log start was to move: from `from` changes on it may have, from `at` on it has. */
  noteStart(from: number, at: number, start: bigint): void {
    this.starts.push({ at: from, end: start });
    this.confirmedStarts.push({ at, end: start });
  }

  acknowledgedEnd(changes: number): bigint {
    return endAt(this.acknowledged, changes);
  }

  flushedEnd(changes: number): bigint {
    return endAt(this.flushed, changes);
  }

  startsUpTo(changes: number): bigint[] {
    return this.starts.filter(({ at }) => at <= changes).map(({ end }) => end);
  }

  confirmedStart(changes: number): bigint {
    return endAt(this.confirmedStarts, changes);
  }
}

function endAt(facts: readonly Fact[], changes: number): bigint {
  return facts.findLast(({ at }) => at <= changes)?.end ?? 0n;
}

/** A record as text, for comparison. */
export function recordText(timestampMs: bigint, key: Buffer | null, value: Buffer | null): string {
  return `${timestampMs} ${key?.toString('hex') ?? '-'} ${value?.toString('hex') ?? '-'}`;
}
