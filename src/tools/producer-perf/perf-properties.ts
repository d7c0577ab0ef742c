import { randomUUID } from 'node:crypto';
import { JavaError } from '../../util/java-error.ts';
import { readPropertiesFile } from '../property-sources.ts';

export interface PerfPropertySources {
  readonly bootstrapServers: string | undefined;
  readonly configFile: string | undefined;
  /** `key=value` texts: exactly one `=`, something on both sides. */
  readonly properties: readonly string[];
  readonly transactionalId: string | undefined;
  readonly transactionDurationMs: number | undefined;
}

export interface PerfProperties {
  readonly properties: ReadonlyMap<string, string>;
  /** How long a transaction lasts, where there are transactions. */
  readonly transactionDurationMs: number;
}

const DEFAULT_TRANSACTION_DURATION_MS = 3000;
const BYTE_ARRAY_SERIALIZER = 'org.apache.kafka.common.serialization.ByteArraySerializer';

/** Option > property > file. Any sign of transactions switches them on, with an id made up where none is given. Throws JavaError. */
export async function perfProperties(sources: PerfPropertySources): Promise<PerfProperties> {
  const { bootstrapServers, configFile, transactionalId, transactionDurationMs } = sources;
  const merged = await readPropertiesFile(configFile);
  for (const text of sources.properties) {
    const parts = text.replace(/=+$/, '').split('=');
    if (parts.length !== 2) throw new JavaError('java.lang.IllegalArgumentException', `Invalid property: ${text}`);
    merged.set(parts[0] as string, parts[1] as string);
  }
  merged.set('key.serializer', BYTE_ARRAY_SERIALIZER);
  merged.set('value.serializer', BYTE_ARRAY_SERIALIZER);
  if (!merged.has('client.id')) merged.set('client.id', 'perf-producer-client');
  if (bootstrapServers !== undefined) merged.set('bootstrap.servers', bootstrapServers);
  if (transactionalId !== undefined) merged.set('transactional.id', transactionalId);
  else if (transactionDurationMs !== undefined && !merged.has('transactional.id')) {
    merged.set('transactional.id', `performance-producer-${randomUUID()}`);
  }
  return { properties: merged, transactionDurationMs: transactionDurationMs ?? DEFAULT_TRANSACTION_DURATION_MS };
}
