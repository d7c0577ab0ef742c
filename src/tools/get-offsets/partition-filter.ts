import { JavaError } from '../../util/java-error.ts';
import { includeList } from '../topic-filter.ts';

export interface PartitionSelection {
  /** Rules separated by commas: `topic`, `topic:2`, `topic:1-3` (3 is left out), `topic:5-`, `topic:-5`, `:3`. */
  readonly topicPartitions?: string | undefined;
  /** Java regular expression. */
  readonly topic?: string | undefined;
  /** Ids separated by commas. */
  readonly partitions?: string | undefined;
}

export interface PartitionFilter {
  takesTopic(topic: string): boolean;
  takes(topic: string, partition: number): boolean;
}

/** Throws JavaError in Java's words. Source: GetOffsetShell, TopicPartitionFilter. */
export function partitionFilter({ topicPartitions, topic, partitions }: PartitionSelection): PartitionFilter {
  if (topicPartitions === undefined) {
    const takesTopic = topic === undefined ? () => true : includeList(topic, false);
    const ids = partitions === undefined || partitions === '' ? null : parseIds(partitions);
    return { takesTopic, takes: (name, partition) => takesTopic(name) && (ids?.has(partition) ?? true) };
  }
  const rules = javaSplitAtCommas(topicPartitions).map(parseRule);
  return {
    takesTopic: (name) => rules.some((rule) => rule.takesTopic(name)),
    takes: (name, partition) => rules.some((rule) => rule.takes(name, partition)),
  };
}

/** Java's split drops empty pieces at the end, but keeps a lone empty text. */
function javaSplitAtCommas(text: string): string[] {
  if (text === '') return [''];
  const pieces = text.split(',');
  while (pieces.length > 0 && pieces.at(-1) === '') pieces.pop();
  return pieces;
}

function parseIds(text: string): Set<number> {
  const ids = javaSplitAtCommas(text).map((one) => {
    const id = Number(one);
    if (/^[-+]?\d+$/.test(one) && id === (id | 0)) return id;
    throw new JavaError(
      'org.apache.kafka.tools.TerseException',
      `--partitions expects a comma separated list of numeric partition ids, but received: ${text}`,
    );
  });
  return new Set(ids);
}

const RULE = /^([^:,]*)(?::(?:([0-9]*)|(?:([0-9]*)-([0-9]*))))?$/;
const HIGHEST = 0x7fffffff;

function parseRule(text: string): PartitionFilter {
  const parts = RULE.exec(text);
  if (!parts) {
    const cause = new JavaError('org.apache.kafka.tools.TerseException', `Invalid rule specification: ${text}`);
    throw JavaError.wrap('java.lang.RuntimeException', cause);
  }
  const [, topic = '', only = '', low = '', end = ''] = parts;
  const takesTopic = topic === '' ? () => true : includeList(topic, false);
  const isRange = text.includes('-', topic.length);
  const first = only !== '' ? parseId(only) : low !== '' ? parseId(low) : 0;
  const last = only !== '' ? first : isRange && end !== '' ? parseId(end) - 1 : HIGHEST;
  return { takesTopic, takes: (name, id) => takesTopic(name) && id >= first && id <= last };
}

function parseId(text: string): number {
  const id = Number(text);
  if (id === (id | 0)) return id;
  throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`);
}
