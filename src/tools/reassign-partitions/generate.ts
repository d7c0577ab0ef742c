import { describeCluster } from '../../client/admin/cluster.ts';
import { partitionName } from '../../client/admin/partition-leaders.ts';
import { type Cluster } from '../../client/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { inHashOrder } from '../../util/java-hash-map.ts';
import { executionFailure } from '../java-failures.ts';
import { type Report } from './events.ts';
import { commandFailed, operationError } from './failures.ts';
import { type PlacementBroker, placeReplicas } from './place-replicas.ts';
import { ANY_LOG_DIR, type AssignedPartition, list, parseTopics } from './plan.ts';
import { currentAssignment, describeAll } from './states.ts';

const INT = /^[-+]?[0-9]{1,10}$/;

export interface GenerateOptions {
  /** `0,1,2` */
  readonly brokerList: string;
  readonly isRackAware: boolean;
  /** A whole number from 0 up to the given one, exclusive. */
  readonly randomBelow: (end: number) => number;
}

/** Proposes where partitions could be on the brokers named. Source: generateAssignment. */
export async function generateAssignment(
  cluster: Cluster,
  topicsText: string,
  { brokerList, isRackAware, randomBelow }: GenerateOptions,
  report: Report,
): Promise<void> {
  const brokerIds = brokerList.replace(/,+$/, '').split(',').map(brokerId);
  refuseRepeated(brokerIds, 'Broker list');
  const names = parseTopics(topicsText);
  refuseRepeated(names, 'List of topics to reassign');
  const topics = await describeAll(cluster, names);
  const brokers = await usableBrokers(cluster, new Set(brokerIds), isRackAware);
  const proposed = inHashOrder(topics, ({ name }) => name).flatMap(({ name: topic, partitions }) => {
    const factor = partitions[0]?.replicas.length ?? 0;
    const placed = placeReplicas(brokers, partitions.length, factor, randomBelow);
    return partitions.map(({ partition }, index): AssignedPartition => {
      const replicas = placed[index] ?? [];
      return { topic, partition, replicas, logDirs: replicas.map(() => ANY_LOG_DIR) };
    });
  });
  const all = topics.flatMap(({ name: topic, partitions }) => partitions.map((one) => ({ ...one, topic })));
  const replicas = new Map(all.map((one) => [partitionName(one), one.replicas]));
  await report({ kind: 'plan', current: await currentAssignment(cluster, all, replicas), proposed });
}

function brokerId(text: string): number {
  if (INT.test(text)) return Number(text);
  throw new JavaError('java.lang.NumberFormatException', `For input string: "${text}"`);
}

function refuseRepeated(values: readonly (string | number)[], what: string): void {
  const repeated = new Set(values.filter((value, index) => values.indexOf(value) !== index));
  if (repeated.size > 0) throw commandFailed(`${what} contains duplicate entries: ${list([...repeated])}`);
}

async function usableBrokers(
  cluster: Cluster,
  ids: ReadonlySet<number>,
  isRackAware: boolean,
): Promise<PlacementBroker[]> {
  const { nodes } = await describeCluster(cluster).catch((error: unknown) => {
    throw executionFailure(error);
  });
  const brokers = nodes
    .filter(({ id }) => ids.has(id))
    .map(({ id, rack }) => ({ id, rack: isRackAware ? rack : null }));
  const withRack = brokers.filter(({ rack }) => rack !== null).length;
  if (withRack > 0 && withRack < brokers.length) {
    throw operationError(
      'Not all brokers have rack information. Add --disable-rack-aware in command line to make replica assignment without rack information.',
    );
  }
  return brokers;
}
