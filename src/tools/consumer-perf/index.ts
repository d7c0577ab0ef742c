// Owns: kafka-consumer-perf-test: reading as fast as it goes, and the numbers about it.
// In: typed options, the tool's context. Out: reports to the caller, in milliseconds, bytes and records.
export { consumerMetricsText } from './consumer-metrics.ts';
export { consumerPerfProperties } from './perf-properties.ts';
export {
  DETAILED_HEADER,
  HEADER,
  type PerfProgress,
  type PerfTotal,
  progressLine,
  progressNumbers,
  totalLine,
  totalNumbers,
} from './perf-report.ts';
export { type ConsumerPerfOptions, type PerfLimits, runConsumerPerf } from './run-consumer-perf.ts';
