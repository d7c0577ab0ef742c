import { type ServerConfig } from './cluster/index.ts';
import { type CleanerOptions, type LogIntervals } from './log/index.ts';

type Values = ServerConfig['values'];

const LONG_MAX = 2 ** 63;

/** Intervals of the log room's background work, from Kafka's configs; the largest number Kafka knows means never. */
export function logIntervals(values: Values): Partial<LogIntervals> {
  const flushMs = values.number('log.flush.scheduler.interval.ms');
  return {
    retentionCheckMs: values.number('log.retention.check.interval.ms'),
    recoveryPointCheckpointMs: values.get('log.flush.offset.checkpoint.interval.ms'),
    logStartCheckpointMs: values.get('log.flush.start.offset.checkpoint.interval.ms'),
    highWatermarkCheckpointMs: values.number('replica.high.watermark.checkpoint.interval.ms'),
    producerExpirationCheckMs: values.get('producer.id.expiration.check.interval.ms'),
    initialDelayMs: values.number('log.initial.task.delay.ms'),
    // Kafka looks at flush.ms never unless told; a topic that sets flush.ms wants it to be looked at.
    ...(flushMs >= LONG_MAX ? {} : { flushCheckMs: flushMs }),
  };
}

export function cleanerOptions(values: Values): Partial<CleanerOptions> {
  return {
    isEnabled: values.get('log.cleaner.enable'),
    backoffMs: values.number('log.cleaner.backoff.ms'),
    dedupeBufferBytes: values.number('log.cleaner.dedupe.buffer.size'),
  };
}
