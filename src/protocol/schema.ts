/**
 * Declarative tables of messages and on-disk structs: fields with version ranges, types inferred from the table, one
 * codec for every version. Source: protocol guide, encoding; KIP-482 (flexible versions and tagged fields).
 */
import { MalformedBytesError, type Reader, type Uuid, Writer, ZERO_UUID } from './primitives.ts';

/** "3+", "0-4", "2" or "none", as in Kafka's message definitions. */
export type Versions = string;

export interface VersionRange {
  readonly first: number;
  /** Inclusive; Infinity for "3+"; below `first` for "none". */
  readonly last: number;
}

export function parseVersions(versions: Versions): VersionRange {
  if (versions === 'none') return { first: 0, last: -1 };
  if (versions.endsWith('+')) return { first: Number(versions.slice(0, -1)), last: Number.POSITIVE_INFINITY };
  const [first, last = first] = versions.split('-');
  return { first: Number(first), last: Number(last) };
}

export function includesVersion(range: VersionRange, version: number): boolean {
  return version >= range.first && version <= range.last;
}

export interface FieldOptions<T> {
  nullable?: Versions;
  /** Tagged fields are written only when they differ from the default. */
  tag?: number;
  tagged?: Versions;
  default?: T;
  /** A sender may drop a value the version cannot carry; otherwise encoding fails. */
  ignorable?: true;
  /** Overrides the message's flexible versions (request header: clientId). */
  flexible?: Versions;
}

/** Decoded type D (every field present) and accepted input type I (absent means default). */
export interface Field<D, I = D> {
  readonly type: TypeCodec;
  readonly versions: VersionRange;
  readonly options: FieldOptions<unknown>;
  readonly decoded?: D;
  readonly input?: I;
}

export type Fields = { readonly [name: string]: Field<unknown, unknown> };
export type Decoded<F extends Fields> = { -readonly [K in keyof F]: F[K] extends Field<infer D, unknown> ? D : never };
export type Input<F extends Fields> = {
  readonly [K in keyof F]?: (F[K] extends Field<unknown, infer I> ? I : never) | undefined;
};

export interface Codec {
  write(writer: Writer, value: unknown): void;
  read(reader: Reader): unknown;
  /** Fewest bytes one value takes: the bound on hostile array counts. */
  readonly minBytes: number;
}

export type FieldKind =
  | 'bool'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'float64'
  | 'uuid'
  | 'string'
  | 'bytes'
  | 'struct'
  | 'array';

export interface TypeCodec {
  readonly kind: FieldKind;
  /** Of an array. */
  readonly element?: TypeCodec;
  /** Of a struct. */
  readonly struct?: Struct;
  readonly empty: () => unknown;
  codec(version: number, flexible: boolean, nullable: boolean, tagged: boolean): Codec;
}

type Maybe<O, T> = O extends { nullable: Versions } ? T | null : T;
// biome-ignore lint/complexity/noBannedTypes: the empty literal is the "no options" case of the inference
type NoOptions = {};

function fixed(
  kind: FieldKind,
  empty: unknown,
  minBytes: number,
  read: (r: Reader) => unknown,
  write: (w: Writer, v: never) => void,
) {
  const codec: Codec = { read, write: write as (w: Writer, v: unknown) => void, minBytes };
  return { kind, empty: () => empty, codec: () => codec };
}

const BOOL = fixed(
  'bool',
  false,
  1,
  (r) => r.bool(),
  (w, v: boolean) => w.bool(v),
);
const INT8 = fixed(
  'int8',
  0,
  1,
  (r) => r.int8(),
  (w, v: number) => w.int8(v),
);
const INT16 = fixed(
  'int16',
  0,
  2,
  (r) => r.int16(),
  (w, v: number) => w.int16(v),
);
const UINT16 = fixed(
  'uint16',
  0,
  2,
  (r) => r.uint16(),
  (w, v: number) => w.uint16(v),
);
const INT32 = fixed(
  'int32',
  0,
  4,
  (r) => r.int32(),
  (w, v: number) => w.int32(v),
);
const UINT32 = fixed(
  'uint32',
  0,
  4,
  (r) => r.uint32(),
  (w, v: number) => w.uint32(v),
);
const INT64 = fixed(
  'int64',
  0n,
  8,
  (r) => r.int64(),
  (w, v: bigint) => w.int64(v),
);
const FLOAT64 = fixed(
  'float64',
  0,
  8,
  (r) => r.float64(),
  (w, v: number) => w.float64(v),
);
const UUID = fixed(
  'uuid',
  ZERO_UUID,
  16,
  (r) => r.uuid(),
  (w, v: Uuid) => w.uuid(v),
);

/** Reads a length or count; -1 is null. */
function readLength(reader: Reader, flexible: boolean, short: boolean, nullable: boolean): number {
  const length = flexible ? reader.uvarint() - 1 : short ? reader.int16() : reader.int32();
  if (length < -1 || (length === -1 && !nullable)) throw new MalformedBytesError(`length ${length}`);
  return length;
}

function writeLength(writer: Writer, length: number, flexible: boolean, short: boolean): void {
  if (flexible) writer.uvarint(length + 1);
  else if (short) {
    if (length > 32767) throw new RangeError(`string of ${length} bytes`);
    writer.int16(length);
  } else writer.int32(length);
}

const STRING: TypeCodec = {
  kind: 'string',
  empty: () => '',
  codec: (_version, flexible, nullable) => ({
    minBytes: flexible ? 1 : 2,
    read(reader) {
      const length = readLength(reader, flexible, true, nullable);
      return length < 0 ? null : reader.utf8(length);
    },
    write(writer, value) {
      if (value === null) {
        requireNullable(nullable);
        writeLength(writer, -1, flexible, true);
        return;
      }
      const text = value as string;
      const byteCount = Buffer.byteLength(text);
      writeLength(writer, byteCount, flexible, true);
      writer.utf8(text, byteCount);
    },
  }),
};

const EMPTY_BYTES = Buffer.alloc(0);

const BYTES: TypeCodec = {
  kind: 'bytes',
  empty: () => EMPTY_BYTES,
  codec: (_version, flexible, nullable) => ({
    minBytes: flexible ? 1 : 4,
    read(reader) {
      const length = readLength(reader, flexible, false, nullable);
      return length < 0 ? null : reader.slice(length);
    },
    write(writer, value) {
      if (value === null) {
        requireNullable(nullable);
        writeLength(writer, -1, flexible, false);
        return;
      }
      const bytes = value as Buffer | readonly Buffer[];
      if (Buffer.isBuffer(bytes)) {
        writeLength(writer, bytes.length, flexible, false);
        writer.raw(bytes);
        return;
      }
      writeLength(
        writer,
        bytes.reduce((sum, part) => sum + part.length, 0),
        flexible,
        false,
      );
      for (const part of bytes) writer.raw(part);
    },
  }),
};

function requireNullable(nullable: boolean): void {
  if (!nullable) throw new TypeError('null in a field that cannot be null');
}

function structType(fields: Fields): TypeCodec {
  const struct = new Struct(fields);
  return {
    kind: 'struct',
    struct,
    empty: () => struct.defaults(),
    codec(version, flexible, nullable, tagged) {
      const plain: Codec = {
        minBytes: struct.minBytes(version, flexible),
        read: (reader) => struct.read(reader, version, flexible),
        write: (writer, value) => struct.write(writer, value as Input<Fields>, version, flexible),
      };
      if (!nullable) return plain;
      // protocol guide: nullable struct. The marker is an int8, but an unsigned varint inside a tagged field.
      return {
        minBytes: 1,
        read(reader) {
          const marker = tagged ? reader.uvarint() - 1 : reader.int8();
          return marker < 0 ? null : plain.read(reader);
        },
        write(writer, value) {
          if (tagged) writer.uvarint(value === null ? 0 : 1);
          else writer.int8(value === null ? -1 : 1);
          if (value !== null) plain.write(writer, value);
        },
      };
    },
  };
}

function arrayType(element: TypeCodec): TypeCodec {
  return {
    kind: 'array',
    element,
    empty: () => [],
    codec(version, flexible, nullable) {
      const item = element.codec(version, flexible, false, false);
      const minBytes = Math.max(item.minBytes, 1);
      return {
        minBytes: flexible ? 1 : 4,
        read(reader) {
          const count = readLength(reader, flexible, false, nullable);
          if (count < 0) return null;
          reader.checkCount(count, minBytes);
          const values = new Array<unknown>(count);
          for (let i = 0; i < count; i++) values[i] = item.read(reader);
          return values;
        },
        write(writer, value) {
          if (value === null) {
            requireNullable(nullable);
            writeLength(writer, -1, flexible, false);
            return;
          }
          const values = value as readonly unknown[];
          writeLength(writer, values.length, flexible, false);
          for (const one of values) item.write(writer, one);
        },
      };
    },
  };
}

function field(type: TypeCodec, versions: Versions, options: FieldOptions<unknown> = {}): Field<never, never> {
  return { type, versions: parseVersions(versions), options };
}

type Scalar<T> = (versions: Versions, options?: FieldOptions<T>) => Field<T>;

export const bool: Scalar<boolean> = (versions, options) => field(BOOL, versions, options);
export const int8: Scalar<number> = (versions, options) => field(INT8, versions, options);
export const int16: Scalar<number> = (versions, options) => field(INT16, versions, options);
export const uint16: Scalar<number> = (versions, options) => field(UINT16, versions, options);
export const int32: Scalar<number> = (versions, options) => field(INT32, versions, options);
export const uint32: Scalar<number> = (versions, options) => field(UINT32, versions, options);
export const int64: Scalar<bigint> = (versions, options) => field(INT64, versions, options);
export const float64: Scalar<number> = (versions, options) => field(FLOAT64, versions, options);
export const uuid: Scalar<Uuid> = (versions, options) => field(UUID, versions, options);

export function string<const O extends FieldOptions<string | null> = NoOptions>(
  versions: Versions,
  options?: O,
): Field<Maybe<O, string>> {
  return field(STRING, versions, options);
}

/** Decoded bytes are a view on the frame. */
export function bytes<const O extends FieldOptions<Buffer | null> = NoOptions>(
  versions: Versions,
  options?: O,
): Field<Maybe<O, Buffer>> {
  return field(BYTES, versions, options);
}

/** Record batches: decoded as a view on the frame; encoded from one buffer or from several without joining them. */
export function records<const O extends FieldOptions<Buffer | null> = NoOptions>(
  versions: Versions,
  options?: O,
): Field<Maybe<O, Buffer>, Maybe<O, Buffer | readonly Buffer[]>> {
  return field(BYTES, versions, options);
}

export function struct<F extends Fields, const O extends FieldOptions<null> = NoOptions>(
  versions: Versions,
  fields: F,
  options?: O,
): Field<Maybe<O, Decoded<F>>, Maybe<O, Input<F>>> {
  return field(structType(fields), versions, options);
}

const SCALARS = { string: STRING, bytes: BYTES, int8: INT8, int16: INT16, int32: INT32, int64: INT64, uuid: UUID };
interface ScalarTypes {
  string: string;
  bytes: Buffer;
  int8: number;
  int16: number;
  int32: number;
  int64: bigint;
  uuid: Uuid;
}

/** An array of structs. */
export function array<F extends Fields, const O extends FieldOptions<null> = NoOptions>(
  versions: Versions,
  fields: F,
  options?: O,
): Field<Maybe<O, Decoded<F>[]>, Maybe<O, readonly Input<F>[]>> {
  return field(arrayType(structType(fields)), versions, options);
}

/** An array of scalars. */
export function arrayOf<K extends keyof ScalarTypes, const O extends FieldOptions<null> = NoOptions>(
  versions: Versions,
  element: K,
  options?: O,
): Field<Maybe<O, ScalarTypes[K][]>, Maybe<O, readonly ScalarTypes[K][]>> {
  return field(arrayType(SCALARS[element]), versions, options);
}

interface PlannedField {
  readonly name: string;
  readonly codec: Codec | null;
  readonly tag: number;
  readonly ignorable: boolean;
  readonly makeDefault: () => unknown;
  readonly isDefault: (value: unknown) => boolean;
}

interface Plan {
  readonly inOrder: readonly PlannedField[];
  readonly absent: readonly PlannedField[];
  readonly tagged: readonly PlannedField[];
  readonly byTag: ReadonlyMap<number, PlannedField>;
  readonly minBytes: number;
}

function isEmptyValue(value: unknown, empty: unknown): boolean {
  if (value === empty) return true;
  if (Array.isArray(value) || Buffer.isBuffer(value)) return value.length === 0 && empty !== null;
  return false;
}

/** A table of fields with its codecs, planned per version on first use. */
export class Struct<F extends Fields = Fields> {
  readonly fields: F;
  private readonly plans = new Map<number, Plan>();

  constructor(fields: F) {
    this.fields = fields;
  }

  private plan(version: number, flexible: boolean): Plan {
    const key = version * 2 + (flexible ? 1 : 0);
    let plan = this.plans.get(key);
    if (!plan) {
      plan = this.makePlan(version, flexible);
      this.plans.set(key, plan);
    }
    return plan;
  }

  private makePlan(version: number, flexible: boolean): Plan {
    const inOrder: PlannedField[] = [];
    const absent: PlannedField[] = [];
    const tagged: PlannedField[] = [];
    let minBytes = flexible ? 1 : 0;
    for (const [name, { type, versions, options }] of Object.entries(this.fields)) {
      const isTagged = options.tagged !== undefined && includesVersion(parseVersions(options.tagged), version);
      const present = includesVersion(versions, version);
      const nullable = options.nullable !== undefined && includesVersion(parseVersions(options.nullable), version);
      const fieldFlexible =
        options.flexible === undefined ? flexible : includesVersion(parseVersions(options.flexible), version);
      const hasDefault = options.default !== undefined;
      const empty = hasDefault ? options.default : type.empty();
      const planned: PlannedField = {
        name,
        codec: present ? type.codec(version, fieldFlexible, nullable, isTagged) : null,
        tag: options.tag ?? -1,
        ignorable: options.ignorable === true,
        makeDefault: hasDefault ? () => options.default : type.empty,
        isDefault: (value) =>
          isEmptyValue(value, empty) || (isPlainObject(value) && isPlainObject(empty) && deepEqual(value, empty)),
      };
      if (!present) absent.push(planned);
      else if (isTagged) tagged.push(planned);
      else {
        inOrder.push(planned);
        minBytes += planned.codec?.minBytes ?? 0;
      }
    }
    tagged.sort((a, b) => a.tag - b.tag);
    return { inOrder, absent, tagged, byTag: new Map(tagged.map((one) => [one.tag, one])), minBytes };
  }

  minBytes(version: number, flexible: boolean): number {
    return this.plan(version, flexible).minBytes;
  }

  defaults(): Decoded<F> {
    const value: Record<string, unknown> = {};
    for (const [name, { type, options }] of Object.entries(this.fields)) {
      value[name] = options.default !== undefined ? options.default : type.empty();
    }
    return value as Decoded<F>;
  }

  write(writer: Writer, value: Input<F>, version: number, flexible: boolean): void {
    const plan = this.plan(version, flexible);
    const given = value as Record<string, unknown>;
    for (const one of plan.absent) {
      const unsent = given[one.name];
      if (unsent !== undefined && !one.ignorable && !one.isDefault(unsent)) {
        throw new UnsupportedFieldError(one.name, version);
      }
    }
    for (const one of plan.inOrder) {
      const sent = given[one.name];
      one.codec?.write(writer, sent === undefined ? one.makeDefault() : sent);
    }
    if (!flexible) return;
    const sending = plan.tagged.filter((one) => given[one.name] !== undefined && !one.isDefault(given[one.name]));
    writer.uvarint(sending.length);
    for (const one of sending) {
      const inner = new Writer(64);
      one.codec?.write(inner, given[one.name]);
      const encoded = inner.toBuffer();
      writer.uvarint(one.tag);
      writer.uvarint(encoded.length);
      writer.raw(encoded);
    }
  }

  read(reader: Reader, version: number, flexible: boolean): Decoded<F> {
    const plan = this.plan(version, flexible);
    const value: Record<string, unknown> = {};
    for (const one of plan.inOrder) value[one.name] = one.codec?.read(reader);
    for (const one of plan.absent) value[one.name] = one.makeDefault();
    for (const one of plan.tagged) value[one.name] = one.makeDefault();
    if (flexible) {
      for (let count = reader.uvarint(); count > 0; count--) {
        const tag = reader.uvarint();
        const size = reader.uvarint();
        const end = reader.position + size;
        const known = plan.byTag.get(tag);
        if (known === undefined) reader.skip(size);
        else {
          value[known.name] = known.codec?.read(reader);
          if (reader.position !== end) throw new MalformedBytesError(`tag ${tag} does not fill its ${size} bytes`);
        }
      }
    }
    return value as Decoded<F>;
  }
}

function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Buffer.isBuffer(value) && !Array.isArray(value);
}

/** Compares a partial struct with complete defaults: what is absent counts as equal. */
function deepEqual(value: Record<string, unknown>, whole: Record<string, unknown>): boolean {
  return Object.entries(value).every(([name, one]) => {
    const other = whole[name];
    if (one === undefined) return true;
    return isPlainObject(one) && isPlainObject(other) ? deepEqual(one, other) : isEmptyValue(one, other);
  });
}

/** A value was given that this version of the message cannot carry (Kafka: UnsupportedVersionException). */
export class UnsupportedFieldError extends Error {
  override name = 'UnsupportedFieldError';
  constructor(fieldName: string, version: number) {
    super(`Attempted to write a non-default ${fieldName} at version ${version}`);
  }
}

export interface TableOptions {
  /** Versions that exist. */
  versions: Versions;
  /** Versions with compact lengths and tagged sections. */
  flexible: Versions;
}

/** One encodable table: a request, a response, a record or a header. */
export class Table<F extends Fields = Fields> {
  readonly name: string;
  readonly versions: VersionRange;
  readonly flexibleVersions: VersionRange;
  readonly struct: Struct<F>;

  constructor(name: string, options: TableOptions, fields: F) {
    this.name = name;
    this.versions = parseVersions(options.versions);
    this.flexibleVersions = parseVersions(options.flexible);
    this.struct = new Struct(fields);
  }

  isFlexible(version: number): boolean {
    return includesVersion(this.flexibleVersions, version);
  }

  write(writer: Writer, value: Input<F>, version: number): void {
    this.struct.write(writer, value, version, this.isFlexible(version));
  }

  read(reader: Reader, version: number): Decoded<F> {
    return this.struct.read(reader, version, this.isFlexible(version));
  }

  encode(value: Input<F>, version: number): Buffer {
    const writer = new Writer();
    this.write(writer, value, version);
    return writer.toBuffer();
  }
}

export type TableValue<T> = T extends Table<infer F> ? Decoded<F> : never;
export type TableInput<T> = T extends Table<infer F> ? Input<F> : never;

/** A request and its response under one API key. */
export interface Api<Q extends Fields = Fields, R extends Fields = Fields> {
  readonly key: number;
  readonly name: string;
  /** Offered in ApiVersions; null when a default broker does not offer it. Differs from `request.versions` for Produce. */
  readonly advertised: VersionRange | null;
  readonly request: Table<Q>;
  readonly response: Table<R>;
}

export type ApiRequest<A> = A extends Api<infer Q, Fields> ? Decoded<Q> : never;
export type ApiRequestInput<A> = A extends Api<infer Q, Fields> ? Input<Q> : never;
export type ApiResponse<A> = A extends Api<Fields, infer R> ? Decoded<R> : never;
export type ApiResponseInput<A> = A extends Api<Fields, infer R> ? Input<R> : never;

/** Defines an API: `flexible` holds for request and response alike; `advertised` only where it differs from `versions`. */
export function defineApi<Q extends Fields, R extends Fields>(definition: {
  key: number;
  name: string;
  versions: Versions;
  flexible: Versions;
  advertised?: Versions | null;
  request: Q;
  response: R;
}): Api<Q, R> {
  const { key, name, versions, advertised = versions } = definition;
  const options = { versions, flexible: definition.flexible };
  return {
    key,
    name,
    advertised: advertised === null ? null : parseVersions(advertised),
    request: new Table(`${name}Request`, options, definition.request),
    response: new Table(`${name}Response`, options, definition.response),
  };
}
