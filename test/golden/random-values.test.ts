// Random values survive encode and decode at every version of every table (an extra: the golden bytes are the test).
import fc from 'fast-check';
import { Reader } from '../../src/protocol/primitives.ts';
import { includesVersion, parseVersions, type Struct, type TypeCodec } from '../../src/protocol/schema.ts';
import { tables } from './tables.ts';

function arbitraryOf(type: TypeCodec, version: number, depth: number): fc.Arbitrary<unknown> {
  switch (type.kind) {
    case 'bool':
      return fc.boolean();
    case 'int8':
      return fc.integer({ min: -128, max: 127 });
    case 'int16':
      return fc.integer({ min: -32768, max: 32767 });
    case 'uint16':
      return fc.integer({ min: 0, max: 65535 });
    case 'int32':
      return fc.integer();
    case 'uint32':
      return fc.integer({ min: 0, max: 0xffffffff });
    case 'int64':
      return fc.bigInt({ min: -(1n << 63n), max: (1n << 63n) - 1n });
    case 'float64':
      return fc.double({ noNaN: true });
    case 'uuid':
      return fc.uint8Array({ minLength: 16, maxLength: 16 }).map((b) => Buffer.from(b).toString('base64url'));
    case 'string':
      return fc.string({ unit: 'grapheme', maxLength: 200 });
    case 'bytes':
      return fc.uint8Array({ maxLength: 300 }).map((b) => Buffer.from(b));
    case 'struct':
      return structOf(type.struct as Struct, version, depth);
    case 'array':
      return fc.array(arbitraryOf(type.element as TypeCodec, version, depth + 1), { maxLength: depth > 1 ? 2 : 4 });
  }
}

function structOf(struct: Struct, version: number, depth = 0): fc.Arbitrary<Record<string, unknown>> {
  const shape: Record<string, fc.Arbitrary<unknown>> = {};
  for (const [name, { type, versions, options }] of Object.entries(struct.fields)) {
    if (!includesVersion(versions, version)) continue;
    const value = arbitraryOf(type, version, depth);
    const nullable = options.nullable !== undefined && includesVersion(parseVersions(options.nullable), version);
    shape[name] = nullable ? fc.option(value, { nil: null }) : value;
  }
  return fc.record(shape);
}

describe('random values survive encode and decode', () => {
  it.each([...tables.keys()])('%s', (name) => {
    const table = tables.get(name)!;
    for (let version = table.versions.first; version <= table.versions.last; version++) {
      const property = fc.property(structOf(table.struct, version), (value) => {
        const encoded = table.encode(value as never, version);
        const reader = new Reader(encoded);
        expect(table.read(reader, version)).toMatchObject(value);
        expect(reader.remaining).toBe(0);
      });
      fc.assert(property, { numRuns: 8 });
    }
  });
});
