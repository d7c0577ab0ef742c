// npm run crash [-- --seeds N] [--seed S] [--outcomes N] [--workload NAME]
// Runs scripted workloads of the log on a disk in memory and opens what crashes leave of them: after each change, at each byte of
// each write, and with each order in which unsynced changes may reach the disk. All outcomes of a crash are tried when they
// are no more than --outcomes, else that many of them by chance.
import { parseArgs } from 'node:util';
import { logCheck } from './crash-logs.ts';
import { metadataWorkload } from './crash-metadata.ts';
import { SeededRandom } from './seeded-random.ts';
import { simulate } from './simulate.ts';
import { WORKLOADS } from './workloads.ts';

const { values: options } = parseArgs({
  options: {
    seeds: { type: 'string', default: '3' },
    seed: { type: 'string', default: '1' },
    outcomes: { type: 'string', default: '256' },
    workload: { type: 'string' },
  },
});
let states = 0;
let failed = 0;

async function prepare(name: string, seed: number) {
  const workload = WORKLOADS.find((one) => one.name === name);
  if (workload === undefined) return metadataWorkload(new SeededRandom(seed));
  const recorder = await workload.run(new SeededRandom(seed));
  return { journal: recorder.world.fileSystem.journal, check: logCheck(recorder) };
}

const names = [...WORKLOADS.map(({ name }) => name), 'metadata'];
for (let seed = Number(options.seed); seed < Number(options.seed) + Number(options.seeds); seed++) {
  for (const name of names) {
    if (options.workload !== undefined && name !== options.workload) continue;
    const { journal, check } = await prepare(name, seed);
    const result = await simulate(journal, check, { outcomesPerCrash: Number(options.outcomes), share: 1, seed });
    states += result.states;
    failed += result.failures.length;
    const { crashPoints, exhaustive } = result;
    console.log(`${name} seed ${seed}: ${result.states} states, ${crashPoints} crash points (${exhaustive} in full)`);
    for (const failure of result.failures) console.log(`  ${failure}`);
  }
}
console.log(failed === 0 ? `${states} states checked, nothing lost` : `FAILED: ${failed} of ${states} states`);
process.exitCode = failed === 0 ? 0 : 1;
