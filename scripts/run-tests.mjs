// All checks in turn: format and lint, types, jest (import arrows, unit, golden bytes, broker, CLI), conformance. Each tells how many
// tests passed; the last line sums them up. Names as arguments run only those: `npm test -- lint types`.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '..');
const bin = (name) => join(root, 'node_modules/.bin', name);
const env = {
  ...process.env,
  PATH: `${dirname(process.execPath)}:${join(root, 'node_modules/.bin')}:${process.env.PATH}`,
};

function run(command, args) {
  return spawnSync(command, args, { cwd: root, env, stdio: 'inherit' }).status === 0;
}

/** A check that is one test. */
const single = (command, args) => () => {
  const isPassed = run(command, args);
  return { passed: isPassed ? 1 : 0, failed: isPassed ? 0 : 1, skipped: 0 };
};

function jest() {
  const directory = mkdtempSync(join(tmpdir(), 'klamm-jest-'));
  const report = join(directory, 'report.json');
  const options = ['--no-warnings', '--experimental-vm-modules', 'node_modules/jest/bin/jest.js'];
  const isPassed = run(process.execPath, [...options, '--ci', '--json', `--outputFile=${report}`]);
  try {
    const result = existsSync(report) ? JSON.parse(readFileSync(report, 'utf8')) : undefined;
    const broken = result?.numRuntimeErrorTestSuites ?? 1;
    const failed = (result?.numFailedTests ?? 0) + broken;
    return {
      passed: result?.numPassedTests ?? 0,
      failed: isPassed ? failed : Math.max(failed, 1),
      skipped: (result?.numPendingTests ?? 0) + (result?.numTodoTests ?? 0),
    };
  } finally {
    rmSync(directory, { recursive: true });
  }
}

/** A script of ours whose last line reads `N passed, N failed[, N skipped]`. */
const counting = (script) => () => {
  const { stdout, status } = spawnSync(process.execPath, [script], {
    cwd: root,
    env,
    stdio: ['ignore', 'pipe', 'inherit'],
    maxBuffer: 1 << 28,
  });
  const text = stdout.toString();
  process.stdout.write(text);
  const counts = /(\d+) passed, (\d+) failed(?:, (\d+) skipped)?\s*$/.exec(text);
  const [passed, failed, skipped] = [1, 2, 3].map((group) => Number(counts?.[group] ?? 0));
  return { passed, failed: status === 0 ? failed : Math.max(failed, 1), skipped };
};

const CHECKS = {
  lint: single(bin('biome'), ['check', '.']),
  types: single(bin('tsc'), ['-p', '.']),
  jest,
  conformance: counting('scripts/conformance.mjs'),
};

const wanted = process.argv.slice(2);
const total = { passed: 0, failed: 0, skipped: 0 };
for (const [name, check] of Object.entries(CHECKS)) {
  if (wanted.length > 0 && !wanted.includes(name)) continue;
  console.log(`\n== ${name}`);
  const counts = check();
  for (const key of Object.keys(total)) total[key] += counts[key];
}
const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed === 0 ? 0 : 1;
