import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import Features from '../../../src/commands/features.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';

const read = (path: string) => JSON.parse(readFileSync(new URL(path, import.meta.url), 'utf8'));

interface Recorded {
  readonly args: readonly string[];
  readonly stdout: string;
  readonly stderr: string;
  readonly code: number;
}

describe('kafka-features on our broker', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
  });
  afterAll(() => broker.stop());

  const run = (args: readonly string[], face: 'exact' | 'comfort' = 'exact') =>
    runInProcess(
      Features,
      'features',
      args.map((one) => one.replace('$B', broker.address)),
      face,
    );

  // Recorded from Apache Kafka 4.3.1, in this order, on a cluster that began with kraft.version 0.
  it('answers as Apache Kafka does', async () => {
    for (const { args, ...expected } of read('../../fixtures/features-tool.json') as Recorded[]) {
      const { stdout, stderr, code } = await run(args);
      const answer = { stdout: stdout.replace(/Epoch: \d+/g, 'Epoch: N'), stderr, code };
      expect([args, answer]).toEqual([args, expected]);
    }
  });

  it.each([
    ['--bootstrap-server', '$B', 'describe'],
    ['--bootstrap-server', '$B', 'upgrade', '--feature', 'group.version=1', '--dry-run'],
    ['--bootstrap-server', '$B', 'disable', '--feature', 'nope'],
    ['version-mapping', '--release-version', '4.0'],
    ['feature-dependencies', '--feature', 'eligible.leader.replicas.version=1'],
  ])('klamm features tells JSON of one shape: %s %s %s', async (...args) => {
    const { stdout } = await run([...args, '--output', 'json'], 'comfort');
    const validator = new Validator(read('../../../schemas/features.json'), '2020-12');
    expect(validator.validate(JSON.parse(stdout)).errors).toEqual([]);
  });
});
