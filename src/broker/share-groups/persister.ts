import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { type ShareCoordinator, type StateSummary } from './types.ts';

interface Partition {
  readonly topicId: Uuid;
  readonly partition: number;
}

/** What the group coordinator asks of the share coordinator: many partitions of one group at once, results in order. */
export function sharePersister(coordinator: ShareCoordinator) {
  const each = <P extends Partition, R>(partitions: readonly P[], ask: (one: P) => Promise<R>) =>
    Promise.all(partitions.map(ask));
  return {
    initialize: (
      groupId: string,
      partitions: readonly (Partition & { readonly stateEpoch: number; readonly startOffset: Offset })[],
    ): Promise<ErrorName[]> =>
      each(partitions, async ({ topicId, partition, stateEpoch, startOffset }) => {
        const { error } = await coordinator.initialize({ groupId, topicId, partition }, { stateEpoch, startOffset });
        return error;
      }),
    readSummaries: (groupId: string, partitions: readonly Partition[]): Promise<StateSummary[]> =>
      each(partitions, ({ topicId, partition }) => coordinator.readSummary({ groupId, topicId, partition })),
    delete: (groupId: string, partitions: readonly Partition[]): Promise<ErrorName[]> =>
      each(partitions, async ({ topicId, partition }) => {
        const { error } = await coordinator.delete({ groupId, topicId, partition });
        return error;
      }),
  };
}
