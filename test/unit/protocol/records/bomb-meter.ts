/** A process of its own, so that what bombs cost can be told: prints what became of each and how far memory rose. */
import { decompress } from '../../../../src/protocol/records/index.ts';
import { BOMBS, xerial } from './bombs.ts';

const MB = 1024 * 1024;
const [bombMegabytes = 0, boundMegabytes = 0] = process.argv.slice(2).map(Number);

const cases = [
  ...BOMBS.map(({ name, codec, make }) => ({ name, codec, bytes: make(bombMegabytes), maxBytes: boundMegabytes * MB })),
  {
    name: 'xerial snappy of tiny blocks',
    codec: 'snappy' as const,
    bytes: xerial(1, 1),
    maxBytes: boundMegabytes * MB,
  },
];
// What loads at first use, and what the first larger result costs once.
for (const { name, codec, make } of BOMBS) if (!name.includes('false')) decompress(codec, make(4), 4 * MB);

const results = cases.map(({ name, codec, bytes, maxBytes }) => {
  const before = process.resourceUsage().maxRSS;
  let outcome = 'unpacked';
  try {
    decompress(codec, bytes, maxBytes);
  } catch (error) {
    outcome = (error as Error).name;
  }
  const grownBytes = (process.resourceUsage().maxRSS - before) * 1024;
  return { name, outcome, grownBytes };
});
process.stdout.write(JSON.stringify(results));
