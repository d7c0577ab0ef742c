import { programCall } from '../../../src/cli/program-call.ts';

describe('the name of the program decides', () => {
  it.each([
    [['kafka-topics', '--list'], { face: 'exact', id: 'topics', argv: ['--list'] }],
    [['kafka-topics.sh'], { face: 'exact', id: 'topics', argv: [] }],
    [['kafka-console-producer.sh', 'help'], { face: 'exact', id: 'console-producer', argv: ['help'] }],
    [['klamm', 'topics', '--list'], { face: 'comfort', id: 'topics', argv: ['--list'] }],
    [['klamm', 'kafka-topics.sh', '--list'], { face: 'comfort', id: 'topics', argv: ['--list'] }],
    [['klamm'], { face: 'comfort', id: 'help', argv: [] }],
    [['klamm', '-h'], { face: 'comfort', id: 'help', argv: [] }],
    [['klamm', '--version'], { face: 'comfort', id: 'version', argv: [] }],
    [['klamm', 'help', 'topics'], { face: 'comfort', id: 'topics', argv: ['--help'] }],
    [['klamm', 'help', 'kafka-topics'], { face: 'comfort', id: 'topics', argv: ['--help'] }],
    [['klamm', 'help', '--output', 'json'], { face: 'comfort', id: 'help', argv: ['--output', 'json'] }],
  ])('%j', (argv, expected) => expect(programCall(argv)).toMatchObject(expected));
});
