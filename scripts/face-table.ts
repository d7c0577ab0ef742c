// Writes the table of the README that tells where Kafka's tools harm people and what klamm does instead: `npm run generate`.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type FaceDifference } from '../src/cli/face/face-differences.ts';

const readme = join(dirname(fileURLToPath(import.meta.url)), '../README.md');
const [BEGIN, END] = ['<!-- made by scripts/face-table.ts -->', '<!-- end -->'];

export interface Harm {
  /** The rows of src/cli/face/face-differences.ts behind it. */
  readonly rows: readonly FaceDifference[];
  readonly where: string;
  readonly kafka: string;
  readonly klamm: string;
}

/** Each has a test of both faces under the same name: test/broker/tools/face-differences.test.ts. */
export const HARMS = {
  'deprecation-on-stdout': {
    rows: ['deprecationStream'],
    where: 'deprecated options, all tools',
    kafka: 'the warning stands on stdout, among the data',
    klamm: 'on stderr',
  },
  'undelivered-records': {
    rows: ['honestStatus'],
    where: '`console-producer`, `producer-perf-test`, `verifiable-producer`',
    kafka: 'records that were not delivered: exit status 0',
    klamm: '1',
  },
  'waits-for-each-record': {
    rows: ['waitsPerRecord'],
    where: '`console-producer`, a topic that does not come',
    kafka: 'every record waits `max.block.ms` anew, one error each',
    klamm: 'the first failure ends the tool',
  },
  'input-is-changed': {
    rows: ['producerInput'],
    where: '`console-producer`, input that is not clean UTF-8',
    kafka: 'invalid bytes become U+FFFD, a carriage return ends a line',
    klamm: 'every byte as it came; a line ends at the newline alone',
  },
  'nothing-to-read': {
    rows: ['honestStatus', 'failureForm'],
    where: '`console-consumer`, `--timeout-ms` and nothing to read from, or a failure while reading',
    kafka: 'an ERROR with a stack trace in the log, exit status 0',
    klamm: 'one line, 1',
  },
  'group-failures': {
    rows: ['failureForm', 'honestStatus'],
    where: '`consumer-groups`, any failure',
    kafka: '`Error: ...` on stdout, exit status 0',
    klamm: 'one line on stderr, 1',
  },
  'group-is-not-there': {
    rows: ['honestStatus'],
    where:
      '`consumer-groups`: a group that is not there, offsets that cannot be deleted or reset, an invalid `--validate-regex`',
    kafka: 'exit status 0',
    klamm: '1',
  },
  'partial-results': {
    rows: ['honestStatus'],
    where: '`get-offsets`, `delete-records`, `broker-api-versions`: partitions or brokers that failed',
    kafka: 'exit status 0',
    klamm: '1',
  },
  'too-few-records': {
    rows: ['honestStatus'],
    where: '`consumer-perf-test`: fewer records than asked for, `verifiable-consumer`: a failure',
    kafka: 'exit status 0',
    klamm: '1',
  },
  'broken-files': {
    rows: ['honestStatus'],
    where: '`dump-log`: an index that does not fit its log',
    kafka: 'exit status 0',
    klamm: '1',
  },
  'failures-on-stdout': {
    rows: ['failureForm'],
    where: '`topics`, `groups`: a failed command',
    kafka: '`Error while executing ...` on stdout and a stack trace in the log',
    klamm: 'one line on stderr',
  },
  'words-passed-over': {
    rows: ['strayWordWarning'],
    where: 'words that belong to no option (`--topic a b`)',
    kafka: 'passed over in silence',
    klamm: 'passed over with a warning',
  },
  'help-is-a-failure': {
    rows: ['helpLayout'],
    where: '`--help`',
    kafka: 'on stderr, exit status 1',
    klamm: 'on stdout, 0',
  },
  'log-on-stderr': {
    rows: ['logLayout', 'groupProtocolNotice'],
    where: 'log lines and advice on stderr',
    kafka: "log4j's layout, the same line at each attempt, praise for another protocol",
    klamm: 'plain words, each once',
  },
  'long-wait': {
    rows: ['connectPatienceMs'],
    where: 'a cluster that cannot be reached',
    kafka: 'tried for up to a minute, for ever by the consumer',
    klamm: 'given up after 10 s with the address and the reason',
  },
  'stops-all-servers': {
    rows: ['stopsAllServers'],
    where: '`server-stop` without a word about which',
    kafka: 'stops every server of the machine',
    klamm: 'asks which when there are several',
  },
} as const satisfies Record<string, Harm>;

export type HarmName = keyof typeof HARMS;

export function faceTable(): string {
  const rows = Object.values(HARMS).map(({ where, kafka, klamm }) => `| ${where} | ${kafka} | ${klamm} |\n`);
  return `| Where | \`kafka-*\`, as Apache's tool | \`klamm\` |\n|---|---|---|\n${rows.join('')}`;
}

/** The README with the table as it should be. */
export function readmeWithTable(): { readonly is: string; readonly should: string } {
  const is = readFileSync(readme, 'utf8');
  const [begin, end] = [is.indexOf(BEGIN), is.indexOf(END)];
  if (begin < 0 || end < begin) throw new Error('README.md has lost the marks around the table of faces');
  return { is, should: `${is.slice(0, begin)}${BEGIN}\n${faceTable()}${is.slice(end)}` };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const { is, should } = readmeWithTable();
  if (is !== should) writeFileSync(readme, should);
}
