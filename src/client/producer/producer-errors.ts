import { ERRORS, type ErrorName, exceptionClassOf, KafkaError } from '../../protocol/errors.ts';
import { JavaError } from '../../util/java-error.ts';
import { ClientError } from '../errors.ts';

/** The exception of Java's client for an error code; the broker's own text, if it sent one, replaces the default. */
export function javaErrorOf(error: ErrorName, text?: string | null): JavaError {
  return new JavaError(exceptionClassOf(error), text ?? ERRORS[error].text);
}

export function recordTooLarge(text: string): JavaError {
  return javaErrorOf('MESSAGE_TOO_LARGE', text);
}

export function timeout(text: string, cause?: JavaError): JavaError {
  return new JavaError(exceptionClassOf('REQUEST_TIMED_OUT'), text, cause);
}

/** Any failure of the cluster port as Java's producer reports it. */
export function asJavaError(error: unknown): JavaError {
  if (error instanceof JavaError) return error;
  if (error instanceof KafkaError) return javaErrorOf(error.error, error.message);
  if (error instanceof ClientError) return new JavaError(error.javaClass, error.message, error.cause);
  const text = error instanceof Error ? error.message : String(error);
  return new JavaError('org.apache.kafka.common.KafkaException', text, error);
}
