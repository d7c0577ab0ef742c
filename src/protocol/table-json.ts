import { ZERO_UUID } from './primitives.ts';
import { type Field, type Fields, includesVersion, parseVersions, type Table, type TypeCodec } from './schema.ts';

/**
 * A decoded struct as the JSON text that Kafka's generated converters give: the fields of the version in the table's order, tagged
 * ones only where they differ from their default, 64-bit numbers as numbers, bytes as base64.
 * `replace` may give another text for a value, by the name of its field.
 */
export function tableJson(
  table: Table,
  value: unknown,
  version: number,
  replace: (name: string, value: unknown) => string | undefined = () => undefined,
): string {
  return structJson(table.struct.fields, value as Values, version, replace);
}

type Values = Readonly<Record<string, unknown>>;
type Replace = (name: string, value: unknown) => string | undefined;

function structJson(fields: Fields, values: Values, version: number, replace: Replace): string {
  const parts: string[] = [];
  for (const [name, field] of Object.entries(fields)) {
    if (!includesVersion(field.versions, version)) continue;
    const value = values[name];
    if (isTagged(field, version) && isDefault(field, value)) continue;
    parts.push(`${JSON.stringify(name)}:${replace(name, value) ?? valueJson(field.type, value, version, replace)}`);
  }
  return `{${parts.join(',')}}`;
}

function isTagged({ options: { tagged } }: Field<unknown>, version: number): boolean {
  return tagged !== undefined && includesVersion(parseVersions(tagged), version);
}

function isDefault({ options, type }: Field<unknown>, value: unknown): boolean {
  const otherwise = options.default === undefined ? type.empty() : options.default;
  if (value === otherwise) return true;
  if (type.kind === 'uuid') return value === ZERO_UUID;
  if (value === null || otherwise === null) return false;
  if (Array.isArray(value) || Buffer.isBuffer(value)) return value.length === 0;
  if (type.kind !== 'struct') return false;
  return Object.entries(type.struct?.fields ?? {}).every(([name, one]) => isDefault(one, (value as Values)[name]));
}

function valueJson(type: TypeCodec, value: unknown, version: number, replace: Replace): string {
  if (value === null || value === undefined) return 'null';
  if (type.kind === 'struct') return structJson(type.struct?.fields ?? {}, value as Values, version, replace);
  if (type.kind === 'array') {
    const element = type.element as TypeCodec;
    return `[${(value as readonly unknown[]).map((one) => valueJson(element, one, version, replace)).join(',')}]`;
  }
  if (typeof value === 'bigint') return value.toString();
  if (Buffer.isBuffer(value)) return JSON.stringify(value.toString('base64'));
  return typeof value === 'string' ? jacksonString(value) : JSON.stringify(value);
}

/** As Jackson writes strings: control characters with capital digits. */
function jacksonString(text: string): string {
  return JSON.stringify(text).replace(/\\u00([01][0-9a-f])/g, (_all, digits: string) => `\\u00${digits.toUpperCase()}`);
}
