import { readFile } from 'node:fs/promises';
import { type Offset } from '../../protocol/primitives.ts';
import { JavaError } from '../../util/java-error.ts';
import { UsageError } from '../../util/usage-error.ts';
import { runtimeFailure } from '../java-failures.ts';
import { type Column, type CsvValue, csvField, readCsvLine } from './csv-lines.ts';
import { inPartitionOrder, partitionName, type TopicPartition } from './topic-partitions.ts';

export interface PlannedOffset extends TopicPartition {
  readonly offset: Offset;
}

export type ResetPlan = ReadonlyMap<string, readonly PlannedOffset[]>;

const CSV_UTILS = 'org.apache.kafka.tools.consumer.group.CsvUtils';
const WITHOUT_GROUP: readonly Column[] = [
  { name: 'topic', type: 'String' },
  { name: 'partition', type: 'int' },
  { name: 'offset', type: 'long' },
];
const WITH_GROUP: readonly Column[] = [{ name: 'group', type: 'String' }, ...WITHOUT_GROUP];

const readWithoutGroup = (line: string) => readCsvLine(line, WITHOUT_GROUP, `${CSV_UTILS}$CsvRecordNoGroup`);
const readWithGroup = (line: string) => readCsvLine(line, WITH_GROUP, `${CSV_UTILS}$CsvRecordWithGroup`);

async function readPlanFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw runtimeFailure(new JavaError('java.io.IOException', `Unable to read file ${path}`, cause));
  }
}

/**
 * Reads what `--export` wrote: `topic,partition,offset` for a single group, else `group,topic,partition,offset`. `complain` gets
 * the reason why the shorter form does not fit. Throws JavaError, and UsageError for a negative offset.
 */
export async function readResetPlan(
  path: string,
  groupIds: readonly string[],
  complain: (reason: JavaError) => void,
): Promise<ResetPlan> {
  // Java's split drops empty lines at the end.
  const lines = (await readPlanFile(path)).replace(/\n+$/, '').split('\n');
  const [onlyGroup] = groupIds;
  let hasGroups = groupIds.length !== 1;
  try {
    readWithoutGroup(lines[0] ?? '');
  } catch (error) {
    if (!(error instanceof JavaError)) throw error;
    complain(error);
    hasGroups = true;
  }
  const plan = new Map<string, Map<string, PlannedOffset>>();
  for (const line of lines) {
    const [group, ...rest] = readLine(line, hasGroups, onlyGroup ?? '');
    const planned = toPlanned(rest);
    const ofGroup = plan.get(String(group)) ?? new Map<string, PlannedOffset>();
    plan.set(String(group), ofGroup.set(partitionName(planned), planned));
  }
  return new Map([...plan].map(([group, offsets]) => [group, inPartitionOrder([...offsets.values()])]));
}

function readLine(line: string, hasGroups: boolean, onlyGroup: string): CsvValue[] {
  try {
    return hasGroups ? readWithGroup(line) : [onlyGroup, ...readWithoutGroup(line)];
  } catch (error) {
    throw error instanceof JavaError ? runtimeFailure(error) : error;
  }
}

function toPlanned([topic, partition, offset]: readonly CsvValue[]): PlannedOffset {
  const value = BigInt(offset ?? 0n);
  if (value < 0n) throw new UsageError('Invalid negative offset');
  return { topic: String(topic), partition: Number(partition), offset: value };
}

/** What `--export` prints: a line per offset, the group in front unless there is just one. */
export function exportPlan(plan: ResetPlan, isSingleGroup: boolean): string {
  let text = '';
  for (const [groupId, offsets] of plan) {
    for (const { topic, partition, offset } of offsets) {
      const group = isSingleGroup ? '' : `${csvField(groupId)},`;
      text += `${group}${csvField(topic)},${partition},${offset}\n`;
    }
  }
  return text;
}
