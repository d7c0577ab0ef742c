import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { LINE_MESSAGE_READER, loadRecordReader } from '../../../../src/tools/console-producer/load-record-reader.ts';

describe('--line-reader', () => {
  it('knows the built-in reader by its class name', async () => {
    expect(await loadRecordReader(LINE_MESSAGE_READER, new Map())).toBeNull();
  });

  it.each([
    [
      'java.lang.Object',
      'java.lang.IllegalArgumentException: The reader must implement org.apache.kafka.tools.api.RecordReader interface',
    ],
    ['no.such.Class', 'java.lang.ClassNotFoundException: no.such.Class'],
    ['', 'java.lang.ClassNotFoundException: '],
  ])('fails for %j as Java does', async (name, text) => {
    await expect(loadRecordReader(name, new Map()).catch(String)).resolves.toBe(text);
  });

  it("loads a module of the user's own and configures it", async () => {
    const directory = mkdtempSync(join(tmpdir(), 'klamm-'));
    try {
      const path = join(directory, 'reader.mjs');
      writeFileSync(
        path,
        'export default class { configure(p) { this.p = p; } *readRecords() { yield { value: this.p.prefix }; } }',
      );
      const reader = await loadRecordReader(path, new Map([['prefix', 'x']]));
      const records: unknown[] = [];
      for await (const record of reader?.readRecords(Readable.from([])) ?? []) records.push(record);
      expect(records).toEqual([{ value: 'x' }]);
      const other = join(directory, 'no-reader.mjs');
      writeFileSync(other, 'export default {};');
      await expect(loadRecordReader(other, new Map())).rejects.toThrow('must implement');
      const broken = join(directory, 'broken.mjs');
      writeFileSync(
        broken,
        'export default class { configure() { throw new TypeError("no\\nway"); } readRecords() {} }',
      );
      await expect(loadRecordReader(broken, new Map()).catch(String)).resolves.toBe(
        `java.lang.RuntimeException: ${broken}: TypeError: no`,
      );
      await expect(loadRecordReader('./none.mjs', new Map()).catch(String)).resolves.toBe(
        'java.lang.ClassNotFoundException: ./none.mjs',
      );
    } finally {
      rmSync(directory, { recursive: true });
    }
  });
});
