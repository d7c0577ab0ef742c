import { type ErrorName } from '../../protocol/errors.ts';

/**
 * What a failed append to a coordinator's topic tells its client about the coordinator: that it is not ready or has moved. Null:
 * nothing, and each coordinator has an answer of its own. Source: kafka 4.x CoordinatorOperationExceptionHelper, TransactionStateManager.
 */
export function coordinatorErrorOf(appendError: ErrorName): ErrorName | null {
  switch (appendError) {
    case 'UNKNOWN_TOPIC_OR_PARTITION':
    case 'NOT_ENOUGH_REPLICAS':
    case 'NOT_ENOUGH_REPLICAS_AFTER_APPEND':
    case 'REQUEST_TIMED_OUT':
      return 'COORDINATOR_NOT_AVAILABLE';
    case 'NOT_LEADER_OR_FOLLOWER':
    case 'KAFKA_STORAGE_ERROR':
      return 'NOT_COORDINATOR';
    default:
      return null;
  }
}
