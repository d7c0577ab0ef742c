import { createHash } from 'node:crypto';
import { type MemoryFileSystem } from '../unit/broker/log/memory-filesystem.ts';
import { type Choice, CrashDisk, everything, nothing, numbered } from './crash-disk.ts';
import { SeededRandom } from './seeded-random.ts';

/** Opens what a crash left and throws when it is not what was promised. `deep` asks for the dearer checks, too. */
export type Check = (
  disk: MemoryFileSystem,
  crash: { changes: number; isKill: boolean },
  deep: boolean,
) => Promise<void>;

export interface SimulationOptions {
  /** All outcomes of a crash are tried when they are no more than this, else so many of them by chance. */
  readonly outcomesPerCrash: number;
  /** Part of all crash points that are tried. */
  readonly share: number;
  readonly seed: number;
  /** Changes before this one are not followed by a crash. */
  readonly from?: number;
  /** Failures after which there is nothing new to learn. */
  readonly maxFailures?: number;
}

export interface SimulationResult {
  /** Different disks that were opened and checked. */
  readonly states: number;
  readonly crashPoints: number;
  /** Crash points of which every outcome was tried. */
  readonly exhaustive: number;
  readonly failures: readonly string[];
}

/** Tries crashes after each change of a journal: at each byte of a write, and with each order of reaching the disk. */
export async function simulate(
  journal: MemoryFileSystem['journal'],
  check: Check,
  options: SimulationOptions,
): Promise<SimulationResult> {
  const random = new SeededRandom(options.seed);
  const disk = new CrashDisk();
  const seen = new Set<string>();
  const failures: string[] = [];
  const counts = { states: 0, crashPoints: 0, exhaustive: 0 };
  const attempt = async (choices: readonly Choice[], changes: number, isKill: boolean): Promise<void> => {
    const state = disk.materialize(choices);
    const key = `${isKill ? changes : 'power'} ${fingerprint(state)}`;
    if (seen.has(key) || failures.length >= (options.maxFailures ?? 20)) return;
    seen.add(key);
    counts.states++;
    try {
      await check(state, { changes, isKill }, random.below(4) === 0);
    } catch (error) {
      const what = isKill ? 'kill' : 'power failure';
      failures.push(`${what} after ${changes} changes: ${(error as Error).stack ?? error}`);
    }
  };
  for (const [index, change] of journal.entries()) {
    disk.apply(change);
    if (index < (options.from ?? 0) || random.next() >= options.share) continue;
    counts.crashPoints++;
    const changes = index + 1;
    const kept = disk.allKept();
    if (change.kind === 'write') {
      const written = kept.find((one) => 'pending' in one.node && one.node.pending.at(-1)?.seq === index) as Choice;
      const others = kept.filter((one) => one !== written);
      for (let bytes = 0; bytes < change.bytes.length; bytes++) {
        await attempt([...others, { ...written, lastBytes: bytes } as Choice], index, true);
      }
    }
    await attempt(kept, changes, true);
    const { isComplete, outcomes } = powerFailures(disk, random, options.outcomesPerCrash);
    if (isComplete) counts.exhaustive++;
    for (const choices of outcomes) await attempt(choices, changes, false);
    // A disk may be met again after a further promise was made.
    if (change.kind === 'sync' || change.kind === 'syncDirectory') {
      for (const known of [...seen]) if (known.startsWith('power')) seen.delete(known);
    }
  }
  return { ...counts, failures };
}

/** Every outcome when they are few; else the extreme ones and some by chance, with cut and zeroed files among them. */
function powerFailures(
  disk: CrashDisk,
  random: SeededRandom,
  limit: number,
): { isComplete: boolean; outcomes: Choice[][] } {
  const nodes = disk.outcomes();
  const total = nodes.reduce((product, { count }) => product * count, 1n);
  if (total <= BigInt(limit)) {
    const outcomes = Array.from({ length: Number(total) }, (_, number) => {
      let rest = BigInt(number);
      return nodes.map(({ node, count }) => {
        const choice = numbered(node, rest % count);
        rest /= count;
        return choice;
      });
    });
    return { isComplete: true, outcomes: [...outcomes, ...zeroed(disk)] };
  }
  const outcomes = [nodes.map(({ node }) => nothing(node)), nodes.map(({ node }) => everything(node)), ...zeroed(disk)];
  for (const { node: one } of nodes) {
    outcomes.push(nodes.map(({ node }) => (node === one ? nothing(node) : everything(node))));
    outcomes.push(nodes.map(({ node }) => (node === one ? everything(node) : nothing(node))));
  }
  while (outcomes.length < limit) {
    outcomes.push(
      nodes.map(({ node, count }): Choice => {
        const choice = numbered(node, BigInt(Math.floor(random.next() * Number(count))));
        if (choice.node.kind !== 'file' || random.below(3) > 0) return choice;
        return { ...choice, lastBytes: random.below(60), zeros: random.below(8) === 0 } as Choice;
      }),
    );
  }
  return { isComplete: false, outcomes };
}

/** Sizes reached the disk, contents did not: of all files, and of each one alone. */
function zeroed(disk: CrashDisk): Choice[][] {
  const kept = disk.allKept();
  const files = kept.filter(({ node }) => node.kind === 'file');
  const zero = (one: Choice) => ({ ...one, zeros: true }) as Choice;
  return [files, ...files.map((one) => [one])].map((some) => kept.map((one) => (some.includes(one) ? zero(one) : one)));
}

function fingerprint(disk: MemoryFileSystem): string {
  const hash = createHash('md5');
  for (const path of disk.paths()) hash.update(path).update('\0').update(disk.readFile(path));
  return hash.digest('base64');
}

/** Directories of partitions on a disk, for checks of their files. */
export function partitionDirectories(disk: MemoryFileSystem): string[] {
  return disk
    .list('')
    .flatMap((root) => disk.list(`/${root}`).map((name) => `/${root}/${name}`))
    .filter((path) => /-\d+$/.test(path));
}
