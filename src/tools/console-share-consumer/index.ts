// Owns: the console share consumer: its properties and the run itself.
// In: consumer properties, a formatter, what becomes of records, the streams of a ToolContext.
// Out: bytes on stdout; how the run ended. Source: org.apache.kafka.tools.consumer.ConsoleShareConsumer.

export { AcknowledgeType } from '../../client/share-consumer/index.ts';
export { shareConsumerProperties } from './share-consumer-properties.ts';
export { type ShareConsoleOptions, type ShareConsoleResult, shareToConsole } from './share-to-console.ts';
