import { LOG_DIR } from '../unit/broker/log/log-world.ts';
import { logCheck } from './crash-logs.ts';
import { metadataWorkload } from './crash-metadata.ts';
import { Recorder } from './recorder.ts';
import { SeededRandom } from './seeded-random.ts';
import { simulate } from './simulate.ts';
import { OTHER_DIR, WORKLOADS } from './workloads.ts';

/** A sample; `npm run crash` tries everything. */
const SAMPLE = { outcomesPerCrash: 8, share: 0.02, seed: 7 };

describe('after a crash at any moment', () => {
  it.each(WORKLOADS)('a log keeps its promises: $name', async ({ run }) => {
    const recorder = await run(new SeededRandom(7));
    const { states, failures } = await simulate(recorder.world.fileSystem.journal, logCheck(recorder), SAMPLE);
    expect(failures).toEqual([]);
    expect(states).toBeGreaterThan(15);
  });

  it('a log is in one place at each byte of a move, and moves in the end', async () => {
    const recorder = await Recorder.open({ segmentBytes: 200 }, { logDirs: [LOG_DIR, OTHER_DIR] });
    for (let at = 0; at < 3; at++) recorder.append('t', 0, [{ value: recorder.value('plain') }]);
    await recorder.deleteRecords('t', 0, 1n);
    const from = recorder.changes;
    recorder.move('t', 0, OTHER_DIR);
    await recorder.idle(2);
    recorder.append('t', 0, [{ value: recorder.value('plain') }]);
    await recorder.idle(20);
    expect(recorder.log('t', 0).logDir).toBe(OTHER_DIR);
    recorder.append('t', 0, [{ value: recorder.value('plain') }]);
    const everything = { outcomesPerCrash: 2, share: 1, seed: 7, from };
    const { states, failures } = await simulate(recorder.world.fileSystem.journal, logCheck(recorder), everything);
    expect(failures).toEqual([]);
    expect(states).toBeGreaterThan(500);
  });

  it('the metadata log keeps its promises', async () => {
    const { journal, check } = await metadataWorkload(new SeededRandom(7));
    const { states, failures } = await simulate(journal, check, { ...SAMPLE, share: 0.01 });
    expect(failures).toEqual([]);
    expect(states).toBeGreaterThan(5);
  });

  it('the simulator sees what a sync that does nothing loses, and a batch that nobody wrote', async () => {
    const recorder = await (WORKLOADS.find(({ name }) => name === 'transactions') as (typeof WORKLOADS)[number]).run(
      new SeededRandom(7),
    );
    const { journal } = recorder.world.fileSystem;
    const check = logCheck(recorder);
    const withoutSyncs = journal.map((change) =>
      change.kind === 'sync' && change.path.endsWith('.log') ? { ...change, covers: 0 } : change,
    );
    const lost = await simulate(withoutSyncs, check, { ...SAMPLE, share: 0.1 });
    expect(lost.failures.length).toBeGreaterThan(0);
    const history = recorder.history('t', 0);
    const [bytes] = [...history.batches.keys()];
    history.batches.delete(bytes as string);
    const invented = await simulate(journal, check, SAMPLE);
    expect(invented.failures.join()).toContain('that nobody wrote');
  });
});
