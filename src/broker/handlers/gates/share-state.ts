import { ERRORS, Errors, type KafkaError } from '../../../protocol/errors.ts';
import { type Uuid } from '../../../protocol/primitives.ts';

interface StateRequest {
  readonly topics: readonly {
    readonly topicId: Uuid;
    readonly partitions: readonly { readonly partition: number }[];
  }[];
}

/** The refusal of a request about delivery states, said of each partition (kafka 4.x WriteShareGroupStateRequest). */
function refused({ topics }: StateRequest, result: { errorCode: number; errorMessage?: string }) {
  return {
    results: topics.map(({ topicId, partitions }) => ({
      topicId,
      partitions: partitions.map(({ partition }) => ({ partition, ...result })),
    })),
  };
}

export function refusedStates(request: StateRequest, { error }: KafkaError) {
  return refused(request, { errorCode: Errors[error], errorMessage: ERRORS[error].text });
}

/** Initialize and Delete say no more than the code. */
export function refusedStatesWithoutText(request: StateRequest, { error }: KafkaError) {
  return refused(request, { errorCode: Errors[error] });
}
