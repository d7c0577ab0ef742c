import { type ItemFailure, type NewTopic, type TopicImage } from '../../../../src/broker/cluster/index.ts';
import { ClusterWorld, kafkaDisk } from './cluster-world.ts';

const LONG_NAME = 'a'.repeat(250);
const CHARACTERS = "contains one or more characters other than ASCII alphanumerics, '.', '_' and '-'";

type Answer = [error: string, text: string] | 'OK';

function outcome(result: TopicImage | ItemFailure | null): Answer {
  return result !== null && 'error' in result ? [result.error, result.text ?? ''] : 'OK';
}

type Parts = Partial<Omit<NewTopic, 'assignments' | 'configs'>> & {
  assignments?: Record<number, number[]>;
  configs?: Record<string, string | null>;
};

function newTopic(name: string, { assignments, configs, ...parts }: Parts): NewTopic {
  const replicas = Object.entries(assignments ?? {}).map(([partition, one]) => [Number(partition), one] as const);
  return {
    name,
    partitionCount: assignments ? -1 : 1,
    replicationFactor: assignments ? -1 : 1,
    assignments: new Map(replicas),
    configs: new Map(Object.entries(configs ?? {})),
    ...parts,
  };
}

// Every answer was given by Apache Kafka 4.3.1, in this order, on a node with topic "orders" (3 partitions).
describe('topics are refused and created as by Apache Kafka', () => {
  let world: ClusterWorld;

  beforeAll(async () => {
    world = await ClusterWorld.open({ fileSystem: kafkaDisk(), formats: false });
  });

  it.each<[name: string, parts: Parts, answer: Answer]>([
    ['bad/name', {}, ['INVALID_TOPIC_EXCEPTION', `Topic name is invalid: 'bad/name' ${CHARACTERS}`]],
    ['', {}, ['INVALID_TOPIC_EXCEPTION', 'Topic name is invalid: the empty string is not allowed']],
    ['.', {}, ['INVALID_TOPIC_EXCEPTION', "Topic name is invalid: '.' is not allowed"]],
    ['..', {}, ['INVALID_TOPIC_EXCEPTION', "Topic name is invalid: '..' is not allowed"]],
    [
      LONG_NAME,
      {},
      [
        'INVALID_TOPIC_EXCEPTION',
        `Topic name is invalid: the length of '${LONG_NAME}' is longer than the max allowed length 249`,
      ],
    ],
    ['__cluster_metadata', {}, ['INVALID_REQUEST', 'Creation of internal topic __cluster_metadata is prohibited.']],
    ['orders', {}, ['TOPIC_ALREADY_EXISTS', "Topic 'orders' already exists."]],
    ['a.b', {}, 'OK'],
    ['a_b', {}, ['INVALID_TOPIC_EXCEPTION', "Topic 'a_b' collides with existing topic: a.b"]],
    [
      'z0',
      { partitionCount: 0 },
      ['INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.'],
    ],
    [
      'z1',
      { partitionCount: -2 },
      ['INVALID_PARTITIONS', 'Number of partitions was set to an invalid non-positive value.'],
    ],
    [
      'z2',
      { replicationFactor: 0 },
      ['INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.'],
    ],
    [
      'z3',
      { replicationFactor: -2 },
      ['INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.'],
    ],
    [
      'z4',
      { replicationFactor: 3 },
      [
        'INVALID_REPLICATION_FACTOR',
        'Unable to replicate the partition 3 time(s): The target replication factor of 3 cannot be reached because only 1 broker(s) are registered or some brokers have all their log directories cordoned.',
      ],
    ],
    [
      'z5',
      { partitionCount: 100_000_000 },
      ['POLICY_VIOLATION', 'Excessively large number of partitions per request.'],
    ],
    ['z6', { configs: { bogus: '1' } }, ['INVALID_CONFIG', 'Unknown topic config name: bogus']],
    [
      'z7',
      { configs: { 'retention.ms': 'abc' } },
      ['INVALID_CONFIG', 'Invalid value abc for configuration retention.ms: Not a number of type LONG'],
    ],
    [
      'z8',
      { configs: { 'retention.ms': null } },
      ['INVALID_CONFIG', 'Null value not supported for topic configs: retention.ms'],
    ],
    [
      'z9',
      { configs: { 'min.insync.replicas': '0' } },
      ['INVALID_CONFIG', 'Invalid value 0 for configuration min.insync.replicas: Value must be at least 1'],
    ],
    ['z10', { partitionCount: 10_001 }, ['POLICY_VIOLATION', 'Excessively large number of partitions per request.']],
    ['z11', { partitionCount: -1, replicationFactor: -1 }, 'OK'],
    [
      'z13',
      { configs: { 'cleanup.policy': 'foo' } },
      ['INVALID_CONFIG', 'Invalid value foo for configuration cleanup.policy: String must be one of: compact, delete'],
    ],
    ['z14', { configs: { 'retention.ms': ' 77 ' } }, 'OK'],
    ['z15', { replicationFactor: 3, configs: { bogus: '1' } }, ['INVALID_CONFIG', 'Unknown topic config name: bogus']],
    ['__consumer_offsets', {}, ['TOPIC_ALREADY_EXISTS', "Topic '__consumer_offsets' already exists."]],
    [
      'z16',
      { partitionCount: 0, replicationFactor: 0 },
      ['INVALID_REPLICATION_FACTOR', 'Replication factor must be larger than 0, or -1 to use the default value.'],
    ],
    [
      'm1',
      { assignments: { 0: [9] } },
      [
        'INVALID_REPLICA_ASSIGNMENT',
        'The manual partition assignment includes broker 9, but no such broker is registered.',
      ],
    ],
    [
      'm2',
      { assignments: { 0: [1, 1] } },
      ['INVALID_REPLICA_ASSIGNMENT', 'The manual partition assignment includes the broker 1 more than once.'],
    ],
    [
      'm3',
      { assignments: { 0: [] } },
      ['INVALID_REPLICA_ASSIGNMENT', 'The manual partition assignment includes an empty replica list.'],
    ],
    [
      'm4',
      { assignments: { 1: [1] } },
      ['INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence'],
    ],
    [
      'm5',
      { assignments: { 0: [1], 2: [1] } },
      ['INVALID_REPLICA_ASSIGNMENT', 'partitions should be a consecutive 0-based integer sequence'],
    ],
    ['m6', { assignments: { 0: [1], 1: [1] } }, 'OK'],
    [
      'm7',
      { assignments: { 0: [1], 1: [1, 2] } },
      [
        'INVALID_REPLICA_ASSIGNMENT',
        'The manual partition assignment includes broker 2, but no such broker is registered.',
      ],
    ],
    [
      'm8',
      { assignments: { 0: [1] }, partitionCount: 1 },
      ['INVALID_REQUEST', 'A manual partition assignment was specified, but numPartitions was not set to -1.'],
    ],
  ])('create %p %j', async (name, parts, answer) => {
    const topic = newTopic(name, parts);
    const before = world.metadata.topics.size;
    expect(outcome(await world.controller.createTopic(topic, true))).toEqual(answer);
    expect(world.metadata.topics.size).toBe(before);
    expect(outcome(await world.controller.createTopic(topic, false))).toEqual(answer);
  });

  it.each<[name: string, count: number, assignments: number[][] | null, answer: Answer]>([
    [
      'orders',
      1,
      null,
      ['INVALID_PARTITIONS', 'The topic orders currently has 3 partition(s); 1 would not be an increase.'],
    ],
    ['orders', 3, null, ['INVALID_PARTITIONS', 'Topic already has 3 partition(s).']],
    ['nosuch', 3, null, ['UNKNOWN_TOPIC_OR_PARTITION', '']],
    [
      'orders',
      4,
      [[1], [1]],
      [
        'INVALID_REPLICA_ASSIGNMENT',
        'Attempted to add 1 additional partition(s), but only 2 assignment(s) were specified.',
      ],
    ],
    [
      'orders',
      4,
      [[9]],
      [
        'INVALID_REPLICA_ASSIGNMENT',
        'The manual partition assignment includes broker 9, but no such broker is registered.',
      ],
    ],
    [
      'orders',
      4,
      [[1, 1]],
      ['INVALID_REPLICA_ASSIGNMENT', 'The manual partition assignment includes the broker 1 more than once.'],
    ],
    [
      'orders',
      0,
      null,
      ['INVALID_PARTITIONS', 'The topic orders currently has 3 partition(s); 0 would not be an increase.'],
    ],
    ['orders', 4, [[1]], 'OK'],
    [
      'm6',
      3,
      [[1, 1]],
      ['INVALID_REPLICA_ASSIGNMENT', 'The manual partition assignment includes the broker 1 more than once.'],
    ],
    ['m6', 5, null, 'OK'],
  ])('partitions of %p to %d with %j', async (name, count, assignments, answer) => {
    expect(outcome(await world.controller.createPartitions(name, count, assignments, true))).toEqual(answer);
    expect(outcome(await world.controller.createPartitions(name, count, assignments, false))).toEqual(answer);
    if (answer === 'OK') expect(world.metadata.topics.get(name)?.partitions).toHaveLength(count);
  });

  it.each([
    [
      { name: 'nosuch' },
      { error: 'UNKNOWN_TOPIC_OR_PARTITION', text: 'This server does not host this topic-partition.' },
    ],
    [
      { topicId: 'abcdefghijklmnopqrstuw' },
      { error: 'UNKNOWN_TOPIC_ID', text: 'This server does not host this topic ID.' },
    ],
  ])('delete %j', async (topic, failure) => {
    expect(await world.controller.deleteTopic(topic)).toEqual(failure);
  });
});
