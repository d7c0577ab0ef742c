import { asJavaError, plainSentence } from '../../../../src/cli/face/failure.ts';
import { bytesToJson, toJson } from '../../../../src/cli/face/json-output.ts';
import { plainLogger } from '../../../../src/cli/face/plain-logger.ts';
import { KafkaError } from '../../../../src/protocol/errors.ts';
import { JavaError } from '../../../../src/util/java-error.ts';
import { logLines, logTime } from '../../../../src/util/log-lines.ts';

describe('JSON', () => {
  it('keeps 64-bit numbers exact', () => {
    expect(toJson({ a: 1n, b: 9007199254740993n, c: -9223372036854775808n })).toBe(
      '{"a":1,"b":"9007199254740993","c":"-9223372036854775808"}',
    );
  });

  it('gives bytes as text where they are UTF-8, else as base64', () => {
    expect(bytesToJson(Buffer.from('grüß\u0000'))).toBe('grüß\u0000');
    expect(bytesToJson(Buffer.from([0xef, 0xbb, 0xbf, 0x61]))).toBe('\ufeffa');
    expect(toJson({ key: Buffer.from([0xff, 0x00]), none: null })).toBe('{"key":{"base64":"/wA="},"none":null}');
  });

  it('writes maps as objects and sets as arrays', () => {
    expect(toJson(new Map<string, unknown>([['a', new Set([1])]]))).toBe('{"a":[1]}');
  });
});

describe('failures', () => {
  it('become the Java exceptions that the original would meet', async () => {
    const code = await asJavaError(new KafkaError('UNKNOWN_TOPIC_OR_PARTITION', 'gone'));
    expect(String(code)).toBe('org.apache.kafka.common.errors.UnknownTopicOrPartitionException: gone');
    const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', path: 'none.properties' });
    expect(String(await asJavaError(missing))).toBe('java.nio.file.NoSuchFileException: none.properties');
    const named = Object.assign(new Error('bad'), { exceptionClass: 'org.apache.kafka.common.config.ConfigException' });
    expect(String(await asJavaError(named))).toBe('org.apache.kafka.common.config.ConfigException: bad');
    expect(String(await asJavaError(new Error('oops')))).toBe('java.lang.RuntimeException: oops');
    expect(String(await asJavaError('text'))).toBe('java.lang.RuntimeException: text');
  });

  it('become one sentence for a person', () => {
    expect(plainSentence(new JavaError('a.b.TimeoutException', 'Too late.'))).toBe('Too late.');
    expect(plainSentence(new JavaError('a.b.TimeoutException'))).toBe('TimeoutException');
    expect(plainSentence(new Error('x'))).toBe('x');
    const missing = Object.assign(new Error('ENOENT: no such file'), { code: 'ENOENT', path: 'none.properties' });
    expect(plainSentence(missing)).toBe('none.properties: there is no such file');
    expect(plainSentence(new JavaError('java.nio.file.NoSuchFileException', 'a'))).toBe('a: NoSuchFileException');
  });
});

describe('log lines', () => {
  it("have log4j's layout, in local time, and end with the name of the logger", () => {
    const lines: string[] = [];
    const at = new Date(2026, 0, 2, 3, 4, 5, 678).getTime();
    const logger = logLines({ write: (line) => lines.push(line), now: () => at, threshold: 'WARN', name: 'a.B' });
    logger.log('INFO', 'not this');
    logger.log('WARN', 'careful');
    logger.named('c.D').log('ERROR', 'failed:', JavaError.wrap('x.Outer', new JavaError('x.Inner', 'why')));
    expect(lines).toEqual([
      '[2026-01-02 03:04:05,678] WARN careful (a.B)\n',
      '[2026-01-02 03:04:05,678] ERROR failed: (c.D)\nx.Outer: x.Inner: why\nCaused by: x.Inner: why\n',
    ]);
    expect(logTime(at)).toBe('2026-01-02 03:04:05,678');
  });

  it('klamm says each thing once, in plain words', () => {
    const lines: string[] = [];
    const logger = plainLogger((line) => lines.push(line));
    for (let time = 0; time < 3; time++) logger.named('x').log('WARN', 'Broker may not\n be available');
    logger.log('INFO', 'no');
    logger.log('ERROR', 'Sending failed', new Error('no route'));
    expect(lines).toEqual(['warning: Broker may not be available\n', 'error: Sending failed: no route\n']);
  });
});
