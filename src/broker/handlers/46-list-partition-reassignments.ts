/**
 * ListPartitionReassignments v0 (KIP-455): partitions whose replicas are being moved. Null topics: all.
 * On one node nothing moves; the answer still follows the partition images.
 */
import { listPartitionReassignments } from '../../protocol/messages/46-list-partition-reassignments.ts';
import { defineHandler } from './handler.ts';

export const listPartitionReassignmentsHandler = defineHandler(
  listPartitionReassignments,
  ({ cluster }) =>
    ({ topics }) => {
      const wanted = topics && new Map(topics.map((one) => [one.name, new Set(one.partitionIndexes)]));
      const moving = [...cluster.topics.values()].flatMap(({ name, partitions }) => {
        const ongoing = partitions.filter(
          ({ partition, addingReplicas, removingReplicas }) =>
            addingReplicas.length + removingReplicas.length > 0 && (!wanted || wanted.get(name)?.has(partition)),
        );
        if (ongoing.length === 0) return [];
        return [{ name, partitions: ongoing.map((one) => ({ ...one, partitionIndex: one.partition })) }];
      });
      return { errorMessage: null, topics: moving };
    },
);
