import { ERRORS, Errors } from '../../protocol/errors.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type SharePartitionKey, type StateOutcome } from '../share-groups/index.ts';

interface AskedTopic<P> {
  readonly topicId: Uuid;
  readonly partitions: readonly P[];
}

/**
 * The shape shared by InitializeShareGroupState and its neighbours: one result per partition, in the order asked. A request
 * without a group id, or a topic without partitions, is answered with nothing, as Kafka does.
 */
export async function stateResults<P extends { readonly partition: number }, R>(
  groupId: string,
  topics: readonly AskedTopic<P>[],
  answer: (key: SharePartitionKey, asked: P) => Promise<R>,
): Promise<{ results: { topicId: Uuid; partitions: (R & { partition: number })[] }[] }> {
  if (groupId === '') return { results: [] };
  const results = await Promise.all(
    topics.map(async ({ topicId, partitions }) => ({
      topicId,
      partitions: await Promise.all(
        partitions.map(async (asked) => {
          const { partition } = asked;
          return { partition, ...(await answer({ groupId, topicId, partition }, asked)) };
        }),
      ),
    })),
  );
  return { results: results.filter(({ partitions }) => partitions.length > 0) };
}

export function stateError({ error, text }: StateOutcome): { errorCode: number; errorMessage: string | null } {
  return { errorCode: Errors[error], errorMessage: error === 'NONE' ? null : (text ?? ERRORS[error].text) };
}
