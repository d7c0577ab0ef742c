import { Errors, errorName, KafkaError } from '../../protocol/errors.ts';

/** What a cluster says about one of several things it was asked for: `error` is null when it worked. */
export interface Outcome {
  readonly error: KafkaError | null;
}

/** The failure that a code stands for, or null. A text from the broker wins over the table's. */
export function failureOf(errorCode: number, errorMessage?: string | null): KafkaError | null {
  return errorCode === Errors.NONE ? null : new KafkaError(errorName(errorCode), errorMessage ?? undefined);
}

/** Throws if a code says so. */
export function throwIfFailed(errorCode: number, errorMessage?: string | null): void {
  const failure = failureOf(errorCode, errorMessage);
  if (failure) throw failure;
}

/** Java's `all()`: the first failure is the failure of the whole. */
export function requireAll<T extends Outcome>(outcomes: readonly T[]): readonly T[] {
  const failed = outcomes.find((one) => one.error !== null);
  if (failed?.error) throw failed.error;
  return outcomes;
}
