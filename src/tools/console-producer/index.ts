// Owns: kafka-console-producer: stdin taken apart into records, and what happens to those that fail.
// In: typed options, the streams of a ToolContext.
// Out: how many records failed; JavaError for what ends the tool.

export { LINE_MESSAGE_READER } from './load-record-reader.ts';
export { type ConsoleProducerOptions, type ConsoleProducerResult, produceFromConsole } from './produce-from-console.ts';
export type { OptionSetting } from './producer-properties.ts';
export type { ReadRecord, RecordReader } from './record-reader.ts';
