// `node scripts/run.mjs [--built] [node options] SCRIPT ...`: runs a script on a Node that can, after installing what is missing;
// `--built` also builds dist when it is out of date.
import { ensureBuilt, ensureInstalled, run, suitableNode } from './ready.mjs';

const args = process.argv.slice(2);
ensureInstalled();
if (args[0] === '--built') {
  args.shift();
  ensureBuilt();
}
process.exitCode = run(suitableNode(), ['--no-warnings', ...args]);
