import { PassThrough } from 'node:stream';
import { Face, type View } from '../../../../src/cli/face/face.ts';
import { FACE_DIFFERENCES, type FaceName } from '../../../../src/cli/face/face-differences.ts';

function open(name: FaceName, isTerminal = false, hasColour = true) {
  const streams = { stdout: new PassThrough(), stderr: new PassThrough() };
  const face = new Face({ name, streams, isTerminal, hasColour });
  const read = (stream: PassThrough): string => stream.read()?.toString() ?? '';
  return { face, out: () => read(streams.stdout), err: () => read(streams.stderr) };
}

const view: View<string[]> = {
  text: (names) => names.map((name) => `${name}\n`).join(''),
  table: (names) => ({ head: ['NAME'], rows: names.map((name) => [name]) }),
  json: (names) => ({ names }),
};

describe('results', () => {
  it('exact: the same text on a terminal as in a pipe, whatever is asked for', async () => {
    for (const isTerminal of [false, true]) {
      const { face, out } = open('exact', isTerminal);
      face.choose('json');
      await face.print(['a', 'b'], view);
      expect(out()).toBe('a\nb\n');
      expect(face.hasColour).toBe(false);
    }
  });

  it('comfort: plain text in a pipe, a table on a terminal', async () => {
    const pipe = open('comfort');
    await pipe.face.print(['a'], view);
    expect(pipe.out()).toBe('a\n');

    const terminal = open('comfort', true, false);
    await terminal.face.print(['a'], view);
    const drawn = terminal.out();
    expect(drawn).toContain('│ NAME │');
    expect(drawn).not.toContain('\u001b[');
  });

  it('comfort: colour on a terminal unless it is unwanted', async () => {
    const { face, out } = open('comfort', true);
    expect(face.hasColour).toBe(true);
    await face.print(['a'], view);
    expect(out()).toContain('NAME');
    expect(open('comfort', true, false).face.hasColour).toBe(false);
    expect(open('comfort', false).face.hasColour).toBe(false);
  });

  it('comfort: JSON or a table anywhere when asked for', async () => {
    const { face, out } = open('comfort');
    face.choose('json');
    await face.print(['a'], view);
    expect(out()).toBe('{"names":["a"]}\n');
    face.choose('table');
    await face.print(['a'], view);
    expect(out()).toContain('│ a    │');
  });

  it('comfort: sentences stay out of JSON', () => {
    const { face, out, err } = open('comfort');
    face.say('Done.');
    expect(out()).toBe('Done.\n');
    face.choose('json');
    face.say('Done.');
    expect(out()).toBe('');
    expect(err()).toBe('Done.\n');
  });
});

describe('notices', () => {
  it("exact: on the original's stream", () => {
    const { face, out, err } = open('exact');
    face.warn('old', 'stdout');
    face.warn('late', 'stderr');
    expect(out()).toBe('old\n');
    expect(err()).toBe('late\n');
  });

  it('comfort: always on stderr', () => {
    const { face, out, err } = open('comfort');
    face.warn('old', 'stdout');
    expect(out()).toBe('');
    expect(err()).toBe('old\n');
  });
});

describe('exit status', () => {
  it("exact: the original's, also where it hides a failure", () => {
    expect(open('exact').face.status(0, true)).toBe(0);
    expect(open('exact').face.status(1)).toBe(1);
  });

  it('comfort: never 0 for a failure', () => {
    expect(open('comfort').face.status(0, true)).toBe(1);
    expect(open('comfort').face.status(0)).toBe(0);
    expect(open('comfort').face.status(3)).toBe(3);
  });
});

it('the two faces differ in every row of their table', () => {
  const same = Object.entries(FACE_DIFFERENCES).filter(([, { exact, comfort }]) => Object.is(exact, comfort));
  expect(same).toEqual([]);
});

it('a table has lines around it and below its head, none between rows', async () => {
  const { face, out } = open('comfort', true, false);
  await face.print(['a', 'bb'], view);
  expect(out()).toBe('┌──────┐\n│ NAME │\n├──────┤\n│ a    │\n│ bb   │\n└──────┘\n');
});
