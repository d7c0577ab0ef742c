import { JavaError } from '../../util/java-error.ts';

/** Failures that Kafka's tool tells in one line. */
export const TERSE_FAILURE = 'kafka.tools.TerseFailure';

export function terse(text: string): JavaError {
  return new JavaError(TERSE_FAILURE, text);
}

export function illegalArgument(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}
