import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { brokerLogger, LogFile } from '../../../src/broker/logging.ts';
import { MalformedBytesError } from '../../../src/protocol/primitives.ts';
import { ManualClock } from '../../../src/util/clock.ts';
import { JavaError } from '../../../src/util/java-error.ts';
import { type LogLevel } from '../../../src/util/logger.ts';

describe('broker log', () => {
  const lines: string[] = [];
  const loggerAt = (threshold: LogLevel) =>
    brokerLogger({ write: (text) => lines.push(text), clock: new ManualClock(), threshold });
  beforeEach(() => {
    lines.length = 0;
  });

  it('writes lines in the layout of log4j and leaves out what is below its level', () => {
    const logger = loggerAt('INFO');
    logger.log('DEBUG', 'unseen');
    logger.log('WARN', 'seen');
    logger.named('klamm.net').log('INFO', 'named');
    expect(lines.map((line) => line.replace(/^\[\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}\]/, '[time]'))).toEqual([
      '[time] WARN seen (klamm.broker)\n',
      '[time] INFO named (klamm.net)\n',
    ]);
  });

  it('prints the stack of a cause at DEBUG, or when the cause is a mistake of ours', () => {
    const system = Object.assign(new Error('EIO: disk'), { code: 'EIO' });
    loggerAt('INFO').log('ERROR', 'x', system);
    loggerAt('DEBUG').log('ERROR', 'x', system);
    loggerAt('INFO').log('ERROR', 'x', new TypeError('bug'));
    loggerAt('INFO').log('ERROR', 'x', new JavaError('java.lang.RuntimeException', 'why'));
    expect(lines[0]).toMatch(/EIO: disk\n$/);
    expect(lines[1]).toMatch(/EIO: disk\n +at /);
    expect(lines[2]).toMatch(/TypeError: bug\n +at /);
    expect(lines[3]).toMatch(/\njava.lang.RuntimeException: why\n$/);
  });

  it('prints no stack for bytes that are wrong, and a cause once', () => {
    loggerAt('INFO').log('ERROR', 'cannot load', new MalformedBytesError('count -7'));
    loggerAt('INFO').log('ERROR', 'cannot load: count -7', new MalformedBytesError('count -7'));
    expect(lines.map((line) => line.replace(/^\[.*?\] /, ''))).toEqual([
      'ERROR cannot load (klamm.broker)\ncount -7\n',
      'ERROR cannot load: count -7 (klamm.broker)\n',
    ]);
  });

  it('writes JSON lines when asked', () => {
    const logger = brokerLogger({ write: (text) => lines.push(text), clock: new ManualClock(0), format: 'json' });
    logger.named('klamm.net').log('WARN', 'a "quoted"\nword', new JavaError('java.lang.RuntimeException', 'why'));
    logger.log('INFO', 'plain');
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      {
        time: '1970-01-01T00:00:00.000Z',
        level: 'WARN',
        logger: 'klamm.net',
        message: 'a "quoted"\nword',
        cause: 'java.lang.RuntimeException: why',
      },
      { time: '1970-01-01T00:00:00.000Z', level: 'INFO', logger: 'klamm.broker', message: 'plain' },
    ]);
    expect(lines.join('')).toMatch(/^[^\n]*\n[^\n]*\n$/);
  });

  it('rolls its file by size and keeps so many old ones', () => {
    const directory = mkdtempSync(`${tmpdir()}/klamm-log-`);
    const open = () => new LogFile(`${directory}/server.log`, { maxBytes: 10, backupCount: 2 });
    const file = open();
    for (const line of ['one 67\n', 'two 67\n', 'three\n', 'four 7\n']) file.write(line);
    file.close();
    expect(readdirSync(directory).sort()).toEqual(['server.log', 'server.log.1', 'server.log.2']);
    expect(readFileSync(`${directory}/server.log.2`, 'utf8')).toBe('two 67\n');
    const again = open();
    again.write('12\n');
    again.close();
    expect(readFileSync(`${directory}/server.log`, 'utf8')).toBe('four 7\n12\n');
    rmSync(directory, { recursive: true });
  });
});
