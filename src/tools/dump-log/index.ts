// Owns: reading the files of a log directory for people: segments, indexes, snapshots.
// In: file names and what to decode records with.
// Out: what the files hold, one event after the other; complaints of Kafka's tool at the end.
export { type DecoderName, decodingParser, parserOf, type RecordParser } from './decoders.ts';
export { type DumpEvent, type DumpOptions, dumpFiles } from './dump-files.ts';
export { eventText } from './event-text.ts';
