import { MalformedBytesError, Reader } from '../../protocol/primitives.ts';
import { JavaError } from '../../util/java-error.ts';
import { type Deserialize, type DeserializerSettings, serializationError } from './deserializers.ts';

const CONSTANT_SIZE = 0;
const VARIABLE_SIZE = 1;
const NULL_ENTRY = -1;
const SERDE = /^org\.apache\.kafka\.common\.serialization\.Serdes\$(\w+)Serde$/;

/** Inner types whose entries all have one size, so that it is not written before each. */
const ENTRY_BYTES: Readonly<Record<string, number>> = { Long: 8, Integer: 4, Short: 2, Float: 4, Double: 8, UUID: 36 };

type Find = (className: string, settings: DeserializerSettings, isKey: boolean) => Deserialize | undefined;

function configError(text: string): JavaError {
  return new JavaError('org.apache.kafka.common.config.ConfigException', text);
}

/** `[a, b, null]`. Source: org.apache.kafka.common.serialization.ListDeserializer. Throws JavaError. */
export function listDeserializer(settings: DeserializerSettings, isKey: boolean, find: Find): Deserialize {
  const prefix = `default.list.${isKey ? 'key' : 'value'}.serde`;
  const how = 'because it was neither passed via the constructor nor set in the config.';
  if (!settings.has(`${prefix}.type`)) throw configError(`Not able to determine the list class ${how}`);
  const serde = settings.get(`${prefix}.inner`);
  if (serde === undefined) throw configError(`Not able to determine the inner serde class ${how}`);
  const name = SERDE.exec(serde)?.[1];
  const inner = name && find(`org.apache.kafka.common.serialization.${name}Deserializer`, settings, isKey);
  if (!inner) {
    throw configError(
      `Invalid value ${serde} for configuration ${prefix}.inner: Deserializer's inner serde class "${serde}" could not be found.`,
    );
  }
  return (bytes) => {
    try {
      return `[${entries(bytes, ENTRY_BYTES[name], inner).join(', ')}]`;
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      throw new JavaError('org.apache.kafka.common.KafkaException', 'Unable to deserialize into a List', error);
    }
  };
}

function entries(bytes: Buffer, entryBytes: number | undefined, inner: Deserialize): string[] {
  const reader = new Reader(bytes);
  const strategy = reader.int8();
  if (strategy !== CONSTANT_SIZE && strategy !== VARIABLE_SIZE) {
    throw serializationError('Invalid serialization strategy flag value');
  }
  const nulls = new Set<number>();
  if (strategy === CONSTANT_SIZE) for (let left = count(reader, 4); left > 0; left--) nulls.add(reader.int32());
  const size = count(reader, strategy === CONSTANT_SIZE ? 0 : 4);
  const texts: string[] = [];
  for (let at = 0; at < size; at++) {
    const length = strategy === CONSTANT_SIZE ? (entryBytes ?? 0) : reader.int32();
    if (length === NULL_ENTRY || nulls.has(at)) texts.push('null');
    else texts.push(inner(reader.slice(length)));
  }
  return texts;
}

/** A count that the bytes can hold: each entry takes `minBytes`, and no list is longer than its bytes. */
function count(reader: Reader, minBytes: number): number {
  const value = reader.int32();
  if (value < 0 || value * Math.max(minBytes, 1) > reader.remaining + 4 * reader.end) {
    throw new MalformedBytesError(`list of ${value} entries`);
  }
  return value;
}
