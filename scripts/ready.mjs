// Makes a checkout ready: dependencies installed, dist built. Plain JavaScript that any Node from 18 on can run, because a fresh
// machine starts here; what follows runs on the Node that `node_modules` brings where the system's is too old.
import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = join(dirname(fileURLToPath(import.meta.url)), '..');

/** A Node that runs the project's scripts, which takes one that reads TypeScript: this one if it is new enough, else the package's. */
export function suitableNode() {
  const [major, minor] = process.versions.node.split('.').map(Number);
  return major > 22 || (major === 22 && minor >= 18) ? process.execPath : join(root, 'node_modules/node/bin/node');
}

export function run(command, args, options = {}) {
  const { status, error } = spawnSync(command, args, { cwd: root, stdio: 'inherit', ...options });
  if (error) throw error;
  return status ?? 1;
}

const packagesIn = (file) => JSON.parse(readFileSync(join(root, file), 'utf8')).packages;

/** What package-lock.json asks for is what npm says it has put there. */
function isInstalled() {
  if (!existsSync(join(root, 'node_modules/.package-lock.json')) || !existsSync(suitableNode())) return false;
  const there = packagesIn('node_modules/.package-lock.json');
  return Object.entries(packagesIn('package-lock.json')).every(
    ([path, { version, optional }]) => path === '' || optional || there[path]?.version === version,
  );
}

/** Installs what is missing; ends the process when that fails. */
export function ensureInstalled() {
  if (isInstalled()) return;
  console.log('Installing dependencies: npm ci');
  const isWindows = process.platform === 'win32';
  const status = run('npm', ['ci', '--no-audit', '--no-fund', '--loglevel=error'], { shell: isWindows });
  if (status !== 0) process.exit(status);
}

/** Builds dist when it is out of date; ends the process when that fails. */
export function ensureBuilt() {
  const status = run(suitableNode(), ['scripts/build.mjs', '--if-stale']);
  if (status !== 0) process.exit(status);
}
