import { requireAll } from '../client/admin/outcome.ts';
import { type CreatedTopic, createTopics, type NewTopic } from '../client/admin/topics.ts';
import { type Cluster } from '../client/index.ts';
import { KafkaError } from '../protocol/errors.ts';
import { JavaError } from '../util/java-error.ts';

export { parseReplicaAssignment, parseTopicConfigs } from './topics/new-topic-options.ts';

const MAX_REPLICATION_FACTOR = 32767;

/** Names with these characters can collide in metric names. */
export function hasCollisionChars(name: string): boolean {
  return name.includes('.') || name.includes('_');
}

function checkCounts({ replicationFactor, partitionCount }: NewTopic): void {
  if (replicationFactor !== undefined && (replicationFactor > MAX_REPLICATION_FACTOR || replicationFactor < 1)) {
    throw new JavaError(
      'java.lang.IllegalArgumentException',
      `The replication factor must be between 1 and ${MAX_REPLICATION_FACTOR} inclusive`,
    );
  }
  if (partitionCount !== undefined && partitionCount < 1) {
    throw new JavaError('java.lang.IllegalArgumentException', 'The partitions must be greater than 0');
  }
}

/** Null: the topic is there already and that is fine. */
export async function createTopic(
  cluster: Cluster,
  topic: NewTopic,
  isExistingAllowed: boolean,
): Promise<CreatedTopic | null> {
  checkCounts(topic);
  try {
    const [created] = requireAll(await createTopics(cluster, [topic]));
    return created as CreatedTopic;
  } catch (error) {
    if (isExistingAllowed && error instanceof KafkaError && error.error === 'TOPIC_ALREADY_EXISTS') return null;
    throw error;
  }
}
