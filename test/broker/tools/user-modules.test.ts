import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { type FaceName } from '../../../src/cli/face/face-differences.ts';
import ConsoleConsumer from '../../../src/commands/console-consumer.ts';
import ConsoleProducer from '../../../src/commands/console-producer.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';

/** The samples of the README, by the name that their first line gives. */
function samples(): Map<string, string> {
  const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
  const blocks = readme.split(/\n\n(?! {4})/).flatMap((part) => part.split(/\n\n(?= {4}\/\/)/));
  return new Map(
    blocks.flatMap((block) => {
      const [, name] = /^ {4}\/\/ (\S+\.mjs):/.exec(block) ?? [];
      return name === undefined ? [] : [[name, block.replace(/^ {4}/gm, '')] as const];
    }),
  );
}

describe("modules of the user's own", () => {
  let broker: TestBroker;
  let folder: string;
  let b: string[];
  beforeAll(async () => {
    broker = await TestBroker.start();
    folder = mkdtempSync(join(tmpdir(), 'klamm-modules-'));
    b = broker.bootstrapOption;
  });
  afterAll(async () => {
    rmSync(folder, { recursive: true });
    await broker.stop();
  });

  const file = (name: string, text: string): string => {
    writeFileSync(join(folder, name), text);
    return join(folder, name);
  };
  const produce = (topic: string, argv: readonly string[], stdin: string, face: FaceName = 'exact') =>
    runInProcess(
      ConsoleProducer,
      'console-producer',
      [...b, '--topic', topic, ...argv],
      face,
      Readable.from([Buffer.from(stdin)]),
    );
  const consume = (topic: string, argv: readonly string[], count: number, face: FaceName = 'exact') => {
    const all = [...b, '--topic', topic, '--from-beginning', '--max-messages', `${count}`, ...argv];
    return runInProcess(ConsoleConsumer, 'console-consumer', all, face);
  };

  it('read and print as the samples in the README say', async () => {
    const texts = samples();
    expect([...texts.keys()]).toEqual(['upper.mjs', 'numbered.mjs']);
    await broker.createTopic('samples');
    const reader = file('numbered.mjs', texts.get('numbered.mjs') ?? '');
    expect((await produce('samples', ['--line-reader', reader], 'one\ntwo\n')).code).toBe(0);
    const formatter = file('upper.mjs', texts.get('upper.mjs') ?? '');
    const printed = await consume('samples', ['--formatter', formatter, '--formatter-property', 'end=!'], 2);
    expect([printed.stdout, printed.code]).toEqual(['0 ONE!\n1 TWO!\n', 0]);
    const keys = await consume('samples', ['--formatter-property', 'print.key=true'], 2);
    expect(keys.stdout).toBe('0\tone\n1\ttwo\n');
  });

  it('get all there is of a record, and may write bytes', async () => {
    await broker.createTopic('whole', 1, { 'message.timestamp.type': 'LogAppendTime' });
    const headers = ['--reader-property', 'parse.headers=true', '--reader-property', 'parse.key=true'];
    await produce('whole', headers, 'h:1\tk\tv\n');
    const formatter = file(
      'whole.mjs',
      `export default { writeTo(record, output) {
         const { timestamp, key, value, headers, ...rest } = record;
         output.write(JSON.stringify({ ...rest, isBytes: Buffer.isBuffer(value), isRecent: timestamp > 1700000000000n,
           headers: headers.map(({ key, value }) => key + '=' + value) }, (_, one) => typeof one === 'bigint' ? Number(one) : one));
         output.write(new Uint8Array([10, 255]));
       } };`,
    );
    const { stdout } = await consume('whole', ['--formatter', formatter], 1);
    const [json = '', rest] = stdout.split('\n');
    expect(JSON.parse(json)).toEqual({
      topic: 'whole',
      partition: 0,
      offset: 0,
      timestampType: 'LogAppendTime',
      leaderEpoch: 0,
      isBytes: true,
      isRecent: true,
      headers: ['h=1'],
    });
    expect(rest).toBe('\ufffd');
  });

  it('that cannot be used are told in one line', async () => {
    const cases = [
      [join(folder, 'none.mjs'), `${folder}/none.mjs`],
      [file('syntax.mjs', 'export default {'), `${folder}/syntax.mjs: SyntaxError: `],
      [
        file('shape.mjs', 'export default { write() {} };'),
        `${folder}/shape.mjs: the default export must be a formatter`,
      ],
      [
        file('refuses.mjs', 'export default { configure() { throw new Error("no colour\\nat all"); }, writeTo() {} };'),
        'no colour',
      ],
    ] as const;
    for (const [path, text] of cases) {
      for (const face of ['exact', 'comfort'] as const) {
        const { stdout, stderr, list, code } = await consume('samples', ['--formatter', path], 1, face);
        expect({ path, lines: stderr.trimEnd().split('\n').length, stdout, list, code }).toEqual({
          path,
          lines: 1,
          stdout: '',
          list: false,
          code: 1,
        });
        expect(stderr).toContain(text);
      }
    }
    const reader = await produce('samples', ['--line-reader', './none.mjs'], 'x\n');
    expect([reader.stderr, reader.code]).toEqual(['java.lang.ClassNotFoundException: ./none.mjs\n', 1]);
  });

  it('that fail with a record end the tool, or skip the record where that was asked for', async () => {
    const formatter = file(
      'picky.mjs',
      `export default { writeTo({ value }, output) {
         if (String(value) === 'one') throw new RangeError('not this one');
         output.write(value + ';');
       }, close() { throw new Error('will not close'); } };`,
    );
    const failed = await consume('samples', ['--formatter', formatter], 2);
    expect([failed.stdout, failed.code]).toEqual(['', 1]);
    expect(failed.log).toContain(`java.lang.RuntimeException: ${formatter}: RangeError: not this one`);
    const skipped = await consume('samples', ['--formatter', formatter, '--skip-message-on-error'], 2);
    expect(skipped.stdout).toBe('two;');
    expect(skipped.log).toContain('will not close');
    const reader = file(
      'tired.mjs',
      'export default { *readRecords() { yield { value: "x" }; throw new Error("tired"); } };',
    );
    const tired = await produce('samples', ['--line-reader', reader], '');
    expect([tired.stderr, tired.code]).toEqual([`java.lang.RuntimeException: ${reader}: tired\n`, 1]);
  });
});
