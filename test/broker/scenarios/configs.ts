import { AlterConfigOperation, ConfigResourceType } from '../../../src/protocol/enums.ts';
import { alterConfigs } from '../../../src/protocol/messages/33-alter-configs.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { type Exchange } from './exchange.ts';

const { SET, DELETE, APPEND, SUBTRACT } = AlterConfigOperation;
const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ConfigResourceType;
const UNKNOWN_OPERATION = 9;
const UNKNOWN_TYPE = 3;

type Operation = readonly [name: string, operation: number, value: string | null];
type Step = readonly [type: number, resource: string, operations: readonly Operation[]];

const TOPIC_VALUES: readonly Operation[] = [
  ...['1', '0', '-1', '-2', 'x', '', ' 5 ', '9223372036854775808', '5.5', null].map(
    (value): Operation => ['retention.ms', SET, value],
  ),
  ...['delete', 'compact,delete', 'compact, delete', 'nope', '', 'delete,delete'].map(
    (value): Operation => ['cleanup.policy', SET, value],
  ),
  ['remote.storage.enable', SET, 'true'],
  ['local.retention.ms', SET, '99999999999'],
  ['segment.bytes', SET, '100'],
  ['leader.replication.throttled.replicas', SET, '1:x'],
  ['leader.replication.throttled.replicas', SET, '*'],
  ['min.insync.replicas', SET, '0'],
  ['message.timestamp.type', SET, 'X'],
  ['flush.messages', SET, '0'],
  ['compression.gzip.level', SET, '99'],
];

/** In this order: some steps stand on what others did. */
const STEPS: readonly Step[] = [
  [TOPIC, 't', [['cleanup.policy', APPEND, 'compact']]],
  [TOPIC, 't', [['cleanup.policy', SUBTRACT, 'delete,nope']]],
  [
    TOPIC,
    't',
    [
      ['min.compaction.lag.ms', SET, '100'],
      ['max.compaction.lag.ms', SET, '10'],
    ],
  ],
  [TOPIC, 't', [['retention.ms', APPEND, '7']]],
  [
    TOPIC,
    't',
    [
      ['retention.ms', SET, '1'],
      ['retention.ms', DELETE, null],
    ],
  ],
  [TOPIC, 't', [['retention.ms', UNKNOWN_OPERATION, '1']]],
  [TOPIC, 't', []],
  [TOPIC, 't', [['', SET, '1']]],
  [TOPIC, '', [['retention.ms', SET, '1']]],
  [TOPIC, 'a b', [['retention.ms', SET, '1']]],
  [TOPIC, '__cluster_metadata', [['retention.ms', SET, '1']]],
  [BROKER, '1', [['log.cleaner.threads', SET, '2']]],
  [BROKER, '1', [['log.cleaner.threads', APPEND, '2']]],
  [BROKER, '1', [['log.cleaner.threads', DELETE, null]]],
  [BROKER, '1', [['log.cleaner.threads', UNKNOWN_OPERATION, '2']]],
  [BROKER, '7', [['log.cleaner.threads', SET, '2']]],
  [BROKER, 'x', [['log.cleaner.threads', SET, '2']]],
  [BROKER, '', [['max.connections', SET, '-1']]],
  [BROKER, '', [['node.id', SET, '1']]],
  [BROKER, '', [['no.such', SET, '1']]],
  [BROKER, '', [['no.such', DELETE, null]]],
  [BROKER, '', [['listeners', SET, 'PLAINTEXT://:1']]],
  [BROKER, '1', [['ssl.keystore.location', SET, '/x']]],
  [BROKER, '', [['min.insync.replicas', DELETE, null]]],
  [BROKER, '1', [['min.insync.replicas', SET, '1']]],
  [BROKER, '', [['message.max.bytes', SET, 'x']]],
  [GROUP, 'g', [['consumer.session.timeout.ms', SET, '1']]],
  [GROUP, 'g', [['consumer.session.timeout.ms', SET, '50000']]],
  [GROUP, 'g', [['consumer.session.timeout.ms', UNKNOWN_OPERATION, '50000']]],
  [GROUP, 'g', [['share.auto.offset.reset', SET, 'x']]],
  [GROUP, 'g', [['share.auto.offset.reset', SET, 'by_duration:PT1H']]],
  [
    GROUP,
    'g',
    [
      ['consumer.session.timeout.ms', DELETE, null],
      ['share.auto.offset.reset', DELETE, null],
    ],
  ],
  [GROUP, '', [['consumer.session.timeout.ms', SET, '50000']]],
  [GROUP, 'g', [['nope', SET, '1']]],
  [CLIENT_METRICS, 'm', [['interval.ms', SET, '5']]],
  [CLIENT_METRICS, 'm', [['match', SET, 'x=1']]],
  [CLIENT_METRICS, 'm', [['nope', SET, '500']]],
  [CLIENT_METRICS, '', [['interval.ms', SET, '500']]],
  [BROKER_LOGGER, '1', [['root', DELETE, null]]],
  [BROKER_LOGGER, '1', [['nope', SET, 'INFO']]],
  [BROKER_LOGGER, '1', [['root', SET, 'bad']]],
  [BROKER_LOGGER, '1', [['root', APPEND, 'INFO']]],
  [BROKER_LOGGER, '1', [['root', UNKNOWN_OPERATION, 'INFO']]],
  [BROKER_LOGGER, '2', [['root', SET, 'INFO']]],
  [BROKER_LOGGER, 'x', [['root', SET, 'INFO']]],
  [BROKER_LOGGER, '', [['root', SET, 'INFO']]],
  [UNKNOWN_TYPE, 'x', [['a', SET, '1']]],
  [0, 'x', [['a', SET, '1']]],
];

/** IncrementalAlterConfigs and AlterConfigs of every kind of resource. Ends with the values it began with. */
export async function configsScenario(exchange: Exchange): Promise<void> {
  await exchange.createTopic('t');
  const nameOf = (type: number, name: string) => (type === TOPIC && name === 't' ? `${exchange.prefix}t` : name);
  const alter = ([type, name, operations]: Step, validateOnly: boolean) => {
    const words = operations.map(([key, operation, value]) => `${key} ${operation} ${value}`).join(', ');
    const configs = operations.map(([key, configOperation, value]) => ({ name: key, configOperation, value }));
    return exchange.step(`alter ${type} "${name}": ${words}`, incrementalAlterConfigs, 1, {
      resources: [{ resourceType: type, resourceName: nameOf(type, name), configs }],
      validateOnly,
    });
  };
  for (const operation of TOPIC_VALUES) await alter([TOPIC, 't', [operation]], true);
  for (const step of STEPS) await alter(step, false);

  const replace = (type: number, name: string, configs: readonly (readonly [string, string | null])[]) =>
    exchange.step(`replace ${type} "${name}": ${configs.join(', ')}`, alterConfigs, 2, {
      resources: [
        {
          resourceType: type,
          resourceName: nameOf(type, name),
          configs: configs.map(([key, value]) => ({ name: key, value })),
        },
      ],
      validateOnly: false,
    });
  await replace(TOPIC, 't', [['segment.ms', '9']]);
  await replace(TOPIC, 't', [['segment.ms', null]]);
  await replace(TOPIC, 't', [
    ['segment.ms', '1'],
    ['segment.ms', '2'],
  ]);
  await replace(TOPIC, 't', [['no.such', '2']]);
  await replace(TOPIC, 't', []);
  await replace(BROKER_LOGGER, '1', [['root', 'INFO']]);
  await replace(UNKNOWN_TYPE, 'x', [['a', '1']]);
}
