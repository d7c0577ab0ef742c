import { highest, lowest } from '../../src/broker/log/offset-order.ts';
import { type PartitionLog } from '../../src/broker/log/types.ts';
import { RecordBatch, RecordCursor, readControlType } from '../../src/protocol/records/index.ts';
import { readAll } from '../unit/broker/log/log-world.ts';
import { type MemoryFileSystem } from '../unit/broker/log/memory-filesystem.ts';
import { type PartitionHistory, recordText, type Written } from './history.ts';

/** What was found on a disk after a crash is not what may be there. */
export class Violation extends Error {
  override name = 'Violation';
}

function must(holds: boolean, text: () => string): void {
  if (!holds) throw new Violation(text());
}

export interface Crash {
  /** Changes of the journal before the crash. */
  readonly changes: number;
  /** The process died, the machine did not: the page cache is there. */
  readonly isKill: boolean;
}

interface Seen {
  readonly batch: RecordBatch;
  readonly values: readonly string[];
  readonly offsets: readonly bigint[];
  readonly control: string | null;
}

/** Checks a log that was opened after a crash against what its writer was promised. Throws Violation. */
export function checkLog(log: PartitionLog, history: PartitionHistory, crash: Crash): void {
  log.advanceHighWatermark(log.logEndOffset);
  checkEnds(log, history, crash);
  const seen = readAll(log).map(see);
  if (history.isCompacted) checkRecords(log, seen, history, crash);
  else checkBatches(log, seen, history);
  checkTransactions(log, seen);
  checkProducers(log, seen);
  checkLookUps(log, seen);
}

function checkEnds(log: PartitionLog, history: PartitionHistory, { changes, isKill }: Crash): void {
  const { name } = history;
  const promised = isKill ? history.acknowledgedEnd(changes) : history.flushedEnd(changes);
  const what = isKill ? 'acknowledged' : 'flushed';
  must(log.logEndOffset >= promised, () => `${name} ends at ${log.logEndOffset}, ${what} up to ${promised}`);
  const { logStartOffset } = log;
  must(log.logEndOffset >= logStartOffset, () => `${name} ends at ${log.logEndOffset} before it starts`);
  // Without its checkpoint a log starts where its first segment does, at most where it was asked to.
  const most = history.startsUpTo(changes).at(-1) ?? 0n;
  must(logStartOffset <= most, () => `${name} starts at ${logStartOffset}, asked for was ${most}`);
  const least = isKill ? history.confirmedStart(changes) : 0n;
  must(logStartOffset >= least, () => `${name} starts at ${logStartOffset}, deleted up to ${least}`);
}

function see(batch: RecordBatch): Seen {
  must(batch.isCrcValid(), () => `batch at ${batch.baseOffset} fails its checksum`);
  const cursor = new RecordCursor();
  cursor.reset(batch);
  const values: string[] = [];
  const offsets: bigint[] = [];
  let control: string | null = null;
  while (cursor.next()) {
    const key = cursor.key();
    if (batch.isControl && key !== null) control = readControlType(key);
    values.push(recordText(cursor.timestamp(), key, cursor.value()));
    offsets.push(cursor.offset());
  }
  return { batch, values, offsets, control };
}

/** Batches are those that were appended, each behind the one it was appended behind. */
function checkBatches(log: PartitionLog, seen: readonly Seen[], history: PartitionHistory): void {
  let previous: Written | null = null;
  for (const { batch } of seen) {
    const written = history.batches.get(batch.bytes().toString('hex'));
    must(written !== undefined, () => `${history.name} holds a batch at ${batch.baseOffset} that nobody wrote`);
    const expected = previous;
    if (expected !== null)
      must(written?.previous === expected, () => `${history.name}: batch at ${batch.baseOffset} follows another`);
    previous = written as Written;
    const epoch = log.leaderEpochForOffset(
      batch.baseOffset >= log.logStartOffset ? batch.baseOffset : batch.lastOffset,
    );
    must(epoch === batch.partitionLeaderEpoch, () => `${history.name}: epoch ${epoch} at ${batch.baseOffset}`);
  }
  const [first, last] = [seen[0]?.batch, seen.at(-1)?.batch];
  must(
    (last?.nextOffset ?? log.logStartOffset) === log.logEndOffset && (first?.baseOffset ?? 0n) <= log.logStartOffset,
    () => `${history.name}: batches ${first?.baseOffset} to ${last?.nextOffset} do not fill the log`,
  );
}

/** Records are those that were appended at their offsets, and of each key the latest one is there. */
function checkRecords(log: PartitionLog, seen: readonly Seen[], history: PartitionHistory, _crash: Crash): void {
  const found = new Set<bigint>();
  let next = log.logStartOffset;
  for (const { batch, values, offsets, control } of seen) {
    must(batch.lastOffset >= next, () => `${history.name}: batch at ${batch.baseOffset} below ${next}`);
    next = batch.nextOffset;
    if (control !== null) continue;
    for (const [index, offset] of offsets.entries()) {
      const known = history.records.get(offset);
      must(known?.has(values[index] as string) === true, () => `${history.name}: unknown record at ${offset}`);
      found.add(offset);
    }
  }
  for (const [offset, key] of latestByKey(history, log)) {
    must(found.has(offset), () => `${history.name}: the latest record of ${key} at ${offset} is gone`);
  }
}

/** Offsets of the latest plain records of their keys below the log's end; records of transactions are told by their marker. */
function latestByKey(history: PartitionHistory, log: PartitionLog): Map<bigint, string> {
  const latest = new Map<string, bigint>();
  for (const [offset, records] of history.records) {
    if (offset < log.logStartOffset || offset >= log.logEndOffset) continue;
    for (const record of records) {
      const [, key = '', value = ''] = record.split(' ');
      const isPlain = Buffer.from(value, 'hex').toString().startsWith('plain');
      const isLater = offset > (latest.get(key) ?? -1n);
      if (isLater) latest.set(key, offset);
      if (isLater && !isPlain) latest.delete(key);
    }
  }
  return new Map([...latest].map(([key, offset]) => [offset, key]));
}

/** What a read_committed consumer is handed is exactly the data of committed transactions and of none. */
function checkTransactions(log: PartitionLog, seen: readonly Seen[]): void {
  const decided = new Map<Seen, string>();
  const open = new Map<bigint, Seen[]>();
  for (const one of seen) {
    const { batch, control } = one;
    if (batch.isControl) {
      for (const data of open.get(batch.producerId) ?? []) decided.set(data, control ?? 'emptied');
      open.delete(batch.producerId);
    } else if (batch.isTransactional) {
      open.set(batch.producerId, [...(open.get(batch.producerId) ?? []), one]);
    }
  }
  const undecided = [...open.values()].flat().map(({ batch }) => batch.baseOffset);
  const firstOpen = undecided.reduce(lowest, log.logEndOffset);
  const stable = highest(firstOpen, log.logStartOffset);
  must(log.lastStableOffset === stable, () => `last stable offset ${log.lastStableOffset}, ${stable} expected`);
  const expected = seen
    .filter((one) => one.batch.lastOffset < stable && !one.batch.isControl)
    .filter((one) => !one.batch.isTransactional || decided.get(one) === 'commit')
    .flatMap(({ offsets }) => offsets);
  const found = readCommitted(log);
  must(`${found}` === `${expected}`, () => `read_committed sees ${found}, ${expected} are committed`);
}

/** As the consumers of Java's client read. */
function readCommitted(log: PartitionLog): bigint[] {
  const visible: bigint[] = [];
  for (let offset = log.logStartOffset; offset < log.lastStableOffset; ) {
    const { records, abortedTransactions } = log.read(offset, {
      maxBytes: 300,
      minOneBatch: true,
      endOffset: log.lastStableOffset,
      readCommitted: true,
    });
    if (records.length === 0) break;
    const coming = [...(abortedTransactions ?? [])].sort((a, b) => Number(a.firstOffset - b.firstOffset));
    const aborted = new Set<bigint>();
    for (let at = 0; at < records.length; ) {
      const batch = new RecordBatch(records, at);
      at += batch.sizeInBytes;
      offset = batch.nextOffset;
      for (let next = coming[0]; next !== undefined && next.firstOffset <= batch.lastOffset; next = coming[0]) {
        aborted.add(next.producerId);
        coming.shift();
      }
      if (batch.isControl) {
        if (see(batch).control === 'abort') aborted.delete(batch.producerId);
      } else if (!(batch.isTransactional && aborted.has(batch.producerId))) {
        visible.push(...see(batch).offsets);
      }
    }
  }
  return visible;
}

/** Of producers whose last batch can still be read: epoch, sequence and open transaction. */
function checkProducers(log: PartitionLog, seen: readonly Seen[]): void {
  const known = new Map(log.activeProducers().map((one) => [one.producerId, one]));
  const last = new Map<bigint, { epoch: number; sequence: number | null; openFrom: bigint | null | undefined }>();
  for (const { batch, control } of seen) {
    const { producerId, producerEpoch, lastSequence, baseOffset, isControl, isTransactional } = batch;
    if (producerId < 0n) continue;
    const before = last.get(producerId);
    if (isControl) {
      const sequence = before && before.epoch === producerEpoch ? before.sequence : null;
      if (control !== null) last.set(producerId, { epoch: producerEpoch, sequence, openFrom: null });
      continue;
    }
    const isKnownStart = log.logStartOffset === 0n || before !== undefined;
    const openFrom = !isTransactional ? null : (before?.openFrom ?? (isKnownStart ? baseOffset : undefined));
    last.set(producerId, { epoch: producerEpoch, sequence: lastSequence, openFrom });
  }
  for (const [producerId, { epoch, sequence, openFrom }] of last) {
    const entry = known.get(producerId);
    must(entry !== undefined, () => `producer ${producerId} is forgotten`);
    must(
      entry?.producerEpoch === epoch,
      () => `producer ${producerId} has epoch ${entry?.producerEpoch}, not ${epoch}`,
    );
    if (sequence !== null) {
      const found = entry?.lastSequence;
      must(found === sequence, () => `producer ${producerId} has sequence ${found}, not ${sequence}`);
    }
    const open = entry?.currentTransactionStartOffset ?? -1n;
    const isRight = openFrom === undefined ? open >= 0n : open === (openFrom ?? -1n);
    must(isRight, () => `producer ${producerId} has a transaction from ${open}, not ${openFrom}`);
  }
}

/** Each offset is found in its batch, each timestamp at the first record that has it or a later one. */
function checkLookUps(log: PartitionLog, seen: readonly Seen[]): void {
  const options = { maxBytes: 1, minOneBatch: true, endOffset: log.logEndOffset, readCommitted: false };
  for (let offset = log.logStartOffset; offset < log.logEndOffset; offset++) {
    const expected = seen.find(({ batch }) => batch.lastOffset >= offset)?.batch.baseOffset;
    const found = new RecordBatch(log.read(offset, options).records).baseOffset;
    must(found === expected, () => `a read at ${offset} begins at ${found}, not ${expected}`);
  }
  const times = seen.flatMap(({ offsets, values }) =>
    offsets.map((offset, index) => ({
      offset,
      timestampMs: BigInt((values[index] as string).split(' ')[0] as string),
    })),
  );
  for (const { timestampMs } of times) {
    const first = times.find((one) => one.timestampMs >= timestampMs && one.offset >= log.logStartOffset);
    const found = log.offsetForTimestamp(timestampMs);
    must(found?.offset === first?.offset, () => `${timestampMs} is found at ${found?.offset}, not ${first?.offset}`);
  }
}

/** After a clean stop: entries of offset and time indexes point at batches of their log. */
export function checkIndexFiles(fileSystem: MemoryFileSystem, directory: string): void {
  const names = fileSystem.list(directory);
  for (const name of names.filter((one) => one.endsWith('.log'))) {
    const base = BigInt(name.slice(0, 20));
    const content = fileSystem.readFile(`${directory}/${name}`);
    const positions = new Map<bigint, number>();
    const times = new Map<bigint, bigint>();
    for (let at = 0; at < content.length; ) {
      const batch = new RecordBatch(content, at);
      positions.set(batch.lastOffset, at);
      times.set(batch.lastOffset, batch.maxTimestamp);
      at += batch.sizeInBytes;
    }
    const indexOf = (suffix: string) => {
      const path = name.replace('.log', suffix);
      return names.includes(path) ? fileSystem.readFile(`${directory}/${path}`) : Buffer.alloc(0);
    };
    // What a write left unfinished is found at the first look-up, and made anew.
    const whole = (index: Buffer, entryBytes: number) => (index.length % entryBytes === 0 ? index : Buffer.alloc(0));
    const offsets = whole(indexOf('.index'), 8);
    for (let at = 0; at < offsets.length; at += 8) {
      const position = positions.get(base + BigInt(offsets.readInt32BE(at)));
      must(position === offsets.readInt32BE(at + 4), () => `${directory}/${name}: index entry ${at / 8} is wrong`);
    }
    const stamps = whole(indexOf('.timeindex'), 12);
    for (let at = 0; at < stamps.length; at += 12) {
      const [timestampMs, offset] = [stamps.readBigInt64BE(at), base + BigInt(stamps.readInt32BE(at + 8))];
      // An entry of zeros, left by a sync that was not worth it, claims nothing.
      if (timestampMs === 0n && offset === base) continue;
      must(times.get(offset) === timestampMs, () => `${directory}/${name}: time index entry ${at / 12} is wrong`);
    }
  }
}
