import { ClientError } from '../client/index.ts';
import { ERRORS, KafkaError } from '../protocol/errors.ts';
import { JavaError } from '../util/java-error.ts';

const EXECUTION_EXCEPTION = 'java.util.concurrent.ExecutionException';
const RUNTIME_EXCEPTION = 'java.lang.RuntimeException';

/** A failure of the client as the exception that Java's client throws for it; anything else is thrown on. */
export function toJavaError(error: unknown): JavaError {
  if (error instanceof JavaError) return error;
  if (error instanceof KafkaError) {
    const { exception } = ERRORS[error.error];
    return new JavaError(`org.apache.kafka.common.errors.${exception}`, error.message, error.cause);
  }
  if (error instanceof ClientError) return new JavaError(error.javaClass, error.message, error.cause);
  throw error;
}

/** What a future of Java's admin client throws for a failure. */
export function executionFailure(error: unknown): JavaError {
  return JavaError.wrap(EXECUTION_EXCEPTION, toJavaError(error));
}

/** The same where the tool wraps it once more. */
export function wrappedFailure(error: unknown): JavaError {
  return JavaError.wrap(RUNTIME_EXCEPTION, executionFailure(error));
}

export function runtimeFailure(error: JavaError): JavaError {
  return JavaError.wrap(RUNTIME_EXCEPTION, error);
}

/** Runs a call of the admin client; its failure comes out as `form` makes it. */
export async function failingAs<T>(form: (error: unknown) => JavaError, call: () => Promise<T>): Promise<T> {
  try {
    return await call();
  } catch (error) {
    throw form(error);
  }
}
