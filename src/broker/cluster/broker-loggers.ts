import { AlterConfigOperation } from '../../protocol/enums.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { type LogLevels, type Threshold } from '../../util/log-levels.ts';
import { type ConfigAlteration } from './types.ts';

export const ROOT_LOGGER = 'root';
const LEVELS = ['DEBUG', 'ERROR', 'FATAL', 'INFO', 'TRACE', 'WARN'];
/** Names of Kafka's classes, and our loggers of the rooms that do the same. */
const LOGGERS: Readonly<Record<string, string>> = {
  'kafka.coordinator.transaction.TransactionCoordinator': 'klamm.transactions',
  'kafka.log.LogManager': 'klamm.log',
  'kafka.network.SocketServer': 'klamm.net',
  'kafka.server.BrokerServer': 'klamm.broker',
  'kafka.server.KafkaApis': 'klamm.dispatch',
  'kafka.server.ReplicaManager': 'klamm.replicas',
  'org.apache.kafka.controller.QuorumController': 'klamm.cluster',
  'org.apache.kafka.coordinator.group.GroupCoordinatorService': 'klamm.groups',
  'org.apache.kafka.coordinator.share.ShareCoordinatorService': 'klamm.share-groups',
};
const NAMES = [ROOT_LOGGER, ...Object.keys(LOGGERS)];

/** Levels of the loggers, changeable while the broker runs and forgotten when it stops (KIP-412). */
export class BrokerLoggers {
  private readonly set: LogLevels;

  constructor(levels: LogLevels) {
    this.set = levels;
  }

  /** Effective level by name: a logger without its own has the root's. */
  levels(): Map<string, string> {
    return new Map(NAMES.map((name) => [name, this.levelOf(name)]));
  }

  levelOf(name: string): string {
    return this.set.of(LOGGERS[name] ?? ROOT_LOGGER);
  }

  /** All or nothing. Throws KafkaError. */
  alter(alterations: readonly ConfigAlteration[], validateOnly: boolean): void {
    for (const alteration of alterations) checkAlteration(alteration);
    if (validateOnly) return;
    for (const { name, operation, value } of alterations) {
      const level = operation === AlterConfigOperation.DELETE ? null : (value as Threshold);
      const logger = LOGGERS[name];
      if (logger !== undefined) this.set.set(logger, level);
      else if (level !== null) this.set.root = level;
    }
  }
}

function checkAlteration({ name, operation, value }: ConfigAlteration): void {
  if (operation === AlterConfigOperation.APPEND || operation === AlterConfigOperation.SUBTRACT) {
    const what = operation === AlterConfigOperation.APPEND ? 'APPEND' : 'SUBTRACT';
    throw new KafkaError('INVALID_REQUEST', `${what} operation is not allowed for the BROKER_LOGGER resource`);
  }
  if (!NAMES.includes(name)) throw new KafkaError('INVALID_CONFIG', `Logger ${name} does not exist!`);
  if (operation === AlterConfigOperation.DELETE) {
    if (name !== ROOT_LOGGER) return;
    throw new KafkaError('INVALID_REQUEST', 'Removing the log level of the root logger is not allowed');
  }
  if (value === null || LEVELS.includes(value)) return;
  const valid = `Valid log levels are ${LEVELS.join(', ')}`;
  throw new KafkaError(
    'INVALID_CONFIG',
    `Cannot set the log level of ${name} to ${value} as it is not a supported log level. ${valid}`,
  );
}
