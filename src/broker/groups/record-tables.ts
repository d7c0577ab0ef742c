import { Reader, Writer } from '../../protocol/primitives.ts';
import { type Fields, type Input, type Table } from '../../protocol/schema.ts';

/** Every value of these records has version 0, whose tagged fields grow. */
const VERSION = 0;

/** How one part of a group is stored: the number its key begins with, and the two tables. */
export interface PartTables {
  readonly type: number;
  readonly key: Table;
  readonly value: Table;
}

/** A record as rooms know it: what is neither `kind`, `part` nor `value` is the key. A null value deletes. */
interface PartRecord {
  readonly kind: string;
  readonly part: string;
  readonly value: object | null;
}

export function tables<K extends Fields, V extends Fields>(type: number, key: Table<K>, value: Table<V>): PartTables {
  return { type, key: key as unknown as Table, value: value as unknown as Table };
}

/** Records of one kind of group in `__consumer_offsets`, by the tables of its parts. */
export class PartRecords<R extends PartRecord> {
  private readonly kind: R['kind'];
  private readonly parts: { readonly [part in R['part']]: PartTables };

  constructor(kind: R['kind'], parts: { readonly [part in R['part']]: PartTables }) {
    this.kind = kind;
    this.parts = parts;
  }

  encode(record: R): { key: Buffer; value: Buffer | null } {
    const { kind: _kind, part, value, ...key } = record;
    const { type, ...of } = this.parts[part as R['part']];
    return { key: encode(of.key, type, key), value: value === null ? null : encode(of.value, VERSION, value) };
  }

  /** Null for a key of another type, or a value of a version nobody knows yet. Throws MalformedBytesError. */
  decode(type: number, key: Reader, value: Buffer | null): R | null {
    for (const [part, of] of Object.entries<PartTables>(this.parts)) {
      if (of.type !== type) continue;
      const fields = of.key.read(key, VERSION);
      const reader = value === null ? null : new Reader(value);
      if (reader !== null && reader.int16() !== VERSION) return null;
      const decoded = reader === null ? null : of.value.read(reader, VERSION);
      return { kind: this.kind, part, ...fields, value: decoded } as unknown as R;
    }
    return null;
  }
}

function encode(table: Table, prefix: number, value: object): Buffer {
  const writer = new Writer();
  writer.int16(prefix);
  table.write(writer, value as Input<Fields>, VERSION);
  return writer.toBuffer();
}
