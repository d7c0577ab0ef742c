/** What may stand as the value of an option: a few words, or the names of what there is in the cluster now. */
export type CompletedValues = readonly string[] | LiveNames;
/** Asked from the cluster that the command line names before the cursor. */
export type LiveNames = 'topics' | 'groups' | 'entities';

const CODECS = ['none', 'gzip', 'snappy', 'lz4', 'zstd'];
const FLAGS = ['true', 'false'];
const GROUP_PROTOCOLS = ['classic', 'consumer'];
const ISOLATION_LEVELS = ['read_uncommitted', 'read_committed'];
const RESET_POLICIES = ['earliest', 'latest', 'none'];
const SERIALIZED = [
  'ByteArray',
  'ByteBuffer',
  'Bytes',
  'Boolean',
  'Double',
  'Float',
  'Integer',
  'List',
  'Long',
  'Short',
];
const DESERIALIZERS = [...SERIALIZED, 'String', 'UUID', 'Void'].map(
  (type) => `org.apache.kafka.common.serialization.${type}Deserializer`,
);

/** `name=value` for the few values there are, `name=` where they are many. */
function pairs(known: Readonly<Record<string, readonly string[]>>): string[] {
  return Object.entries(known).flatMap(([name, values]) =>
    values.length === 0 ? [`${name}=`] : values.map((value) => `${name}=${value}`),
  );
}

const PRODUCER_PROPERTIES = pairs({
  acks: ['all', '1', '0'],
  'batch.size': [],
  'buffer.memory': [],
  'client.id': [],
  'compression.type': CODECS,
  'delivery.timeout.ms': [],
  'enable.idempotence': FLAGS,
  'linger.ms': [],
  'max.request.size': [],
});
const CONSUMER_PROPERTIES = pairs({
  'auto.offset.reset': RESET_POLICIES,
  'client.id': [],
  'enable.auto.commit': FLAGS,
  'fetch.min.bytes': [],
  'group.id': [],
  'group.instance.id': [],
  'group.protocol': GROUP_PROTOCOLS,
  'isolation.level': ISOLATION_LEVELS,
  'max.poll.records': [],
});
const READER_PROPERTIES = pairs({
  'parse.key': FLAGS,
  'parse.headers': FLAGS,
  'key.separator': [],
  'headers.delimiter': [],
  'headers.separator': [],
  'headers.key.separator': [],
  'ignore.error': FLAGS,
  'null.marker': [],
});
const FORMATTER_PROPERTIES = pairs({
  'print.key': FLAGS,
  'print.value': FLAGS,
  'print.timestamp': FLAGS,
  'print.partition': FLAGS,
  'print.offset': FLAGS,
  'print.epoch': FLAGS,
  'print.headers': FLAGS,
  'key.separator': [],
  'line.separator': [],
  'headers.separator': [],
  'null.literal': [],
});
const TOPIC_CONFIGS = pairs({
  'cleanup.policy': ['delete', 'compact'],
  'compression.type': ['producer', 'uncompressed', ...CODECS.slice(1)],
  'max.message.bytes': [],
  'message.timestamp.type': ['CreateTime', 'LogAppendTime'],
  'min.insync.replicas': [],
  'retention.bytes': [],
  'retention.ms': [],
  'segment.bytes': [],
  'segment.ms': [],
});

/** By the name of the option, which means the same in every tool. */
const VALUES: Readonly<Record<string, CompletedValues>> = {
  topic: 'topics',
  include: 'topics',
  'topic-list': 'topics',
  group: 'groups',
  'group-id': 'groups',
  'entity-name': 'entities',
  'add-config': TOPIC_CONFIGS,
  'assignment-strategy': ['Range', 'RoundRobin', 'Sticky', 'CooperativeSticky'].map(
    (name) => `org.apache.kafka.clients.consumer.${name}Assignor`,
  ),
  'compression-codec': CODECS,
  config: TOPIC_CONFIGS,
  'consumer-property': CONSUMER_PROPERTIES,
  'entity-type': ['topics', 'clients', 'users', 'brokers', 'broker-loggers', 'ips', 'client-metrics', 'groups'],
  formatter: [
    ...['Default', 'Logging', 'NoOp', 'Offsets', 'GroupMetadata', 'TransactionLog', 'ShareGroup'].map(
      (name) => `org.apache.kafka.tools.consumer.${name}MessageFormatter`,
    ),
    'org.apache.kafka.tools.consumer.group.share.ShareGroupStateMessageFormatter',
  ],
  'formatter-property': FORMATTER_PROPERTIES,
  'group-protocol': GROUP_PROTOCOLS,
  'group-type': ['classic', 'consumer', 'share', 'streams'],
  'isolation-level': ISOLATION_LEVELS,
  'key-deserializer': DESERIALIZERS,
  'line-reader': ['org.apache.kafka.tools.LineMessageReader'],
  offset: ['earliest', 'latest'],
  operation: [
    ...['All', 'Read', 'Write', 'Create', 'Delete', 'Alter', 'Describe', 'ClusterAction'],
    ...['DescribeConfigs', 'AlterConfigs', 'IdempotentWrite', 'CreateTokens', 'DescribeTokens', 'TwoPhaseCommit'],
  ],
  'producer-acks': ['all', '1'],
  'producer-property': PRODUCER_PROPERTIES,
  'producer-props': PRODUCER_PROPERTIES,
  'reader-property': READER_PROPERTIES,
  'request-required-acks': ['all', '-1', '0', '1'],
  'reset-policy': RESET_POLICIES,
  time: ['latest', 'earliest', 'max-timestamp', 'earliest-local', 'latest-tiered', 'earliest-pending-upload'],
  'value-deserializer': DESERIALIZERS,
};

/** Where the name of the option does not say enough: `command.option`. */
const VALUES_OF_COMMAND: Readonly<Record<string, CompletedValues>> = {
  'cluster.config': [],
  'storage.config': [],
  'consumer-groups.type': GROUP_PROTOCOLS,
  'consumer-groups.state': [
    ...['Stable', 'Empty', 'Dead', 'PreparingRebalance', 'CompletingRebalance', 'Assigning', 'Reconciling'],
  ],
  'console-producer.property': READER_PROPERTIES,
  'console-producer.command-property': PRODUCER_PROPERTIES,
  'producer-perf-test.command-property': PRODUCER_PROPERTIES,
  'console-consumer.property': FORMATTER_PROPERTIES,
  'console-consumer.command-property': CONSUMER_PROPERTIES,
  'console-share-consumer.property': FORMATTER_PROPERTIES,
  'consumer-perf-test.command-property': CONSUMER_PROPERTIES,
};

/** Empty: file names. */
export function completedValues(command: string, option: string): CompletedValues {
  return VALUES_OF_COMMAND[`${command}.${option}`] ?? VALUES[option] ?? [];
}
