import { type DescribedPartition, type DescribedTopic } from '../describe-topics.ts';

const ids = (nodes: readonly number[]): string => nodes.join(',');

/** A topic's own line. */
function summaryLine(topic: DescribedTopic): string {
  const configs = topic.configs.map(({ name, value }) => `${name}=${value}`).join(',');
  const { name, topicId, partitionCount, replicationFactor } = topic;
  const id = topicId === '' ? '' : `\tTopicId: ${topicId}`;
  return `Topic: ${name}${id}\tPartitionCount: ${partitionCount}\tReplicationFactor: ${replicationFactor}\tConfigs: ${configs}\n`;
}

function partitionLine(topic: string, one: DescribedPartition): string {
  const leader = one.leaderId < 0 ? 'none' : one.leaderId;
  const move = one.reassignment
    ? `\tAdding Replicas: ${ids(one.reassignment.addingReplicas)}\tRemoving Replicas: ${ids(one.reassignment.removingReplicas)}`
    : '';
  const elr = one.eligibleLeaderReplicas === null ? 'N/A' : ids(one.eligibleLeaderReplicas);
  const lastElr = one.lastKnownElr === null ? 'N/A' : ids(one.lastKnownElr);
  return `\tTopic: ${topic}\tPartition: ${one.partition}\tLeader: ${leader}\tReplicas: ${ids(one.replicas)}\tIsr: ${ids(one.isr)}${move}\tElr: ${elr}\tLastKnownElr: ${lastElr}\n`;
}

/** A described topic as Kafka's tool prints it. */
export function topicText(topic: DescribedTopic): string {
  const partitions = topic.partitions.map((one) => partitionLine(topic.name, one)).join('');
  return `${topic.isSummarized ? summaryLine(topic) : ''}${partitions}`;
}
