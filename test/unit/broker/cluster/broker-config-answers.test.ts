import { AlterConfigOperation, ConfigResourceType } from '../../../../src/protocol/enums.ts';
import { ClusterWorld } from './cluster-world.ts';

const { SET, SUBTRACT, APPEND, DELETE } = AlterConfigOperation;
const wrapped = (reason: string) =>
  `Invalid value org.apache.kafka.common.config.ConfigException: ${reason} for configuration Invalid dynamic configuration`;
const invalid = (name: string, value: string, reason: string): [string, string] => [
  'INVALID_REQUEST',
  `Invalid value ${value} for configuration ${name}: ${reason}`,
];

// Every answer was given by Apache Kafka 4.3.1, in this order.
describe("broker configs are altered only to what the broker would start with (Kafka's DynamicBrokerConfig)", () => {
  let world: ClusterWorld;

  beforeAll(async () => {
    world = await ClusterWorld.open();
  });

  it.each<[broker: string, alterations: [string, number, string | null][], answer: [string, string | null] | null]>([
    [
      '1',
      [['message.max.bytes', SET, '-5']],
      ['INVALID_REQUEST', 'Invalid value -5 for configuration message.max.bytes: Value must be at least 0'],
    ],
    [
      '1',
      [['log.cleaner.threads', SET, '9']],
      ['INVALID_REQUEST', wrapped('Log cleaner threads cannot be increased to more than double the current value 1')],
    ],
    ['1', [['num.network.threads', SET, '1']], null],
    [
      '1',
      [['num.replica.fetchers', SET, '9']],
      [
        'INVALID_REQUEST',
        wrapped(
          'Dynamic thread count update validation failed for num.replica.fetchers=9, value should not be greater than double the current value 1',
        ),
      ],
    ],
    ['1', [['listener.name.plaintext.max.connections', SET, '7']], null],
    ['', [['listener.name.plaintext.max.connections', SET, '7']], null],
    ['1', [['listener.name.plaintext.max.connections', DELETE, null]], null],
    ['', [['listener.name.plaintext.max.connections', DELETE, null]], null],
    ['1', [['listener.name.plaintext.bogus', SET, '7']], null],
    [
      '1',
      [
        ['log.segment.bytes', SET, '5'],
        ['compression.type', SET, 'zz'],
      ],
      [
        'INVALID_REQUEST',
        'Invalid value zz for configuration compression.type: String must be one of: uncompressed, zstd, lz4, snappy, gzip, producer',
      ],
    ],
    [
      '1',
      [
        ['num.partitions', SET, '5'],
        ['node.id', SET, '5'],
      ],
      ['INVALID_REQUEST', 'Cannot update these configs dynamically: [node.id, num.partitions]'],
    ],
    [
      '1',
      [['max.connections.per.ip', SET, '0']],
      [
        'INVALID_REQUEST',
        'requirement failed: max.connections.per.ip can be set to zero only if max.connections.per.ip.overrides property is set.',
      ],
    ],
    [
      '1',
      [['leader.replication.throttled.rate', SET, '-1']],
      [
        'INVALID_REQUEST',
        'Invalid value -1 for configuration leader.replication.throttled.rate: Value must be at least 0',
      ],
    ],
    [
      '1',
      [['leader.replication.throttled.rate', SET, 'x']],
      [
        'INVALID_REQUEST',
        'Invalid value x for configuration leader.replication.throttled.rate: Not a number of type LONG',
      ],
    ],
    [
      '1',
      [['log.retention.ms', SET, '0']],
      ['INVALID_REQUEST', 'requirement failed: log.retention.ms must be unlimited (-1) or, greater than or equal to 1'],
    ],
    [
      '1',
      [['num.io.threads', SUBTRACT, '4']],
      ['INVALID_CONFIG', 'Config value subtract is not allowed for config key: num.io.threads'],
    ],
    [
      '1',
      [['listener.security.protocol.map', SET, 'PLAINTEXT:PLAINTEXT']],
      [
        'INVALID_REQUEST',
        "Error creating broker listeners from '[PLAINTEXT://127.0.0.1:19192, CONTROLLER://127.0.0.1:19193]': No security protocol defined for listener CONTROLLER",
      ],
    ],
    // A broker's lists begin with their default, not with what the file says.
    [
      '1',
      [['listeners', SUBTRACT, 'a']],
      [
        'INVALID_REQUEST',
        "requirement failed: controller.listener.names must contain at least one value appearing in the 'listeners' configuration when running the KRaft controller role",
      ],
    ],
    ['1', [['process.roles', APPEND, 'a']], ['UNKNOWN_SERVER_ERROR', null]],
    ['1', [['no.such.list', APPEND, '4']], ['INVALID_CONFIG', 'Unknown config name: no.such.list']],
    [
      '1',
      [['group.consumer.assignment.interval.ms', SET, '99999999']],
      [
        'INVALID_REQUEST',
        'group.consumer.assignment.interval.ms must be less than or equal to group.consumer.max.assignment.interval.ms',
      ],
    ],
    ['1', [['min.insync.replicas', SET, 'x']], invalid('min.insync.replicas', 'x', 'Not a number of type INT')],
    [
      '1',
      [['min.insync.replicas', SET, '2']],
      ['INVALID_CONFIG', 'Broker-level min.insync.replicas cannot be altered while ELR is enabled.'],
    ],
    ['1', [['max.connections', SET, '0']], ['INVALID_REQUEST', wrapped('Invalid max.connections 0')]],
    [
      '',
      [['max.connection.creation.rate', SET, '0']],
      ['INVALID_REQUEST', wrapped('Invalid max.connection.creation.rate 0')],
    ],
    [
      '',
      [['listener.name.plaintext.max.connections', SET, '0']],
      ['INVALID_REQUEST', wrapped('Invalid max.connections 0')],
    ],
    ['1', [['listener.name.elsewhere.max.connections', SET, '0']], null],
    ['1', [['listener.name.elsewhere.max.connections', DELETE, null]], null],
    [
      '1',
      [['remote.log.reader.threads', SET, '4']],
      [
        'INVALID_REQUEST',
        wrapped(
          'Dynamic thread count update validation failed for remote.log.reader.threads=4, value should be at least half the current value 10',
        ),
      ],
    ],
    ...['1', 'org.apache.kafka.common.metrics.JmxReporter,java.lang.String'].map(
      (reporters): [string, [string, number, string][], [string, string]] => [
        '1',
        [['metric.reporters', SET, reporters]],
        [
          'INVALID_REQUEST',
          wrapped(
            'Validation of dynamic config update of Set(metric.reporters) failed with class class kafka.server.DynamicMetricsReporters',
          ),
        ],
      ],
    ),
    [
      '1',
      [['log.local.retention.ms', SET, '604800001']],
      [
        'INVALID_REQUEST',
        wrapped(
          'Invalid value 604800001 for configuration log.local.retention.ms: Value must not be more than log.retention.ms property value: 604800000',
        ),
      ],
    ],
    [
      '',
      [
        ['log.retention.bytes', SET, '50'],
        ['log.local.retention.bytes', SET, '-1'],
      ],
      [
        'INVALID_REQUEST',
        wrapped(
          'Invalid value -1 for configuration log.local.retention.bytes: Value must not be -1 as log.retention.bytes value is set as 50.',
        ),
      ],
    ],
    [
      '1',
      [['listener.security.protocol.map', SET, 'PLAINTEXT:SSL,CONTROLLER:PLAINTEXT']],
      ['INVALID_REQUEST', wrapped('Security protocol cannot be updated for existing listener ListenerName(PLAINTEXT)')],
    ],
    [
      '1',
      [['cordoned.log.dirs', SET, '*,/nope']],
      ['INVALID_REQUEST', 'requirement failed: When cordoned.log.dirs is set to *, it must not contain other values'],
    ],
    [
      '1',
      [['principal.builder.class', SET, ' 7 ']],
      invalid('principal.builder.class', ' 7 ', 'Class  7  could not be found.'),
    ],
    ['2', [['log.retention.ms', SET, '5']], ['INVALID_REQUEST', 'Unexpected broker id, expected 1, but received 2']],
    ['x', [['log.retention.ms', SET, '5']], ['INVALID_REQUEST', 'Node id must be an integer, but it is: x']],
  ])('broker %p: %j', async (name, alterations, answer) => {
    const asked = alterations.map(([key, operation, value]) => ({ name: key, operation, value }));
    const failure = await world.controller.incrementalAlterConfigs(
      { type: ConfigResourceType.BROKER, name },
      asked,
      false,
    );
    expect(failure && [failure.error, failure.text]).toEqual(answer);
  });

  it('takes effect at once, own values before those for all brokers, and goes away again', async () => {
    const alter = (name: string, operation: number, value: string | null) =>
      world.controller.incrementalAlterConfigs(
        { type: ConfigResourceType.BROKER, name },
        [{ name: 'log.retention.ms', operation, value }],
        false,
      );
    await world.createTopic('inheriting');
    const values = () => [
      world.metadata.brokerConfigValue('log.retention.ms'),
      world.metadata.topicConfigValue('inheriting', 'retention.ms'),
    ];
    expect(values()).toEqual(['604800000', '604800000']);
    await alter('', SET, '5000');
    expect(values()).toEqual(['5000', '5000']);
    await alter('1', SET, '6000');
    expect(values()).toEqual(['6000', '6000']);
    await alter('1', DELETE, null);
    await alter('', DELETE, null);
    expect(values()).toEqual(['604800000', '604800000']);
  });
});

describe('AlterConfigs replaces all values of a resource', () => {
  it('drops what is not named, refuses nulls, loggers and unknown topics', async () => {
    const world = await ClusterWorld.open();
    await world.createTopic('t', 1, { 'retention.ms': '1', 'segment.ms': '2' });
    const replace = (type: number, name: string, configs: [string, string | null][]) =>
      world.controller.replaceConfigs({ type, name }, new Map(configs), false);
    expect(await replace(ConfigResourceType.TOPIC, 't', [['retention.ms', '7']])).toBeNull();
    expect([...world.metadata.configsOf({ type: ConfigResourceType.TOPIC, name: 't' })]).toEqual([
      ['retention.ms', '7'],
    ]);
    expect(await replace(ConfigResourceType.TOPIC, 't', [['retention.ms', null]])).toMatchObject({
      error: 'INVALID_REQUEST',
    });
    expect(await replace(ConfigResourceType.TOPIC, 'u', [])).toEqual({
      error: 'UNKNOWN_TOPIC_OR_PARTITION',
      text: "The topic 'u' does not exist.",
    });
    expect(await replace(ConfigResourceType.BROKER_LOGGER, '1', [])).toEqual({
      error: 'INVALID_REQUEST',
      text: 'Unknown resource type 8',
    });
  });
});

describe('client metrics', () => {
  it.each([
    [APPEND, 'APPEND'],
    [SUBTRACT, 'SUBTRACT'],
  ])('know no %i of elements', async (operation, word) => {
    const world = await ClusterWorld.open();
    const resource = { type: ConfigResourceType.CLIENT_METRICS, name: 'm' };
    const alteration = { name: 'metrics', operation, value: 'org.apache' };
    expect(await world.controller.incrementalAlterConfigs(resource, [alteration], false)).toEqual({
      error: 'INVALID_CONFIG',
      text: `Can't ${word} to key metrics because its type is not LIST.`,
    });
  });
});

describe('loggers of a broker', () => {
  it('are altered in memory and refused as by Kafka', async () => {
    const world = await ClusterWorld.open();
    const resource = { type: ConfigResourceType.BROKER_LOGGER, name: '1' };
    const alter = async (name: string, operation: number, value: string | null) => {
      const failure = await world.controller.incrementalAlterConfigs(resource, [{ name, operation, value }], false);
      return failure && [failure.error, failure.text];
    };
    const level = () =>
      world.metadata.describeConfigs(resource, ['kafka.server.KafkaApis']).map(({ value }) => value)[0];
    expect(await alter('kafka.server.KafkaApis', SET, 'DEBUG')).toBeNull();
    expect(level()).toBe('DEBUG');
    expect(await alter('kafka.server.KafkaApis', DELETE, null)).toBeNull();
    expect(level()).toBe('INFO');
    expect(await alter('no.such.Logger', SET, 'INFO')).toEqual([
      'INVALID_CONFIG',
      'Logger no.such.Logger does not exist!',
    ]);
    expect(await alter('root', DELETE, null)).toEqual([
      'INVALID_REQUEST',
      'Removing the log level of the root logger is not allowed',
    ]);
    expect(await alter('root', SET, 'info')).toEqual([
      'INVALID_CONFIG',
      'Cannot set the log level of root to info as it is not a supported log level. Valid log levels are DEBUG, ERROR, FATAL, INFO, TRACE, WARN',
    ]);
    expect(await alter('root', APPEND, 'INFO')).toEqual([
      'INVALID_REQUEST',
      'APPEND operation is not allowed for the BROKER_LOGGER resource',
    ]);
  });
});
