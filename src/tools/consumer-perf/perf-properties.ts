import { keyValues, readPropertiesFile } from '../property-sources.ts';

export interface ConsumerPerfPropertySources {
  /** `key=value` texts in order. */
  readonly properties: readonly string[];
  readonly configFile: string | undefined;
  readonly bootstrapServers: string;
  /** Read in this order, after the file: one that cannot be read fails then. */
  group(): string | undefined;
  receiveBufferBytes(): number;
  fetchBytes(): number;
  readonly fromLatest: boolean;
}

const DESERIALIZER = 'org.apache.kafka.common.serialization.ByteArrayDeserializer';
const GROUP_NUMBERS = 100_000;

/** The consumer's properties: options win over properties, these over the file. Source: ConsumerPerformance.ConsumerPerfOptions. */
export async function consumerPerfProperties(
  sources: ConsumerPerfPropertySources,
  random = Math.random,
): Promise<Map<string, string>> {
  const merged = await readPropertiesFile(sources.configFile);
  for (const [name, value] of keyValues(sources.properties)) merged.set(name, value);
  merged.set('bootstrap.servers', sources.bootstrapServers);
  merged.set('group.id', sources.group() ?? `perf-consumer-${Math.floor(random() * GROUP_NUMBERS)}`);
  merged.set('receive.buffer.bytes', String(sources.receiveBufferBytes()));
  merged.set('max.partition.fetch.bytes', String(sources.fetchBytes()));
  merged.set('auto.offset.reset', sources.fromLatest ? 'latest' : 'earliest');
  merged.set('key.deserializer', DESERIALIZER);
  merged.set('value.deserializer', DESERIALIZER);
  merged.set('check.crcs', 'false');
  if (!merged.has('client.id')) merged.set('client.id', 'perf-consumer-client');
  return merged;
}
