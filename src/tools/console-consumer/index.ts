// Owns: the console consumer: properties, formatters, deserializers, the run itself.
// In: consumer and formatter properties, what to read and when to stop, the streams of a ToolContext.
// Out: bytes on stdout; how the run ended. Source: org.apache.kafka.tools.consumer.ConsoleConsumer.

export { toJavaError } from '../java-failures.ts';
export {
  type ConsoleConsumerOptions,
  type ConsoleConsumerResult,
  consumeToConsole,
  type Selection,
} from './consume-to-console.ts';
export { consumerProperties, formatterProperties } from './consumer-properties.ts';
export { chooseFormatter, DEFAULT_FORMATTER, type Formatter } from './formatter.ts';
