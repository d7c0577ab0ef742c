/** A setting that has an option of its own. */
import { keyValues, readPropertiesFile } from '../property-sources.ts';

export interface OptionSetting {
  readonly key: string;
  readonly value: string;
  /** The option is on the command line: it then beats properties; otherwise its value is only a default. */
  readonly isGiven: boolean;
}

export interface ProducerPropertySources {
  readonly configFile: string | undefined;
  /** `key=value` texts in order. */
  readonly properties: readonly string[];
  readonly bootstrapServers: string;
  readonly compression: string;
  readonly options: readonly OptionSetting[];
}

export interface ProducerProperties {
  readonly properties: ReadonlyMap<string, string>;
  /** Settings that the user chose, by whatever means. */
  readonly chosen: ReadonlySet<string>;
}

const BYTE_ARRAY_SERIALIZER = 'org.apache.kafka.common.serialization.ByteArraySerializer';

/**
 * The producer's properties: option given > property > file > the option's default. Bootstrap servers and the codec always
 * come from their options, serializers are fixed. Source: ConsoleProducerOptions.
 */
export async function producerProperties(sources: ProducerPropertySources): Promise<ProducerProperties> {
  const { configFile, properties, bootstrapServers, compression, options } = sources;
  const merged = await readPropertiesFile(configFile);
  for (const [key, value] of keyValues(properties)) merged.set(key, value);
  const chosen = new Set(merged.keys());
  for (const { key, isGiven } of options) if (isGiven) chosen.add(key);
  merged.set('bootstrap.servers', bootstrapServers);
  merged.set('compression.type', compression);
  if (!merged.has('client.id')) merged.set('client.id', 'console-producer');
  merged.set('key.serializer', BYTE_ARRAY_SERIALIZER);
  merged.set('value.serializer', BYTE_ARRAY_SERIALIZER);
  for (const { key, value, isGiven } of options) if (isGiven || !merged.has(key)) merged.set(key, value);
  return { properties: merged, chosen };
}

/** The reader's properties: those of the command line over those of the file, and the topic. */
export async function readerProperties(
  configFile: string | undefined,
  properties: readonly string[],
  topic: string,
): Promise<Map<string, string>> {
  const merged = await readPropertiesFile(configFile);
  merged.set('topic', topic);
  for (const [key, value] of keyValues(properties)) merged.set(key, value);
  return merged;
}
