import { exceptionClassOf, KafkaError } from '../../protocol/errors.ts';

export { KafkaError };

/** The full class name that Java's client gives to an answer with a code. */
export function exceptionClass(error: KafkaError): string {
  return exceptionClassOf(error.error);
}
