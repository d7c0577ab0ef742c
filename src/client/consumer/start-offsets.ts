import { Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { listOffsets } from '../../protocol/messages/02-list-offsets.ts';
import { type Offset, type TimestampMs } from '../../protocol/primitives.ts';
import { parseJavaDuration } from '../../util/java-duration.ts';
import { type Cluster } from '../cluster.ts';
import { isRetriable } from '../errors.ts';
import { type AssignedPartition, type OffsetReset, partitionName } from './assigned-partition.ts';

const LATEST: TimestampMs = -1n;
const EARLIEST: TimestampMs = -2n;

/** Reads `auto.offset.reset`, checked before; null: `none`. */
export function parseOffsetReset(text: string): OffsetReset | null {
  if (text === 'earliest' || text === 'latest') return text;
  if (text === 'none') return null;
  const nanoseconds = parseJavaDuration(text.slice('by_duration:'.length)) ?? 0n;
  return { youngerThanMs: Number(nanoseconds / 1_000_000n) };
}

export interface FoundOffset {
  readonly offset: Offset;
  readonly leaderEpoch: number;
}

/**
 * Asks the leaders where the partitions' resets lead; all nodes at once. Partitions without a known leader, or whose leader
 * cannot answer now, are absent from the result. Throws KafkaError for codes that do not pass by themselves.
 */
export async function findStartOffsets(
  cluster: Cluster,
  partitions: readonly AssignedPartition[],
  isReadCommitted: boolean,
): Promise<Map<AssignedPartition, FoundOffset>> {
  const found = new Map<AssignedPartition, FoundOffset>();
  const ask = async (wanted: readonly AssignedPartition[], timestampOf: (reset: OffsetReset) => TimestampMs) => {
    const unanswered: AssignedPartition[] = [];
    const byNode = Map.groupBy(wanted, (one) => cluster.metadata.leader(one.topic, one.partition)?.node ?? -1);
    const asking = [...byNode]
      .filter(([node]) => node >= 0)
      .map(async ([node, members]) => {
        for (const [partition, answer] of await askNode(cluster, node, members, timestampOf, isReadCommitted)) {
          if (answer.offset >= 0n) found.set(partition, answer);
          else unanswered.push(partition);
        }
      });
    await Promise.all(asking);
    return unanswered;
  };
  const now = cluster.clock.now();
  const withoutRecords = await ask(partitions, (reset) => {
    if (typeof reset === 'object') return BigInt(now - reset.youngerThanMs);
    return reset === 'earliest' ? EARLIEST : LATEST;
  });
  // KIP-1106: nothing is that young, so reading starts at the end.
  if (withoutRecords.length > 0) await ask(withoutRecords, () => LATEST);
  return found;
}

async function askNode(
  cluster: Cluster,
  node: number,
  partitions: readonly AssignedPartition[],
  timestampOf: (reset: OffsetReset) => TimestampMs,
  isReadCommitted: boolean,
): Promise<Map<AssignedPartition, FoundOffset>> {
  const byTopic = Map.groupBy(partitions, (one) => one.topic);
  const byName = new Map(partitions.map((one) => [partitionName(one), one]));
  const found = new Map<AssignedPartition, FoundOffset>();
  try {
    const response = await cluster.send(
      listOffsets,
      {
        replicaId: -1,
        isolationLevel: isReadCommitted ? 1 : 0,
        timeoutMs: cluster.settings.requestTimeoutMs,
        topics: [...byTopic].map(([name, members]) => ({
          name,
          partitions: members.map((one) => ({
            partitionIndex: one.partition,
            currentLeaderEpoch: cluster.metadata.leader(name, one.partition)?.leaderEpoch ?? -1,
            timestamp: timestampOf(one.reset as OffsetReset),
          })),
        })),
      },
      { node },
      // Version 1 knows no isolation levels.
      { minVersion: isReadCommitted ? 2 : 1 },
    );
    for (const topic of response.topics) {
      for (const { partitionIndex, errorCode, offset, leaderEpoch } of topic.partitions) {
        const partition = byName.get(partitionName({ topic: topic.name, partition: partitionIndex }));
        if (!partition) continue;
        if (errorCode === Errors.NONE) found.set(partition, { offset, leaderEpoch });
        else throw new KafkaError(errorName(errorCode), notAuthorized(errorCode, topic.name));
      }
    }
  } catch (error) {
    if (!isRetriable(error)) throw error;
    cluster.metadata.markStale();
  }
  return found;
}

function notAuthorized(errorCode: number, topic: string): string | undefined {
  return errorCode === Errors.TOPIC_AUTHORIZATION_FAILED ? `Not authorized to access topics: [${topic}]` : undefined;
}
