import { type Offset } from '../../protocol/primitives.ts';
import { type Logger } from '../../util/logger.ts';
import { HeaderScan } from './batch-scan.ts';
import { CHECKPOINT, PARTITION_METADATA, parseSegmentName, SUFFIX, segmentPath } from './file-names.ts';
import { PooledFile } from './file-pool.ts';
import { type LogContext } from './log-context.ts';
import { compareOffsets, lowest } from './offset-order.ts';

export interface PartitionFiles {
  /** Suffixes of the files of each segment, rising by base offset. */
  readonly segments: ReadonlyMap<Offset, ReadonlySet<string>>;
  readonly snapshots: readonly Offset[];
}

/** Names of one partition's directory, sorted into what they are. */
class Inventory {
  readonly directory: string;
  /** State suffix -> base offset -> suffixes. */
  readonly byState = new Map<string, Map<Offset, Set<string>>>();

  constructor(directory: string, names: readonly string[]) {
    this.directory = directory;
    for (const name of names) {
      const parsed = parseSegmentName(name);
      if (parsed) this.add(parsed.state, parsed.offset, parsed.suffix);
    }
  }

  of(state: string): Map<Offset, Set<string>> {
    return this.byState.get(state) ?? new Map();
  }

  add(state: string, offset: Offset, suffix: string): void {
    const byOffset = this.byState.get(state) ?? new Map<Offset, Set<string>>();
    this.byState.set(state, byOffset);
    const suffixes = byOffset.get(offset) ?? new Set<string>();
    byOffset.set(offset, suffixes);
    suffixes.add(suffix);
  }
}

/**
 * Tidies a partition's directory after a stop of any kind and says what is in it: files on their way out go, a compaction
 * that was cut short is undone before its swap and completed after it, indexes without a log go.
 * Source: kafka 4.x LogLoader.
 */
export function tidyPartition(context: LogContext, directory: string): PartitionFiles {
  const { fileSystem, logger } = context;
  const names = fileSystem.list(directory);
  for (const name of [`${CHECKPOINT.leaderEpoch}.tmp`, `${PARTITION_METADATA}.tmp`]) {
    if (names.includes(name)) fileSystem.remove(`${directory}/${name}`);
  }
  const inventory = new Inventory(directory, names);
  removeAll(context, inventory, SUFFIX.deleted, () => true);
  undoUnfinishedCleaning(context, inventory);
  completeSwaps(context, inventory);
  const live = [...inventory.of('')].sort(([a], [b]) => compareOffsets(a, b));
  const segments = new Map<Offset, ReadonlySet<string>>();
  const snapshots: Offset[] = [];
  for (const [offset, suffixes] of live) {
    if (suffixes.delete(SUFFIX.snapshot)) snapshots.push(offset);
    if (suffixes.has(SUFFIX.log)) segments.set(offset, suffixes);
    else removeOrphans(context, directory, offset, suffixes, logger);
  }
  return { segments, snapshots };
}

function removeOrphans(
  context: LogContext,
  directory: string,
  offset: Offset,
  suffixes: ReadonlySet<string>,
  logger: Logger,
): void {
  for (const suffix of suffixes) {
    const path = segmentPath(directory, offset, suffix);
    logger.log('WARN', `Removing index file ${path}, to which there is no log file`);
    context.fileSystem.remove(path);
  }
}

function removeAll(
  context: LogContext,
  inventory: Inventory,
  state: string,
  isWanted: (offset: Offset) => boolean,
): void {
  for (const [offset, suffixes] of inventory.of(state)) {
    if (!isWanted(offset)) continue;
    for (const suffix of suffixes) context.fileSystem.remove(segmentPath(inventory.directory, offset, suffix + state));
    inventory.of(state).delete(offset);
  }
}

/** `.cleaned` files were never part of the log; `.swap` files beside them are the first half of a rename. */
function undoUnfinishedCleaning(context: LogContext, inventory: Inventory): void {
  const cleaned = [...inventory.of(SUFFIX.cleaned).keys()];
  if (cleaned.length === 0) return;
  const least = cleaned.reduce(lowest);
  context.logger.log('INFO', `Undoing an unfinished compaction in ${inventory.directory} from offset ${least} on`);
  removeAll(context, inventory, SUFFIX.swap, (offset) => offset >= least);
  removeAll(context, inventory, SUFFIX.cleaned, () => true);
}

/** A complete `.swap` segment takes the place of all segments whose offsets it covers. */
function completeSwaps(context: LogContext, inventory: Inventory): void {
  const { directory } = inventory;
  const live = inventory.of('');
  for (const [base, suffixes] of inventory.of(SUFFIX.swap)) {
    context.logger.log('INFO', `Completing a compaction in ${directory} at offset ${base}`);
    if (suffixes.has(SUFFIX.log)) {
      const end = endOfLog(context, segmentPath(directory, base, SUFFIX.log + SUFFIX.swap), base);
      for (const [offset, old] of live) {
        if (offset < base || (offset >= end && offset !== base)) continue;
        // The producer snapshot at a segment's base is not the segment's: it stays.
        for (const suffix of [...old]) {
          if (suffix === SUFFIX.snapshot) continue;
          context.fileSystem.remove(segmentPath(directory, offset, suffix));
          old.delete(suffix);
        }
      }
    }
    for (const suffix of suffixes) {
      const path = segmentPath(directory, base, suffix);
      context.fileSystem.rename(path + SUFFIX.swap, path);
      inventory.add('', base, suffix);
    }
  }
}

function endOfLog(context: LogContext, path: string, base: Offset): Offset {
  const file = new PooledFile(context.pool, path);
  const scan = new HeaderScan(context, file, 0, file.size());
  let end = base;
  while (scan.next()) end = scan.header.nextOffset;
  file.close();
  return end;
}
