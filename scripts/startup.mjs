// `npm run startup [-- ROUNDS]`: what a call costs before it does anything. Interleaves a bare `node -e 0` with launchers of ours,
// `kafka-topics --list` against our broker among them, and prints medians, minima and ratios to bare Node.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { startOurBroker } from './conformance.mjs';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const rounds = Number(process.argv[2] ?? 20);
const bin = (name) => join(root, 'bin', name);

const directory = mkdtempSync(join(tmpdir(), 'klamm-startup-'));
const broker = await startOurBroker(directory);
try {
  const calls = [
    ['bare node -e 0', process.execPath, '-e', '0'],
    ['kafka-topics --version', bin('kafka-topics'), '--version'],
    ['kafka-topics --list', bin('kafka-topics'), '--bootstrap-server', `127.0.0.1:${broker.port}`, '--list'],
  ];
  const times = calls.map(() => []);
  for (let round = -1; round < rounds; round++) {
    for (const [at, [, command, ...args]] of calls.entries()) {
      const begun = performance.now();
      const { status, stderr } = spawnSync(command, args);
      const spent = performance.now() - begun;
      if (status !== 0) throw new Error(`${command} ended with ${status}: ${stderr}`);
      // The first round fills the compile cache.
      if (round >= 0) times[at].push(spent);
    }
  }
  const median = (values) => values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)];
  const bare = median(times[0]);
  for (const [at, [title]] of calls.entries()) {
    const [middle, least] = [median(times[at]), Math.min(...times[at])].map((time) => time.toFixed(1).padStart(7));
    console.log(
      `${title.padEnd(24)} median ${middle} ms  least ${least} ms  ${(median(times[at]) / bare).toFixed(2)} x bare`,
    );
  }
} finally {
  await broker.stop();
  rmSync(directory, { recursive: true, force: true });
}
