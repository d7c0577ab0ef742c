import { type BrokerConfigs } from './configs/broker.ts';
import { CONSUMER_OFFSETS_TOPIC, SHARE_STATE_TOPIC, TRANSACTION_STATE_TOPIC } from './topic-names.ts';
import { type NewTopic } from './types.ts';

/** What an internal topic is created with (kafka AutoTopicCreationManager and the coordinators' topic configs). */
export function internalTopic(name: string, values: BrokerConfigs): NewTopic {
  switch (name) {
    case CONSUMER_OFFSETS_TOPIC:
      return topic(name, values.get('offsets.topic.num.partitions'), values.get('offsets.topic.replication.factor'), {
        'compression.type': 'producer',
        'cleanup.policy': 'compact',
        'segment.bytes': values.get('offsets.topic.segment.bytes'),
      });
    case TRANSACTION_STATE_TOPIC:
      return topic(
        name,
        values.get('transaction.state.log.num.partitions'),
        values.get('transaction.state.log.replication.factor'),
        {
          'compression.type': 'uncompressed',
          'cleanup.policy': 'compact',
          'min.insync.replicas': values.get('transaction.state.log.min.isr'),
          'segment.bytes': values.get('transaction.state.log.segment.bytes'),
          'unclean.leader.election.enable': false,
        },
      );
    case SHARE_STATE_TOPIC:
      return topic(
        name,
        values.get('share.coordinator.state.topic.num.partitions'),
        values.get('share.coordinator.state.topic.replication.factor'),
        {
          'cleanup.policy': 'delete',
          'compression.type': 'producer',
          'min.insync.replicas': values.get('share.coordinator.state.topic.min.isr'),
          'retention.ms': -1,
          'segment.bytes': values.get('share.coordinator.state.topic.segment.bytes'),
        },
      );
    default:
      throw new RangeError(`${name} is no internal topic`);
  }
}

function topic(
  name: string,
  partitionCount: number,
  replicationFactor: number,
  configs: Record<string, string | number | boolean>,
): NewTopic {
  const texts = Object.entries(configs).map(([key, value]) => [key, String(value)] as const);
  return { name, partitionCount, replicationFactor, assignments: new Map(), configs: new Map(texts) };
}
