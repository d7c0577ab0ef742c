import {
  includesVersion,
  parseVersions,
  type Struct,
  type Table,
  type TypeCodec,
} from '../../../src/protocol/schema.ts';

/** How a length or count is written: the compact ones are unsigned varints of one more. */
export type LengthForm = 'int16' | 'int32' | 'compact' | 'varint';

export interface LengthMark {
  /** "topics[].partitions[]" and what is told there. */
  readonly path: string;
  readonly what: 'string' | 'bytes' | 'array' | 'tag count' | 'tag size';
  readonly form: LengthForm;
  /** Where it stands in the bytes. */
  readonly at: number;
  readonly isNullable: boolean;
  /** Within a tagged field, whose size stands before it. */
  readonly isTagged: boolean;
  /** Of an array: what its element is. */
  readonly element: readonly number[];
}

const FIXED_BYTES: Readonly<Record<string, number>> = {
  bool: 1,
  int8: 1,
  int16: 2,
  uint16: 2,
  int32: 4,
  uint32: 4,
  int64: 8,
  float64: 8,
  uuid: 16,
};

/**
 * Bytes of a message in which every array has one element, every tagged field is there, and everything else is zero or
 * empty; and where in them a length or a count stands.
 */
export function smallMessage(table: Table, version: number): { bytes: Buffer; marks: LengthMark[] } {
  const bytes: number[] = [];
  const marks: LengthMark[] = [];
  writeStruct(table.struct, version, table.isFlexible(version), '', bytes, marks);
  return { bytes: Buffer.from(bytes), marks };
}

function writeStruct(
  struct: Struct,
  version: number,
  flexible: boolean,
  path: string,
  bytes: number[],
  marks: LengthMark[],
) {
  const tagged: [number, number[], LengthMark[]][] = [];
  for (const [name, { type, versions, options }] of Object.entries(struct.fields)) {
    if (!includesVersion(versions, version)) continue;
    const within = (range: string | undefined) => range !== undefined && includesVersion(parseVersions(range), version);
    const fieldFlexible = options.flexible === undefined ? flexible : within(options.flexible);
    const isNullable = within(options.nullable);
    const at = `${path}.${name}`;
    if (!within(options.tagged)) {
      writeValue(type, version, fieldFlexible, isNullable, at, bytes, marks);
      continue;
    }
    const [inner, innerMarks]: [number[], LengthMark[]] = [[], []];
    writeValue(type, version, fieldFlexible, isNullable, at, inner, innerMarks);
    tagged.push([options.tag as number, inner, innerMarks]);
  }
  if (!flexible) return;
  marks.push({
    path,
    what: 'tag count',
    form: 'varint',
    at: bytes.length,
    isNullable: false,
    isTagged: false,
    element: [],
  });
  bytes.push(tagged.length);
  for (const [tag, inner, innerMarks] of tagged.sort(([a], [b]) => a - b)) {
    bytes.push(tag);
    marks.push({
      path,
      what: 'tag size',
      form: 'varint',
      at: bytes.length,
      isNullable: false,
      isTagged: false,
      element: [],
    });
    if (inner.length > 127) throw new Error(`tagged field of ${inner.length} bytes`);
    bytes.push(inner.length);
    for (const mark of innerMarks) marks.push({ ...mark, at: bytes.length + mark.at, isTagged: true });
    bytes.push(...inner);
  }
}

function writeValue(
  type: TypeCodec,
  version: number,
  flexible: boolean,
  isNullable: boolean,
  path: string,
  bytes: number[],
  marks: LengthMark[],
) {
  const fixedBytes = FIXED_BYTES[type.kind];
  if (fixedBytes !== undefined) {
    for (let i = 0; i < fixedBytes; i++) bytes.push(0);
    return;
  }
  if (type.kind === 'struct') {
    if (isNullable) bytes.push(1);
    writeStruct(type.struct as Struct, version, flexible, path, bytes, marks);
    return;
  }
  const classic = type.kind === 'string' ? 'int16' : 'int32';
  const element: number[] = [];
  const mark = {
    path,
    form: flexible ? ('compact' as const) : classic,
    at: bytes.length,
    isNullable,
    isTagged: false,
    element,
  } as const;
  marks.push({ ...mark, what: type.kind as 'string' });
  const count = type.kind === 'array' ? 1 : 0;
  const size = flexible ? 1 : type.kind === 'string' ? 2 : 4;
  for (let i = 1; i < size; i++) bytes.push(0);
  bytes.push(flexible ? count + 1 : count);
  if (type.kind !== 'array') return;
  const begin = bytes.length;
  writeValue(type.element as TypeCodec, version, flexible, false, `${path}[]`, bytes, marks);
  element.push(...bytes.slice(begin));
}

/** Values for a length that no message may have: too much for what follows, negative, cut off, or more bits than fit. */
export function hostileValues({ form, isNullable }: LengthMark): Buffer[] {
  const hex = (text: string) => Buffer.from(text, 'hex');
  // Thirty million: an array of that many is made at once, one of two billion is only promised.
  if (form === 'int16') return [hex('7fff'), hex('8000'), hex('fffe'), ...(isNullable ? [] : [hex('ffff')])];
  if (form === 'int32') {
    return [
      hex('01c9c380'),
      hex('7fffffff'),
      hex('80000000'),
      hex('fffffffe'),
      ...(isNullable ? [] : [hex('ffffffff')]),
    ];
  }
  const varints = [
    hex('8187a70e'),
    hex('ffffffff07'),
    hex('ffffffff0f'),
    hex('ffffffffff'),
    hex('ffffffffffffffffff01'),
  ];
  return form === 'compact' && !isNullable ? [...varints, hex('00')] : varints;
}

export function replaced(bytes: Buffer, { at, form }: LengthMark, value: Buffer): Buffer {
  const size = form === 'int16' ? 2 : form === 'int32' ? 4 : 1;
  return Buffer.concat([bytes.subarray(0, at), value, bytes.subarray(at + size)]);
}
