import { highest } from '../../src/broker/log/offset-order.ts';
import { type LogConfig } from '../../src/broker/log/types.ts';
import { LOG_DIR } from '../unit/broker/log/log-world.ts';
import { Recorder } from './recorder.ts';
import { type SeededRandom } from './seeded-random.ts';

export interface Workload {
  readonly name: string;
  run(random: SeededRandom): Promise<Recorder>;
}

const SMALL: Partial<LogConfig> = {
  segmentBytes: 400,
  indexIntervalBytes: 100,
  fileDeleteDelayMs: 500,
  unknownProducerExpirationMs: Number.POSITIVE_INFINITY,
};
const KEYS = ['a', 'b', 'c', 'd'].map((key) => Buffer.from(key));

/** Plain batches to two partitions, rolls, and flushes while appends go on. */
async function appends(random: SeededRandom): Promise<Recorder> {
  const recorder = await Recorder.open(SMALL);
  for (let step = 0; step < 24; step++) {
    const partition = random.below(2);
    const records = Array.from({ length: 1 + random.below(3) }, () => ({
      value: recorder.value('plain', random.below(50)),
    }));
    recorder.append('t', partition, records);
    if (random.below(3) === 0) recorder.produce('t', partition, 5, false);
    if (random.below(8) === 0) recorder.newEpoch('t', partition);
    if (random.below(4) === 0) {
      const flush = recorder.flush('t', partition);
      await recorder.turns(random.below(12));
      recorder.append('t', partition, [{ value: recorder.value('plain') }]);
      await flush;
    }
    await recorder.turns(random.below(4));
    if (random.below(8) === 0) await recorder.pass(701);
  }
  return recorder;
}

/** Interleaved transactions of three producers with both endings. */
async function transactions(random: SeededRandom): Promise<Recorder> {
  const recorder = await Recorder.open(SMALL);
  for (let step = 0; step < 40; step++) {
    const producer = 1 + random.below(3);
    const act = random.below(10);
    if (act < 5) recorder.produce('t', 0, producer, true);
    else if (act < 7) recorder.decide('t', 0, producer, random.below(2) === 0 ? 'commit' : 'abort');
    else if (act < 8) recorder.append('t', 0, [{ value: recorder.value('plain') }]);
    else if (act < 9) await recorder.flush('t', 0);
    else await recorder.turns(6);
    if (step === 25) await recorder.pass(701);
  }
  return recorder;
}

/** retention.bytes, DeleteRecords and the removal of what they gave up. */
async function retention(random: SeededRandom): Promise<Recorder> {
  const recorder = await Recorder.open({ ...SMALL, retentionBytes: 800 });
  for (let step = 0; step < 24; step++) {
    const partition = random.below(2);
    recorder.produce('t', partition, 1 + random.below(2), false);
    recorder.append('t', partition, [{ value: recorder.value('plain', 60) }]);
    const log = recorder.log('t', partition);
    if (random.below(6) === 0) await recorder.deleteRecords('t', partition, log.logEndOffset - BigInt(random.below(4)));
    if (random.below(6) === 0) await recorder.flush('t', partition);
    if (random.below(5) === 0) await recorder.pass(1001);
  }
  await recorder.pass(2000);
  return recorder;
}

/** Compaction of plain, idempotent and transactional records while appends go on. */
async function compaction(random: SeededRandom): Promise<Recorder> {
  const cleanupPolicy = { compact: true, delete: false };
  const recorder = await Recorder.open({
    ...SMALL,
    cleanupPolicy,
    minCleanableDirtyRatio: 0.01,
    deleteRetentionMs: 300,
  });
  for (let step = 0; step < 36; step++) {
    const act = random.below(10);
    const key = random.pick(KEYS);
    if (act < 5) recorder.append('t', 0, [{ key, value: random.below(6) === 0 ? null : recorder.value('plain') }]);
    else if (act < 7) recorder.produce('t', 0, 1 + random.below(2), true, key);
    else if (act < 9) recorder.decide('t', 0, 1 + random.below(2), random.below(2) === 0 ? 'commit' : 'abort');
    else recorder.produce('t', 0, 3, false, key);
    if (random.below(7) === 0) await recorder.flush('t', 0);
    if (random.below(6) === 0) await recorder.pass(101 + random.below(400));
  }
  await recorder.pass(1200);
  return recorder;
}

/** Stops of both kinds in the middle of everything. */
async function restarts(random: SeededRandom): Promise<Recorder> {
  const recorder = await Recorder.open({ ...SMALL, retentionBytes: 1500 });
  for (let step = 0; step < 30; step++) {
    const act = random.below(12);
    if (act < 4) recorder.append('t', random.below(2), [{ value: recorder.value('plain', random.below(40)) }]);
    else if (act < 7) recorder.produce('t', 0, 1 + random.below(2), true);
    else if (act < 8) recorder.decide('t', 0, 1 + random.below(2), random.below(2) === 0 ? 'commit' : 'abort');
    else if (act < 9) await recorder.flush('t', 0);
    else if (act < 10) await recorder.stopAndStart();
    else if (act < 11) await recorder.killAndStart();
    else recorder.newEpoch('t', 0);
    if (step === 15) await recorder.pass(1001);
  }
  await recorder.stopAndStart();
  return recorder;
}

/** A replica whose leader changes: the end of the log is cut and written anew. */
async function truncations(random: SeededRandom): Promise<Recorder> {
  const recorder = await Recorder.open(SMALL);
  for (let step = 0; step < 30; step++) {
    const act = random.below(9);
    const { logEndOffset } = recorder.log('t', 0);
    if (act < 4) recorder.append('t', 0, [{ value: recorder.value('plain', random.below(60)) }]);
    else if (act < 6) recorder.produce('t', 0, 1, false);
    else if (act < 7) await recorder.flush('t', 0);
    else if (act < 8 && logEndOffset > 0n) {
      recorder.truncate('t', 0, BigInt(random.below(Number(logEndOffset))));
      recorder.newEpoch('t', 0);
    } else await recorder.pass(701);
  }
  return recorder;
}

export const OTHER_DIR = '/other';

/** Logs that move between two directories: one with transactions, one whose ends are deleted and cut meanwhile. */
async function moves(random: SeededRandom): Promise<Recorder> {
  const recorder = await Recorder.open(SMALL, { logDirs: [LOG_DIR, OTHER_DIR] });
  for (let step = 0; step < 40; step++) {
    const act = random.below(14);
    const partition = random.below(2);
    const log = recorder.log('t', partition);
    if (act < 4) recorder.append('t', partition, [{ value: recorder.value('plain', random.below(60)) }]);
    else if (act < 6) recorder.produce('t', partition, 1 + random.below(2), partition === 0);
    else if (act < 7) await recorder.flush('t', partition);
    else if (act < 8) recorder.newEpoch('t', partition);
    else if (act < 11) recorder.move('t', partition, random.below(4) === 0 ? log.logDir : otherThan(log.logDir));
    else if (act < 12) await recorder.stopAndStart();
    else if (partition === 0) {
      recorder.decide('t', 0, 1 + random.below(2), random.below(2) === 0 ? 'commit' : 'abort');
    } else if (act < 13) {
      await recorder.deleteRecords('t', 1, highest(log.logStartOffset, log.logEndOffset - BigInt(random.below(3))));
    } else if (log.logEndOffset > log.logStartOffset + 1n) {
      recorder.truncate('t', 1, log.logEndOffset - 1n);
      recorder.newEpoch('t', 1);
    }
    await recorder.idle(random.below(6));
    if (random.below(8) === 0) await recorder.pass(701);
  }
  await recorder.pass(2000);
  return recorder;
}

function otherThan(logDir: string): string {
  return logDir === LOG_DIR ? OTHER_DIR : LOG_DIR;
}

export const WORKLOADS: readonly Workload[] = [
  { name: 'appends', run: appends },
  { name: 'transactions', run: transactions },
  { name: 'retention', run: retention },
  { name: 'compaction', run: compaction },
  { name: 'restarts', run: restarts },
  { name: 'truncations', run: truncations },
  { name: 'moves', run: moves },
];
