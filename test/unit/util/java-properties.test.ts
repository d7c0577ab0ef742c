import { readFileSync } from 'node:fs';
import {
  formatJavaProperty,
  MalformedPropertiesError,
  parseJavaProperties,
} from '../../../src/util/java-properties.ts';

interface Case {
  source: string;
  entries?: [key: string, value: string][];
  stored?: string[];
  error?: string;
}
const fixture = new URL('../../fixtures/java/properties.json', import.meta.url);
const { cases } = JSON.parse(readFileSync(fixture, 'utf8')) as { cases: Case[] };

describe('java properties, against values that java.util.Properties gave', () => {
  for (const { source, entries, stored, error } of cases) {
    it(`reads ${JSON.stringify(source)}`, () => {
      const bytes = Buffer.from(source, 'latin1');
      if (error !== undefined) {
        expect(() => parseJavaProperties(bytes)).toThrow(new MalformedPropertiesError(error));
        return;
      }
      const parsed = parseJavaProperties(bytes);
      expect(parsed).toEqual(new Map(entries));
      expect([...parsed].map(([key, value]) => formatJavaProperty(key, value)).sort()).toEqual(
        [...(stored ?? [])].sort(),
      );
    });
  }

  it('keeps the order of the file', () => {
    expect([...parseJavaProperties('z=1\na=2\nm=3\nz=4').keys()]).toEqual(['z', 'a', 'm']);
  });
});
