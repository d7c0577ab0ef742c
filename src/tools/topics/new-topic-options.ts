import { JavaError } from '../../util/java-error.ts';

/** `key=val` texts of --config. Throws JavaError in Java's words. Source: TopicCommand.parseTopicConfigsToBeAdded. */
export function parseTopicConfigs(texts: readonly string[]): Map<string, string> {
  const pairs = texts.map((text) => {
    const parts = text.split(/[ \t\n\v\f\r]*=[ \t\n\v\f\r]*/);
    // Java's split drops empty pieces at the end.
    while (parts.length > 1 && parts.at(-1) === '') parts.pop();
    return parts;
  });
  if (pairs.some((pair) => pair.length !== 2)) {
    throw new JavaError(
      'java.lang.IllegalArgumentException',
      'requirement failed: Invalid topic config: all configs to be added must be in the format "key=val".',
    );
  }
  return new Map(pairs.map(([key = '', value = '']) => [key.trim(), value.trim()]));
}

/** `1:2,2:3`: replicas by partition. Throws JavaError in Java's words. Source: TopicCommand.parseReplicaAssignment. */
export function parseReplicaAssignment(text: string): number[][] {
  const partitions = text.split(',');
  while (partitions.length > 1 && partitions.at(-1) === '') partitions.pop();
  const assignment: number[][] = [];
  for (const [partition, replicas] of partitions.entries()) {
    const brokers = replicas.split(':');
    while (brokers.length > 1 && brokers.at(-1) === '') brokers.pop();
    const ids = brokers.map((one) => parseBrokerId(one.trim()));
    const duplicates = [...new Set(ids.filter((id, index) => ids.indexOf(id) !== index))];
    if (duplicates.length > 0) {
      throw new JavaError(
        'org.apache.kafka.tools.AdminCommandFailedException',
        `Partition replica lists may not contain duplicate entries: ${duplicates.join(',')}`,
      );
    }
    assignment.push(ids);
    if (ids.length !== assignment[0]?.length) {
      throw new JavaError(
        'org.apache.kafka.tools.AdminOperationException',
        `Partition ${partition} has different replication factor: [${ids.join(', ')}]`,
      );
    }
  }
  return assignment;
}

function parseBrokerId(text: string): number {
  const id = Number(text);
  if (!/^[-+]?\d+$/.test(text) || id !== (id | 0)) {
    throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`);
  }
  return id;
}
