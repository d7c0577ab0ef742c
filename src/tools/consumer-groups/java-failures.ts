import { JavaError } from '../../util/java-error.ts';
import { toJavaError } from '../console-consumer/java-failure.ts';

const EXECUTION_EXCEPTION = 'java.util.concurrent.ExecutionException';
const RUNTIME_EXCEPTION = 'java.lang.RuntimeException';

export { toJavaError };

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
