// `npm test`: makes the checkout ready, then runs every check on a suitable Node. The last line counts them.
import { ensureBuilt, ensureInstalled, run, suitableNode } from './ready.mjs';

ensureInstalled();
ensureBuilt();
process.exitCode = run(suitableNode(), ['scripts/run-tests.mjs', ...process.argv.slice(2)]);
