import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import ClientMetrics from '../../../src/commands/client-metrics.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

interface Recorded {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly log: string;
  readonly list: boolean;
  readonly code: number;
}

describe('kafka-client-metrics on our broker', () => {
  let broker: TestBroker;
  const run = (args: readonly string[], face: 'exact' | 'comfort' = 'exact') =>
    runInProcess(
      ClientMetrics,
      'client-metrics',
      args.map((one) => one.replace('$B', broker.address)),
      face,
    );
  beforeAll(async () => {
    broker = await TestBroker.start();
    await run([
      '--bootstrap-server',
      '$B',
      '--alter',
      '--name',
      'before',
      '--interval',
      '30000',
      '--match',
      'client_id=a',
    ]);
  });
  afterAll(() => broker.stop());

  /** Kafka's order of names is that of a hash map over identities. */
  const sorted = (text: string) =>
    text
      .split(/(?<=\n)(?! )/)
      .sort()
      .join('');
  const entries = (text: string) => sorted(text.replace(/\n(?= )/g, ''));
  const plain = (text: string) => entries(text.replace(/for \S{22}\./, 'for UUID.').replace(/^[\w-]{22}$/m, 'UUID'));
  const sentences = (text: string) => text.replace(/^\[.*?\] /gm, '').replace(/\s+$/, '');

  // Recorded from Apache Kafka 4.3.1, in this order, after a subscription "before" was made.
  it('answers as Apache Kafka does', async () => {
    for (const { args, ...expected } of read('../../fixtures/client-metrics-tool.json') as Recorded[]) {
      const { stdout, stderr, log, list, code } = await run(args);
      const answer = { stdout: plain(stdout), stderr: sentences(stderr), log: sentences(log), list, code };
      const wanted = {
        ...expected,
        stdout: plain(expected.stdout),
        stderr: sentences(expected.stderr),
        log: sentences(expected.log),
      };
      expect([args, answer]).toEqual([args, wanted]);
    }
  });

  it.each([
    ['--list'],
    ['--describe'],
    ['--describe', '--name', 'nope'],
    ['--alter', '--generate-name', '--metrics', 'x'],
    ['--delete', '--name', 'x'],
  ])('klamm client-metrics tells JSON of one shape: %s', async (...args) => {
    const { stdout } = await run(['--bootstrap-server', '$B', ...args, '--output', 'json'], 'comfort');
    const validator = new Validator(read('../../../schemas/client-metrics.json'), '2020-12');
    expect(validator.validate(JSON.parse(stdout)).errors).toEqual([]);
  });
});
