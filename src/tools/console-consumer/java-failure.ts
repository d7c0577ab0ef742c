import { ClientError } from '../../client/index.ts';
import { ERRORS, KafkaError } from '../../protocol/errors.ts';
import { JavaError } from '../../util/java-error.ts';

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
