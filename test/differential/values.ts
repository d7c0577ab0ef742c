import { BatchBuilder } from '../../src/protocol/records/index.ts';
import { type Field, type Fields, includesVersion, parseVersions, type TypeCodec } from '../../src/protocol/schema.ts';
import { type SeededRandom } from '../crash/seeded-random.ts';

/** A value that each broker gave in its own words: the same request names each one's own. */
export class Symbolic {
  readonly kind: 'topicId' | 'memberId';
  readonly name: string;

  constructor(kind: Symbolic['kind'], name: string) {
    this.kind = kind;
    this.name = name;
  }
}

export type Generated = unknown;

const EARLY_MS = 1_500_000_000_000;
const CONFIG_VALUES = [
  '-1',
  '0',
  '1',
  '2',
  '100',
  '1048588',
  '3600000',
  'true',
  'compact',
  'delete',
  'gzip',
  'bogus',
  '',
];
const TOPIC_CONFIGS = [
  'retention.ms',
  'cleanup.policy',
  'max.message.bytes',
  'min.insync.replicas',
  'compression.type',
  'segment.bytes',
  'message.timestamp.type',
  'message.timestamp.after.max.ms',
  'preallocate',
  'min.cleanable.dirty.ratio',
  'bogus.config',
];
const OTHER_CONFIGS = [
  'log.retention.ms',
  'background.threads',
  'log.cleaner.threads',
  'message.max.bytes',
  'node.id',
  'consumer.session.timeout.ms',
  'share.auto.offset.reset',
  'interval.ms',
  'metrics',
  'match',
];

function keyOf(value: Generated): unknown {
  if (value instanceof Symbolic) return `${value.kind} ${value.name}`;
  if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
  const one = value as Record<string, Generated>;
  const names = [
    'name',
    'topic',
    'topicName',
    'topicId',
    'partitionIndex',
    'partition',
    'index',
    'groupId',
    'transactionalId',
    'resourceName',
    'timestamp',
  ];
  const found = names.find((name) => one[name] !== undefined);
  return found === undefined ? value : keyOf(one[found]);
}

/** Random requests of any API: fields take values from pools that their names suggest, so that many of them make sense. */
export class RequestGenerator {
  private readonly random: SeededRandom;
  readonly prefix: string;
  readonly topics: readonly string[];
  readonly groups: readonly string[];
  private path = '';
  /** Of the request that is being made: one producer sends it all. */
  private producerId = -1n;
  private readonly producerIds: readonly bigint[];
  private readonly sequences = new Map<string, number>();

  /** `firstProducerId`: the one that the brokers give out next. */
  constructor(random: SeededRandom, prefix: string, firstProducerId: bigint) {
    this.random = random;
    this.producerIds = [0n, 0n, 1n, 1n, 2n, 3n].map((more) => firstProducerId + more);
    this.prefix = prefix;
    this.topics = ['a', 'b', 'c'].map((name) => `${prefix}${name}`);
    this.groups = ['g', 'h', 's'].map((name) => `${prefix}${name}`);
  }

  pick<T>(values: readonly T[]): T {
    return this.random.pick(values);
  }

  chance(probability: number): boolean {
    return this.random.below(1000) < probability * 1000;
  }

  request(api: string, fields: Fields, version: number): Record<string, Generated> {
    this.path = api;
    this.producerId = this.pick(this.producerIds);
    return this.struct(api, fields, version);
  }

  private struct(path: string, fields: Fields, version: number): Record<string, Generated> {
    const made: Record<string, Generated> = {};
    for (const [name, field] of Object.entries(fields)) {
      if (!includesVersion(field.versions, version)) continue;
      const { nullable } = field.options;
      const isNullable = nullable !== undefined && includesVersion(parseVersions(nullable), version);
      // Fields that a tag may leave out, and what can be null, mostly keep what clients send.
      if (field.options.tag !== undefined && this.chance(0.5)) continue;
      if (isNullable && this.chance(0.15) && name !== 'records') {
        made[name] = null;
        continue;
      }
      if (field.options.default !== undefined && this.chance(0.4)) continue;
      made[name] = this.value(`${path}.${name}`, name, field.type, version, field);
    }
    return made;
  }

  private value(path: string, name: string, type: TypeCodec, version: number, field?: Field<unknown>): Generated {
    switch (type.kind) {
      case 'struct':
        return this.struct(path, (type.struct as { fields: Fields }).fields, version);
      case 'array': {
        const isNeeded = /^partition/.test(name) || name === 'records';
        const count = isNeeded ? this.pick([1, 1, 2, 3]) : this.pick([0, 1, 1, 1, 1, 2, 2, 3]);
        const element = type.element as TypeCodec;
        const items = Array.from({ length: count }, () => this.value(path, name, element, version));
        // Kafka reads many lists into maps: which of two equal entries wins is not worth a comparison.
        return [...new Map(items.map((one) => [keyOf(one), one])).values()];
      }
      case 'bool':
        return this.chance(name === 'allowAutoTopicCreation' || name === 'validateOnly' ? 0.2 : 0.4);
      case 'string':
        return this.text(path, name);
      case 'bytes':
        return name === 'records' ? this.records() : Buffer.from(this.pick(['', 'x', '\0\0\0\0\0\0']));
      case 'uuid':
        return name.startsWith('topicId') || name.startsWith('topic') || path.startsWith('DeleteTopics')
          ? this.chance(0.85)
            ? new Symbolic('topicId', this.pick(this.topics))
            : 'MkU3OEVBNTcwNTJENDM2Qg'
          : 'MkU3OEVBNTcwNTJENDM2Qg';
      case 'int64':
        return this.long(name);
      case 'float64':
        return this.pick([0, 1, 1000.5, -1]);
      default:
        return this.int(name, field);
    }
  }

  private text(path: string, name: string): Generated {
    const anyTopic = () =>
      this.chance(0.9)
        ? this.pick(this.topics)
        : this.pick(['', '..', 'bad name', `${this.prefix}new`, 'x'.repeat(250)]);
    const lower = `${path}`.toLowerCase();
    if (/^(memberid)$/i.test(name)) {
      if (path.startsWith('ConsumerGroup') || path.startsWith('Share')) return this.pick(['m1', 'm2', 'm1', '']);
      return this.pick([
        new Symbolic('memberId', this.pick(this.groups)),
        new Symbolic('memberId', this.pick(this.groups)),
        '',
        'nobody',
      ]);
    }
    if (
      name === 'groupId' ||
      name === 'groups' ||
      name === 'groupsNames' ||
      name === 'groupIds' ||
      name === 'consumerGroupId'
    ) {
      return this.chance(0.93) ? this.pick(this.groups) : this.pick(['', `${this.prefix}unknown`]);
    }
    if (/transactionalid/i.test(name))
      return this.pick([`${this.prefix}tx1`, `${this.prefix}tx2`, `${this.prefix}tx1`]);
    if (name === 'key' || name === 'coordinatorKeys')
      return this.pick([...this.groups, `${this.prefix}tx1`, '', 'x:y:0']);
    if (name === 'protocolType') return this.pick(['consumer', 'consumer', 'consumer', 'connect', '']);
    if (name === 'protocolName' || path.endsWith('protocols.name')) return this.pick(['range', 'range', 'sticky']);
    if (name === 'groupInstanceId' || name === 'instanceId') return this.pick(['i1', 'i2']);
    if (name === 'serverAssignor') return this.pick(['uniform', 'range', 'bogus']);
    if (name === 'subscribedTopicRegex') return this.pick([`${this.prefix}[ab]`, '', '(']);
    if (name === 'rackId' || name === 'rack') return this.pick(['', 'r1']);
    if (name === 'statesFilter') return this.pick(['Stable', 'Empty', 'bogus', 'stable', 'Dead']);
    if (name === 'stateFilters') return this.pick(['Ongoing', 'Empty', 'bogus', 'CompleteCommit']);
    if (name === 'typesFilter') return this.pick(['consumer', 'classic', 'share', 'bogus']);
    if (name === 'transactionalIdPattern') return this.pick([`${this.prefix}.*`, '(']);
    if (lower.includes('config') && (name === 'name' || name === 'configurationKeys' || name === 'configName')) {
      return this.chance(0.8) ? this.pick(TOPIC_CONFIGS) : this.pick(OTHER_CONFIGS);
    }
    if (lower.includes('config') && name === 'value') return this.pick(CONFIG_VALUES);
    if (name === 'resourceName')
      return this.pick([...this.topics, ...this.groups, '1', '', '1', `${this.prefix}cm`, '2', 'bogus']);
    if (name === 'entityType') return this.pick(['user', 'client-id', 'ip', 'bogus']);
    if (name === 'entityName' || name === 'match') return this.pick([`${this.prefix}u`, '127.0.0.1', '']);
    if (lower.includes('quota') && name === 'key')
      return this.pick(['producer_byte_rate', 'request_percentage', 'bogus']);
    if (/scram/i.test(path)) return this.pick([`${this.prefix}alice`, `${this.prefix}bob`, '']);
    if (name === 'clientSoftwareName' || name === 'clientSoftwareVersion') return this.pick(['klamm', 'x y', '1.0']);
    if (name === 'reason' || name === 'metadata' || name === 'commitTimestamp')
      return this.pick(['', 'why', 'm'.repeat(50)]);
    if (/topic/i.test(name) || name === 'name') return anyTopic();
    return this.pick(['', 'x', this.prefix]);
  }

  private long(name: string): bigint {
    if (/producerid/i.test(name)) return this.chance(0.1) ? this.pick([-1n, 999_999n]) : this.pick(this.producerIds);
    if (/timestamp/i.test(name)) {
      return this.pick([
        -1n,
        -2n,
        -3n,
        -4n,
        -5n,
        -6n,
        -7n,
        0n,
        BigInt(EARLY_MS),
        BigInt(EARLY_MS + 5),
        9_999_999_999_999n,
      ]);
    }
    if (/ms$/i.test(name)) return this.pick([-1n, -1n, 1000n, 60_000n]);
    return this.pick([0n, 0n, 1n, 2n, 3n, 5n, 10n, -1n, -2n, 1_000_000n]);
  }

  private int(name: string, field?: Field<unknown>): number {
    const lower = name.toLowerCase();
    if (lower.includes('partition') && !lower.includes('limit') && !lower.includes('max') && name !== 'numPartitions') {
      return this.pick(this.path.includes('Share') ? [0, 0, 0, 1, 2] : [0, 0, 0, 0, 1, 1, 2, -1, 99]);
    }
    if (name === 'numPartitions') return this.pick([1, 2, 3, -1, 0]);
    if (name === 'replicationFactor') return this.pick([1, 1, 1, -1, 2, 0]);
    if (name === 'count') return this.pick([1, 2, 3, 4, 0, -1]);
    if (/^broker|replicas|nodeId/i.test(name)) return this.pick([1, 1, 1, 1, 2, -1]);
    if (name === 'replicaId') return -1;
    if (lower.includes('leaderepoch')) return this.pick([-1, -1, -1, 0, 0, 1, 5]);
    if (name === 'sessionId') return 0;
    if (name === 'sessionEpoch') return this.pick([-1, -1, 0, 0, 1]);
    if (name === 'shareSessionEpoch') return this.pick([0, 1, 2, -1]);
    if (lower.includes('producerepoch')) return this.pick([-1, 0, 0, 0, 1, 2]);
    if (lower.includes('generation') || lower.includes('memberepoch')) return this.pick([0, 1, 1, 2, 3, -1, -2]);
    if (name === 'sessionTimeoutMs') return this.pick([600_000, 600_000, 600_000, 1]);
    if (name === 'rebalanceTimeoutMs') return this.pick([400, 600, -1]);
    if (name === 'transactionTimeoutMs') return this.pick([600_000, 600_000, 0, 2_000_000_000]);
    if (lower === 'maxwaitms') return this.pick([0, 50]);
    if (lower === 'minbytes') return this.pick([0, 1, 1]);
    if (lower.includes('maxbytes')) return this.pick([0, 1, 200, 1_000_000, 1_000_000]);
    if (lower.includes('maxrecords')) return this.pick([1, 500, 0]);
    if (lower.includes('batchsize')) return this.pick([1, 500]);
    if (lower.includes('timeout')) return this.pick([1000, 2000, 30_000]);
    if (name === 'acks') return this.pick([-1, 1]);
    if (name === 'isolationLevel') return this.pick([0, 1]);
    if (name === 'keyType') return this.pick([0, 0, 1, 2, 9]);
    if (lower.includes('resourcetype')) return this.pick([2, 2, 2, 4, 4, 8, 16, 32, 0, 77]);
    if (lower.includes('resourcetypes')) return this.pick([2, 4, 16, 32]);
    if (lower.includes('operation') || lower.includes('electiontype')) return this.pick([0, 1, 2, 3, 9]);
    if (name === 'matchType') return this.pick([0, 1, 2, 3]);
    if (name === 'mechanism') return this.pick([1, 2, 0, 3]);
    if (name === 'iterations') return this.pick([4096, 8192, 1]);
    if (name === 'endpointType') return this.pick([1, 1, 2, 3]);
    if (lower.includes('acknowledgetype')) return this.pick([0, 1, 2, 3, 4, 5]);
    if (field?.type.kind === 'int8') return this.pick([0, 1, 2, 3]);
    return this.pick([0, 1, 2, -1]);
  }

  /** What a producer sends, and sometimes what it should not. */
  private records(): Buffer | null {
    const count = this.pick([1, 1, 2, 3, 5]);
    const early = this.chance(0.85);
    const records = Array.from({ length: count }, (_, i) => ({
      timestampMs: early ? EARLY_MS + this.random.below(20) : this.pick([-1, 0, 9_000_000_000_000]),
      key: this.chance(0.6) ? Buffer.from(this.pick(['k1', 'k2', 'k3'])) : null,
      value: this.chance(0.9) ? Buffer.from(`value ${i} ${'x'.repeat(this.random.below(30))}`) : null,
      headers: this.chance(0.2) ? [{ key: 'h', value: Buffer.from('v') }] : [],
    }));
    const producerId = this.chance(0.5) ? -1n : this.producerId;
    const producerEpoch = producerId < 0n ? -1 : this.pick([0, 0, 0, 1, 2]);
    const sequenceKey = `${producerId}/${producerEpoch}`;
    const next = this.sequences.get(sequenceKey) ?? 0;
    const baseSequence = producerId < 0n ? -1 : this.chance(0.75) ? next : this.pick([0, 1, 5, next + 1]);
    if (baseSequence === next) this.sequences.set(sequenceKey, next + count);
    const builder = new BatchBuilder({
      compression: this.pick(['none', 'none', 'none', 'gzip', 'snappy', 'lz4', 'zstd']),
    });
    for (const { timestampMs, key, value, headers } of records) builder.append(timestampMs, key, value, headers);
    const isTransactional = producerId >= 0n && this.chance(0.5);
    const batch = builder.build({ producerId, producerEpoch, baseSequence, isTransactional });
    const odd = this.random.below(100);
    if (odd === 0) batch[20] = (batch[20] as number) ^ 1;
    if (odd === 1) batch[16] = 1;
    if (odd === 2) return batch.subarray(0, batch.length - 3);
    if (odd === 3) return Buffer.concat([batch, batch]);
    if (odd === 4) return Buffer.alloc(0);
    if (odd === 5) batch.writeBigInt64BE(7n, 0);
    return batch;
  }
}
