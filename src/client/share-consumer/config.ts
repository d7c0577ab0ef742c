import { ConfigError } from '../../util/config-definition.ts';
import { type ConsumerConfig, parseConsumerConfig } from '../configs/consumer.ts';

/** Keys that the group decides on the broker, in the order in which Java looks. Source: ShareConsumerConfig. */
const FOREIGN = [
  'auto.offset.reset',
  'enable.auto.commit',
  'group.instance.id',
  'isolation.level',
  'partition.assignment.strategy',
  'interceptor.classes',
  'session.timeout.ms',
  'heartbeat.interval.ms',
  'group.protocol',
  'group.remote.assignor',
];

/** Throws ConfigError. */
export function parseShareConsumerConfig(given: ReadonlyMap<string, string>): ConsumerConfig['values'] {
  const { values } = parseConsumerConfig(given);
  const foreign = FOREIGN.find((name) => given.has(name));
  if (foreign !== undefined) throw new ConfigError(`${foreign} cannot be set when using a share group.`);
  return values;
}
