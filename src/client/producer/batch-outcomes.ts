import { ERRORS, type ErrorName, errorName, KafkaError } from '../../protocol/errors.ts';
import { type Clock } from '../../util/clock.ts';
import { JavaError } from '../../util/java-error.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { ConnectionError, DisconnectError, TimeoutError } from '../errors.ts';
import { exponentialBackoffMs } from '../settings.ts';
import { type Accumulator } from './accumulator.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type FailureListener, type ProduceResponse } from './ports.ts';
import { type ProducerBatch } from './producer-batch.ts';
import { asJavaError, javaErrorOf, timeout } from './producer-errors.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { type ProducerTopic } from './producer-topic.ts';
import { type SequenceKeeper } from './sequence-keeper.ts';

export type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number];

export interface OutcomeOptions {
  readonly settings: ProducerSettings;
  readonly accumulator: Accumulator;
  readonly identity: SequenceKeeper | null;
  readonly clock: Clock;
  readonly logger: NamedLogger;
  readonly onFailure: FailureListener;
  readonly onMarks: ((marks: readonly number[]) => void) | undefined;
  readonly topicOf: (queue: PartitionQueue) => ProducerTopic;
  /** The leader may have moved. */
  readonly refresh: (topic: string) => void;
}

/** Counts of a producer's life, as Java's producer-metrics name them. */
export class ProducerCounters {
  recordSendTotal = 0;
  recordErrorTotal = 0;
  recordRetryTotal = 0;
  batchTotal = 0;
  batchSplitTotal = 0;
  batchSizeMax = 0;
  /** Of the batches as sent, and before compression. */
  byteTotal = 0;
  plainByteTotal = 0;
  requestTotal = 0;
  answerTotal = 0;
  answerMsTotal = 0;
  answerMsMax = 0;
  /** The same by node. */
  readonly answersByNode = new Map<number, { total: number; msTotal: number; msMax: number }>();
  /** From the making of a batch to its first sending. */
  queueMsTotal = 0;
  queueMsMax = 0;
  throttleMsTotal = 0;
  throttleMsMax = 0;

  answered(nodeId: number, answerMs: number): void {
    const node = this.answersByNode.get(nodeId) ?? { total: 0, msTotal: 0, msMax: 0 };
    this.answersByNode.set(nodeId, node);
    node.total++;
    node.msTotal += answerMs;
    node.msMax = Math.max(node.msMax, answerMs);
    this.answerTotal++;
    this.answerMsTotal += answerMs;
    this.answerMsMax = Math.max(this.answerMsMax, answerMs);
  }
}

/** What becomes of a batch that was answered, lost or outlived its time: done, failed, tried again, or split. */
export class BatchOutcomes {
  readonly counters = new ProducerCounters();
  private readonly options: OutcomeOptions;

  constructor(options: OutcomeOptions) {
    this.options = options;
  }

  answered(batch: ProducerBatch, answer: PartitionAnswer, correlationId: number): void {
    if (batch.isDone) return;
    const error = errorName(answer.errorCode);
    if (error === 'NONE' || error === 'DUPLICATE_SEQUENCE_NUMBER') {
      this.succeed(batch, error === 'NONE' ? answer.baseOffset : -1n, answer.logAppendTimeMs);
      return;
    }
    if (error === 'MESSAGE_TOO_LARGE' && batch.recordCount > 1) {
      this.split(batch, correlationId);
      return;
    }
    const { errorMessage } = answer;
    const mayRetry = this.mayRetry(batch, error, answer.logStartOffset);
    if (mayRetry) this.warnRetry(batch, error, errorMessage, correlationId);
    if (ERRORS[error].refreshMetadata) this.refreshAfter(batch, error, errorMessage);
    if (mayRetry) {
      this.putBack(batch, true);
      return;
    }
    this.fail(batch, answerError(answer, error, batch.queue.topic), false);
  }

  /** The request was not answered. */
  lost(batch: ProducerBatch, nodeId: number, cause: unknown): void {
    if (batch.isDone) return;
    const { queue } = batch;
    if (cause instanceof ConnectionError && !cause.isHopeless) {
      // Never sent: as in Java, a node that cannot be reached costs no attempt, only time.
      this.options.refresh(queue.topic);
      this.putBack(batch, false);
      return;
    }
    const error = lossError(cause, nodeId);
    if (error === undefined) {
      this.fail(batch, asJavaError(cause), true);
      return;
    }
    const mayRetry = this.mayRetry(batch, error.error, -1n);
    if (mayRetry) this.warnRetry(batch, error.error, error.message, undefined);
    this.refreshAfter(batch, error.error, error.message);
    if (mayRetry) this.putBack(batch, true);
    else this.fail(batch, javaErrorOf(error.error, error.message), true);
  }

  /** delivery.timeout.ms is over. */
  expired(batch: ProducerBatch): void {
    const { queue, recordCount, createdMs } = batch;
    const ageMs = this.options.clock.now() - createdMs;
    const error = timeout(
      `Expiring ${recordCount} record(s) for ${queue.topic}-${queue.partition}:${ageMs} ms has passed since batch creation. ` +
        'The request has not been sent, or no server response has been received yet.',
    );
    this.fail(batch, () => error, batch.attempts > 0);
  }

  succeed(batch: ProducerBatch, baseOffset: bigint, logAppendTimeMs: bigint): void {
    this.options.identity?.acknowledge(batch, baseOffset);
    batch.succeed(baseOffset, logAppendTimeMs);
    if (batch.marks.length > 0) this.options.onMarks?.(batch.marks);
    this.options.accumulator.release(batch);
  }

  /** Fails a batch that no broker can have: nothing about its sequence is in doubt. */
  fail(batch: ProducerBatch, error: JavaError | ((index: number) => JavaError), mayHaveArrived: boolean): void {
    if (batch.isDone) return;
    const errorOf = typeof error === 'function' ? error : () => error;
    this.options.identity?.abandon(batch, errorOf(0), mayHaveArrived);
    this.counters.recordErrorTotal += batch.recordCount;
    batch.fail(errorOf, this.options.onFailure);
    this.options.accumulator.release(batch);
  }

  private mayRetry(batch: ProducerBatch, error: ErrorName, logStartOffset: bigint): boolean {
    const { settings, identity, clock } = this.options;
    if (batch.attempts > settings.retries) return false;
    if (clock.now() - batch.createdMs >= settings.deliveryTimeoutMs) return false;
    return identity && batch.identity !== null
      ? identity.mayRetry(batch, error, logStartOffset)
      : ERRORS[error].retriable;
  }

  private putBack(batch: ProducerBatch, countsAsRetry: boolean): void {
    const { settings, accumulator, clock } = this.options;
    if (countsAsRetry) this.counters.recordRetryTotal += batch.recordCount;
    else batch.attempts--;
    const { retryBackoffMs, retryBackoffMaxMs } = settings;
    batch.retryAtMs =
      clock.now() + exponentialBackoffMs(retryBackoffMs, retryBackoffMaxMs, Math.max(1, batch.attempts));
    batch.queue.putBack(batch);
    accumulator.active.add(batch.queue);
  }

  /** The broker takes smaller batches only: the halves go first, in order, under the sequences the whole had. */
  private split(batch: ProducerBatch, correlationId: number): void {
    const { settings, accumulator, topicOf } = this.options;
    const { queue } = batch;
    this.warn(
      `Got error produce response in correlation id ${correlationId} on topic-partition ${this.name(batch)}, splitting and ` +
        `retrying (${settings.retries - batch.attempts + 1} attempts left). Error: MESSAGE_TOO_LARGE`,
    );
    topicOf(queue).expectSmallBatches();
    const parts = batch.split(settings.batchBytes, accumulator.newBuilder);
    queue.sequences.replace(batch, parts);
    for (let at = parts.length - 1; at >= 0; at--) queue.putBack(parts[at] as ProducerBatch);
    accumulator.active.add(queue);
    accumulator.incompleteCount += parts.length - 1;
    accumulator.memory.give(batch.memoryBytes - parts.reduce((sum, part) => sum + part.memoryBytes, 0));
    this.counters.batchSplitTotal++;
  }

  private name({ queue }: ProducerBatch): string {
    return `${queue.topic}-${queue.partition}`;
  }

  private warnRetry(
    batch: ProducerBatch,
    error: ErrorName,
    text: string | null,
    correlationId: number | undefined,
  ): void {
    const left = this.options.settings.retries - batch.attempts;
    const which = correlationId === undefined ? '' : ` with correlation id ${correlationId}`;
    const message = text ? `. Error Message: ${text}` : '';
    this.warn(
      `Got error produce response${which} on topic-partition ${this.name(batch)}, retrying (${left} attempts left). Error: ${error}${message}`,
    );
  }

  /** The leader known here seems to be wrong. */
  private refreshAfter(batch: ProducerBatch, error: ErrorName, text: string | null): void {
    const where = `in produce request on partition ${this.name(batch)}`;
    if (error === 'UNKNOWN_TOPIC_OR_PARTITION') {
      this.warn(
        `Received unknown topic or partition error ${where}. The topic-partition may not exist or the user may not have Describe access to it`,
      );
    } else if (ERRORS[error].refreshMetadata) {
      this.warn(
        `Received invalid metadata error ${where} due to ${javaErrorOf(error, text)} Going to request metadata update now`,
      );
    }
    this.options.refresh(batch.queue.topic);
  }

  private warn(text: string): void {
    this.options.logger
      .named('org.apache.kafka.clients.producer.internals.Sender')
      .log('WARN', `[Producer clientId=${this.options.settings.clientId}] ${text}`);
  }
}

/** The error of each record: the broker may have singled some out. */
function answerError(answer: PartitionAnswer, error: ErrorName, topic: string): (index: number) => JavaError {
  const whole =
    error === 'TOPIC_AUTHORIZATION_FAILED'
      ? javaErrorOf(error, `Not authorized to access topics: [${topic}]`)
      : error === 'CLUSTER_AUTHORIZATION_FAILED'
        ? javaErrorOf(error, 'The producer is not authorized to do idempotent sends')
        : javaErrorOf(error, answer.errorMessage);
  const { recordErrors } = answer;
  if (recordErrors.length === 0) return () => whole;
  // With several records at fault the one code of the partition cannot stand for each of them.
  const recordError: ErrorName = recordErrors.length === 1 ? error : 'INVALID_RECORD';
  const texts = new Map(
    recordErrors.map((one) => [
      one.batchIndex,
      one.batchIndexErrorMessage ?? answer.errorMessage ?? ERRORS[error].text,
    ]),
  );
  return (index) => {
    const text = texts.get(index);
    return text === undefined ? bystanderError() : javaErrorOf(recordError, text);
  };
}

/** For a record that is sound itself. */
function bystanderError(): JavaError {
  return new JavaError(
    'org.apache.kafka.common.KafkaException',
    'Failed to append record because it was part of a batch which had one more more invalid records',
  );
}

/** What Java reports for a request without an answer; undefined for failures that another attempt cannot change. */
function lossError(cause: unknown, nodeId: number): KafkaError | undefined {
  if (cause instanceof KafkaError) return cause;
  if (cause instanceof TimeoutError) {
    return new KafkaError('REQUEST_TIMED_OUT', `Disconnected from node ${nodeId} due to timeout`);
  }
  if (cause instanceof DisconnectError || cause instanceof ConnectionError) {
    return new KafkaError('NETWORK_EXCEPTION', `Disconnected from node ${nodeId}`);
  }
  return undefined;
}
