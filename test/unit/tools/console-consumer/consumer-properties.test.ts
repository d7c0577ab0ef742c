import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { consumerProperties, formatterProperties } from '../../../../src/tools/console-consumer/consumer-properties.ts';
import { UsageError } from '../../../../src/util/usage-error.ts';

const folder = mkdtempSync(join(tmpdir(), 'klamm-'));
afterAll(() => rmSync(folder, { recursive: true }));

function file(text: string): string {
  const path = join(folder, `${Math.random()}.properties`);
  writeFileSync(path, text);
  return path;
}

const NOTHING = {
  configFile: undefined,
  properties: [],
  bootstrapServers: 'h:1',
  group: undefined,
  isolationLevel: 'read_uncommitted',
  isIsolationLevelGiven: false,
  fromBeginning: false,
};

describe('properties of the consumer', () => {
  it('makes up a group that remembers nothing', async () => {
    const { properties, isGroupGiven } = await consumerProperties(NOTHING, () => 0.12345);
    expect(isGroupGiven).toBe(false);
    expect(properties.get('group.id')).toBe('console-consumer-12345');
    expect(properties.get('enable.auto.commit')).toBe('false');
    expect(properties.get('auto.offset.reset')).toBe('latest');
  });

  it('takes the group from the option, a property or the file, if they agree', async () => {
    const configFile = file('group.id=g\n');
    for (const given of [
      { ...NOTHING, group: 'g' },
      { ...NOTHING, properties: ['group.id=g'] },
      { ...NOTHING, configFile },
      { ...NOTHING, configFile, group: 'g', properties: ['group.id=g'] },
    ]) {
      const { properties, isGroupGiven } = await consumerProperties(given);
      expect([properties.get('group.id'), isGroupGiven, properties.has('enable.auto.commit')]).toEqual([
        'g',
        true,
        false,
      ]);
    }
    await expect(consumerProperties({ ...NOTHING, configFile, group: 'other' })).rejects.toThrow(
      "do not match. Detected group ids: 'other', 'g'",
    );
  });

  it('lets properties win over the file, and an option that is given over both', async () => {
    const configFile = file('isolation.level=read_committed\nfetch.min.bytes=7\nbootstrap.servers=x:1\n');
    const base = { ...NOTHING, configFile, properties: ['fetch.min.bytes=8', 'fetch.min.bytes=9', 'a', 'b='] };
    const { properties } = await consumerProperties(base);
    expect(properties.get('fetch.min.bytes')).toBe('9');
    expect(properties.get('isolation.level')).toBe('read_committed');
    expect(properties.get('bootstrap.servers')).toBe('h:1');
    expect([properties.get('a'), properties.get('b')]).toEqual(['', '']);
    const given = await consumerProperties({ ...base, isIsolationLevelGiven: true });
    expect(given.properties.get('isolation.level')).toBe('read_uncommitted');
  });

  it('refuses two starting points', async () => {
    const given = { ...NOTHING, fromBeginning: true, properties: ['auto.offset.reset=latest'] };
    const refusal = await consumerProperties(given).catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(UsageError);
    expect((refusal as UsageError).showOptions).toBe(false);
    const same = { ...NOTHING, fromBeginning: true, properties: ['auto.offset.reset=earliest'] };
    expect((await consumerProperties(same)).properties.get('auto.offset.reset')).toBe('earliest');
  });
});

describe('properties of the formatter', () => {
  it('lets a property win over a deserializer option, and that over the file', async () => {
    const configFile = file('key.deserializer=File\nvalue.deserializer=File\nprint.key=true\n');
    const properties = await formatterProperties({
      configFile,
      properties: ['value.deserializer=Property', 'key.separator=\\t'],
      keyDeserializer: 'Option',
      valueDeserializer: 'Option',
    });
    expect(Object.fromEntries(properties)).toEqual({
      'key.deserializer': 'Option',
      'value.deserializer': 'Property',
      'print.key': 'true',
      // The command line is not unescaped.
      'key.separator': '\\t',
    });
  });
});
