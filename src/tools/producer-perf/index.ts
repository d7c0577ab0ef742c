// Owns: kafka-producer-perf-test: records made up or picked, sent at a given rate, and the sums in Apache's words.
// In: typed options, the streams of a ToolContext.
// Out: lines on stdout, one exception per failed record on stderr, how many failed.
export { type PayloadSource, type ProducerPerfOptions, runProducerPerf } from './run-producer-perf.ts';
