import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { promisify } from 'node:util';

const fixture = new URL('../../../fixtures/java/date-times.json', import.meta.url);
const source = new URL('../../../../src/tools/consumer-groups/date-time.ts', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: [text: string, moment: number | string][] };

/** Prints the local hour of the epoch and what the texts of the fixture are read as. */
const SCRIPT = `
  import { readFileSync } from 'node:fs';
  import { parseDateTime } from ${JSON.stringify(source.href)};
  const { cases } = JSON.parse(readFileSync(new URL(${JSON.stringify(fixture.href)}), 'utf8'));
  const read = ([text]) => { try { return parseDateTime(text); } catch (error) { return String(error); } };
  console.log(JSON.stringify({ hour: new Date(0).getHours(), moments: cases.map(read) }));`;

describe('--to-datetime', () => {
  it.each([
    ['UTC', 0],
    ['America/New_York', 19],
    ['Asia/Kolkata', 5],
  ] as const)('means the moment it means to Java, at home in %s', async (zone, hour) => {
    const argv = ['--disable-warning=ExperimentalWarning', '--input-type=module', '-e', SCRIPT];
    const { stdout } = await promisify(execFile)(process.execPath, argv, { env: { ...process.env, TZ: zone } });
    const found = JSON.parse(stdout) as { hour: number; moments: (number | string)[] };
    expect(found.hour).toBe(hour);
    const wrong = cases.filter(([, moment], at) => found.moments[at] !== moment);
    expect(
      wrong.map(([text, moment]) => [text, moment, found.moments[cases.findIndex(([one]) => one === text)]]),
    ).toEqual([]);
    expect(cases.length).toBeGreaterThan(200);
  });
});
