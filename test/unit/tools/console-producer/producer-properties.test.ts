import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { producerProperties, readerProperties } from '../../../../src/tools/console-producer/producer-properties.ts';

const directory = mkdtempSync(join(tmpdir(), 'klamm-'));
const file = join(directory, 'c.properties');
afterAll(() => rmSync(directory, { recursive: true }));

describe('settings of the console producer', () => {
  const sources = { configFile: file, bootstrapServers: 'h:1', compression: 'none' };

  it('takes option given > property > file > default of the option', async () => {
    writeFileSync(file, 'linger.ms=1\nacks=1\nretries=7\nbootstrap.servers=x:1\ncompression.type=zstd\n');
    const { properties, chosen } = await producerProperties({
      ...sources,
      properties: ['acks=0', 'client.id=me', 'compression.type=gzip'],
      options: [
        { key: 'linger.ms', value: '1000', isGiven: false },
        { key: 'acks', value: '-1', isGiven: false },
        { key: 'retries', value: '3', isGiven: true },
        { key: 'batch.size', value: '16384', isGiven: false },
      ],
    });
    expect(Object.fromEntries(properties)).toMatchObject({
      'linger.ms': '1',
      acks: '0',
      retries: '3',
      'batch.size': '16384',
      'client.id': 'me',
      'bootstrap.servers': 'h:1',
      'compression.type': 'none',
    });
    expect(chosen.has('batch.size')).toBe(false);
    expect(chosen.has('linger.ms')).toBe(true);
  });

  it('splits properties at the first =, the last of a name wins, and names itself', async () => {
    const { properties } = await producerProperties({
      ...sources,
      configFile: undefined,
      properties: ['a=b=c', 'd', 'e=', 'a=z'],
      options: [],
    });
    expect(Object.fromEntries(properties)).toMatchObject({ a: 'z', d: '', e: '', 'client.id': 'console-producer' });
  });

  it('gives the reader its file, its properties and the topic', async () => {
    writeFileSync(file, 'parse.key=true\nkey.separator=\\t\n');
    const properties = await readerProperties(file, ['key.separator=\\t'], 'T');
    expect(Object.fromEntries(properties)).toEqual({ 'parse.key': 'true', 'key.separator': '\\t', topic: 'T' });
  });
});
