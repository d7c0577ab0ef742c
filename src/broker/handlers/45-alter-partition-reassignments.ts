/**
 * AlterPartitionReassignments v0-1 (KIP-455): other replicas for partitions, each judged on its own; null ends a reassignment
 * that is under way. v1 may forbid to change the number of replicas (KIP-860).
 * INVALID_REPLICA_ASSIGNMENT for empty lists, brokers twice and brokers nobody knows; NO_REASSIGNMENT_IN_PROGRESS.
 * One node is all there is, so what passes is what is there already: nothing moves.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { alterPartitionReassignments } from '../../protocol/messages/45-alter-partition-reassignments.ts';
import { type ClusterMetadata } from '../cluster/index.ts';
import { defineHandler } from './handler.ts';

interface Judgement {
  readonly error: ErrorName;
  readonly text: string | null;
}

const FINE: Judgement = { error: 'NONE', text: null };

/** Source: kafka 4.x ReplicationControlManager.alterPartitionReassignment; texts recorded from 4.3.1. */
function judge(
  cluster: ClusterMetadata,
  [topic, partition]: readonly [string, number],
  replicas: readonly number[] | null,
  allowsOtherCount: boolean,
): Judgement {
  if (!cluster.topics.has(topic)) return unknown(`Unable to find a topic named ${topic}.`);
  const image = cluster.partition(topic, partition);
  if (!image) return unknown(`Unable to find partition ${topic}:${partition}.`);
  if (replicas === null) return { error: 'NO_REASSIGNMENT_IN_PROGRESS', text: null };
  const fault = faultOf(cluster, replicas);
  if (fault !== null)
    return { error: 'INVALID_REPLICA_ASSIGNMENT', text: `The manual partition assignment includes ${fault}` };
  const count = image.replicas.length;
  if (!allowsOtherCount && replicas.length !== count) {
    const text = `The replication factor is changed from ${count} to ${replicas.length}`;
    return { error: 'INVALID_REPLICATION_FACTOR', text };
  }
  return FINE;
}

function unknown(text: string): Judgement {
  return { error: 'UNKNOWN_TOPIC_OR_PARTITION', text };
}

function faultOf(cluster: ClusterMetadata, replicas: readonly number[]): string | null {
  if (replicas.length === 0) return 'an empty replica list.';
  const sorted = [...replicas].sort((a, b) => a - b);
  for (const [index, brokerId] of sorted.entries()) {
    if (!cluster.brokers.has(brokerId)) return `broker ${brokerId}, but no such broker is registered.`;
    if (brokerId === sorted[index - 1]) return `the broker ${brokerId} more than once.`;
  }
  return null;
}

export const alterPartitionReassignmentsHandler = defineHandler(
  alterPartitionReassignments,
  ({ cluster }) =>
    ({ topics, allowReplicationFactorChange }) => ({
      allowReplicationFactorChange,
      errorMessage: topics.length === 0 ? '' : null,
      responses: topics.map(({ name, partitions }) => ({
        name,
        partitions: partitions.map(({ partitionIndex, replicas }) => {
          const { error, text } = judge(cluster, [name, partitionIndex], replicas, allowReplicationFactorChange);
          return { partitionIndex, errorCode: Errors[error], errorMessage: text };
        }),
      })),
    }),
);
