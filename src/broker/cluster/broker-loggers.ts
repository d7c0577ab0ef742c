import { AlterConfigOperation } from '../../protocol/enums.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { type ConfigAlteration } from './types.ts';

export const ROOT_LOGGER = 'root';
const LEVELS = ['DEBUG', 'ERROR', 'FATAL', 'INFO', 'TRACE', 'WARN'];
/** The rooms of this broker that write to the log, under the names of Kafka's classes that do the same. */
const NAMES = [
  ROOT_LOGGER,
  'kafka.coordinator.transaction.TransactionCoordinator',
  'kafka.log.LogManager',
  'kafka.network.SocketServer',
  'kafka.server.KafkaApis',
  'kafka.server.ReplicaManager',
  'org.apache.kafka.controller.QuorumController',
  'org.apache.kafka.coordinator.group.GroupCoordinatorService',
  'org.apache.kafka.storage.internals.log.LogCleaner',
];

/** Levels of the loggers, changeable while the broker runs and forgotten when it stops (KIP-412). */
export class BrokerLoggers {
  private readonly set = new Map<string, string>([[ROOT_LOGGER, 'INFO']]);

  /** Effective level by name: a logger without its own has the root's. */
  levels(): Map<string, string> {
    return new Map(NAMES.map((name) => [name, this.levelOf(name)]));
  }

  levelOf(name: string): string {
    return this.set.get(name) ?? (this.set.get(ROOT_LOGGER) as string);
  }

  /** All or nothing. Throws KafkaError. */
  alter(alterations: readonly ConfigAlteration[], validateOnly: boolean): void {
    for (const alteration of alterations) checkAlteration(alteration);
    if (validateOnly) return;
    for (const { name, operation, value } of alterations) {
      if (operation === AlterConfigOperation.DELETE) this.set.delete(name);
      else this.set.set(name, value as string);
    }
  }
}

function checkAlteration({ name, operation, value }: ConfigAlteration): void {
  if (operation === AlterConfigOperation.APPEND || operation === AlterConfigOperation.SUBTRACT) {
    const what = operation === AlterConfigOperation.APPEND ? 'APPEND' : 'SUBTRACT';
    throw new KafkaError('INVALID_REQUEST', `${what} operation is not allowed for the BROKER_LOGGER resource`);
  }
  if (operation !== AlterConfigOperation.SET && operation !== AlterConfigOperation.DELETE) {
    throw new KafkaError(
      'INVALID_REQUEST',
      `Unknown operation type ${operation} is not allowed for the BROKER_LOGGER resource`,
    );
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
