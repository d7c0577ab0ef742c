import { type ConfigEntry } from '../../../../src/broker/cluster/index.ts';
import { ConfigResourceType, ConfigSource } from '../../../../src/protocol/enums.ts';
import { KafkaError } from '../../../../src/protocol/errors.ts';
import { ClusterWorld, fixture, kafkaDisk } from './cluster-world.ts';

type Entry = [
  name: string,
  value: string | null,
  source: number,
  isSensitive: boolean,
  isReadOnly: boolean,
  type: number,
  synonyms: string,
];
type Step =
  | { alter: [number, string]; with: [string, number, string | null][]; answer: [string, string] | null }
  | { describe: [number, string]; entries: Entry[] }
  | { describe: [number, string]; refused: [string, string] };

const { steps } = JSON.parse(fixture('config-answers.json').toString()) as { steps: Step[] };

/** As the Java client names sources. */
const SOURCE_NAMES = new Map<number, string>([
  [ConfigSource.TOPIC_CONFIG, 'DYNAMIC_TOPIC_CONFIG'],
  [ConfigSource.DYNAMIC_BROKER_CONFIG, 'DYNAMIC_BROKER_CONFIG'],
  [ConfigSource.DYNAMIC_DEFAULT_BROKER_CONFIG, 'DYNAMIC_DEFAULT_BROKER_CONFIG'],
  [ConfigSource.STATIC_BROKER_CONFIG, 'STATIC_BROKER_CONFIG'],
  [ConfigSource.DEFAULT_CONFIG, 'DEFAULT_CONFIG'],
  [ConfigSource.CLIENT_METRICS_CONFIG, 'DYNAMIC_CLIENT_METRICS_CONFIG'],
  [ConfigSource.GROUP_CONFIG, 'DYNAMIC_GROUP_CONFIG'],
]);

function row(entry: ConfigEntry): Entry {
  const synonyms = entry.synonyms.map((one) => `${SOURCE_NAMES.get(one.source)}:${one.name}=${one.value}`).join(', ');
  return [entry.name, entry.value, entry.source, entry.isSensitive, entry.isReadOnly, entry.type, synonyms];
}

function describe_(world: ClusterWorld, [type, name]: [number, string]): unknown {
  try {
    const rows = world.metadata.describeConfigs({ type, name }, null).map(row);
    return { describe: [type, name], entries: rows.sort(([a], [b]) => (a < b ? -1 : 1)) };
  } catch (error) {
    if (!(error instanceof KafkaError)) throw error;
    return { describe: [type, name], refused: [error.error, error.message] };
  }
}

describe('configs are altered and described as Apache Kafka answered, on a metadata log it wrote', () => {
  let world: ClusterWorld;

  beforeAll(async () => {
    world = await ClusterWorld.open({ fileSystem: kafkaDisk(), formats: false });
  });

  it.each(steps.map((step, index) => [`${index} ${JSON.stringify(step).slice(0, 150)}`, step] as const))(
    '%s',
    async (_title, step) => {
      if ('alter' in step) {
        const [type, name] = step.alter;
        const alterations = step.with.map(([key, operation, value]) => ({ name: key, operation, value }));
        const failure = await world.controller.incrementalAlterConfigs({ type, name }, alterations, false);
        expect(failure && [failure.error, failure.text]).toEqual(step.answer);
      } else expect(describe_(world, step.describe)).toEqual(step);
    },
  );

  it('come in the order in which Apache Kafka lists them', () => {
    const names = (type: number, name: string, keys: string[] | null = null) =>
      world.metadata.describeConfigs({ type, name }, keys).map((entry) => entry.name);
    const [topic] = world.metadata.topics.keys();
    expect(names(ConfigResourceType.TOPIC, topic as string).slice(0, 6)).toEqual([
      'compression.type',
      'remote.log.delete.on.disable',
      'leader.replication.throttled.replicas',
      'remote.storage.enable',
      'min.insync.replicas',
      'segment.jitter.ms',
    ]);
    const keys = ['retention.ms', 'segment.bytes', 'cleanup.policy'];
    expect(names(ConfigResourceType.TOPIC, topic as string, keys)).toEqual([
      'cleanup.policy',
      'segment.bytes',
      'retention.ms',
    ]);
    expect(names(ConfigResourceType.BROKER, '1').slice(0, 4)).toEqual([
      'log.cleaner.min.compaction.lag.ms',
      'offsets.topic.num.partitions',
      'sasl.oauthbearer.jwks.endpoint.refresh.ms',
      'remote.log.metadata.manager.listener.name',
    ]);
  });
});
