import { UsageError } from '../../util/usage-error.ts';
import { keyValues, readPropertiesFile } from '../property-sources.ts';

export interface SharePropertySources {
  readonly configFile: string | undefined;
  /** `key=value` texts in order. */
  readonly properties: readonly string[];
  readonly bootstrapServers: string;
  /** `--group`. */
  readonly group: string | undefined;
}

const NAME = 'console-share-consumer';
const DESERIALIZER = 'org.apache.kafka.common.serialization.ByteArrayDeserializer';

/**
 * The share consumer's properties: option given > property > file. Throws UsageError when group ids differ.
 * Source: ConsoleShareConsumerOptions.
 */
export async function shareConsumerProperties(sources: SharePropertySources): Promise<Map<string, string>> {
  const file = await readPropertiesFile(sources.configFile);
  const given = keyValues(sources.properties);
  const named = [sources.group, given.get('group.id'), file.get('group.id')].filter((id) => id !== undefined);
  const groupIds = new Set(named);
  if (groupIds.size > 1) {
    const detected = [...groupIds].map((id) => `'${id}'`).join(', ');
    throw new UsageError(
      `The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer-config') do not match. Detected group ids: ${detected}`,
    );
  }
  const merged = new Map<string, string>([...file, ...given]);
  merged.set('bootstrap.servers', sources.bootstrapServers);
  if (!merged.has('client.id')) merged.set('client.id', NAME);
  merged.set('group.id', named[0] ?? NAME);
  merged.set('share.acknowledgement.mode', 'explicit');
  merged.set('key.deserializer', DESERIALIZER);
  merged.set('value.deserializer', DESERIALIZER);
  return merged;
}
