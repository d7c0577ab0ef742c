import { type JavaError } from '../../util/java-error.ts';

/** How many of Kafka's tools tell in their main that they failed: the message, the trace, an empty line. */
export function messageAndTrace(error: JavaError): string {
  return `${error.hasMessage ? error.message : null}\n${error.trace()}\n`;
}
