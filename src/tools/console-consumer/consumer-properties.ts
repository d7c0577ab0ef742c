import { inHashOrder } from '../../util/java-hash-map.ts';
import { UsageError } from '../../util/usage-error.ts';
import { keyValues, readPropertiesFile } from '../property-sources.ts';
import { type FormatterProperties } from './formatter.ts';

export interface ConsumerPropertySources {
  readonly configFile: string | undefined;
  /** `key=value` texts in order. */
  readonly properties: readonly string[];
  readonly bootstrapServers: string;
  /** `--group`. */
  readonly group: string | undefined;
  readonly isolationLevel: string;
  /** The option is on the command line: otherwise properties come first. */
  readonly isIsolationLevelGiven: boolean;
  readonly fromBeginning: boolean;
}

export interface ConsumerProperties {
  readonly properties: Map<string, string>;
  /** The user named a group somewhere: it is remembered, unlike a made-up one. */
  readonly isGroupGiven: boolean;
}

const DESERIALIZER = 'org.apache.kafka.common.serialization.ByteArrayDeserializer';

/**
 * The consumer's properties: option given > property > file > the option's default. Throws UsageError when group ids differ or
 * the start is asked for twice. Source: ConsoleConsumerOptions.
 */
export async function consumerProperties(
  sources: ConsumerPropertySources,
  random = Math.random,
): Promise<ConsumerProperties> {
  const file = await readPropertiesFile(sources.configFile);
  const given = keyValues(sources.properties);
  const merged = new Map<string, string>([...file, ...given]);
  const groupIds = new Set(
    [sources.group, given.get('group.id'), file.get('group.id')].filter((id) => id !== undefined),
  );
  if (groupIds.size > 1) {
    const detected = inHashOrder([...groupIds], (id) => id)
      .map((id) => `'${id}'`)
      .join(', ');
    throw new UsageError(
      `The group ids provided in different places (directly using '--group', via '--consumer-property', or via '--consumer.config') do not match. Detected group ids: ${detected}`,
    );
  }
  const [groupId] = groupIds;
  if (groupId === undefined) {
    merged.set('group.id', `console-consumer-${Math.floor(random() * 100_000)}`);
    // Nothing is to be remembered of a group with a made-up name.
    if (!merged.has('enable.auto.commit')) merged.set('enable.auto.commit', 'false');
  } else merged.set('group.id', groupId);
  const reset = merged.get('auto.offset.reset');
  if (reset !== undefined && sources.fromBeginning && reset !== 'earliest') {
    throw new UsageError(
      `Can't simultaneously specify --from-beginning and 'auto.offset.reset=${reset}', please remove one option`,
      false,
    );
  }
  merged.set('auto.offset.reset', reset ?? (sources.fromBeginning ? 'earliest' : 'latest'));
  merged.set('bootstrap.servers', sources.bootstrapServers);
  if (sources.isIsolationLevelGiven || !merged.has('isolation.level')) {
    merged.set('isolation.level', sources.isolationLevel);
  }
  merged.set('key.deserializer', DESERIALIZER);
  merged.set('value.deserializer', DESERIALIZER);
  return { properties: merged, isGroupGiven: groupId !== undefined };
}

export interface FormatterPropertySources {
  readonly configFile: string | undefined;
  readonly properties: readonly string[];
  readonly keyDeserializer: string | undefined;
  readonly valueDeserializer: string | undefined;
}

/** The formatter's properties: those of the command line over the deserializer options over those of the file. */
export async function formatterProperties(sources: FormatterPropertySources): Promise<FormatterProperties> {
  const merged = await readPropertiesFile(sources.configFile);
  for (const [name, value] of [
    ['key.deserializer', sources.keyDeserializer],
    ['value.deserializer', sources.valueDeserializer],
  ] as const) {
    if (value) merged.set(name, value);
  }
  for (const [name, value] of keyValues(sources.properties)) merged.set(name, value);
  return merged;
}
