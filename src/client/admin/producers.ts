import { Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { writeTxnMarkers } from '../../protocol/messages/27-write-txn-markers.ts';
import { describeProducers as describeApi } from '../../protocol/messages/61-describe-producers.ts';
import { type Offset, type ProducerId, type TimestampMs } from '../../protocol/primitives.ts';
import { type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { ClientError, TimeoutError } from '../errors.ts';
import { callAdmin } from './call.ts';
import { callLeaders, failed, type PartitionOutcome, partitionName, type TopicPartition } from './partition-leaders.ts';

const LOG_NAME = 'org.apache.kafka.clients.admin.internals';
const NAME = 'describeProducers';

export interface ActiveProducer {
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly lastSequence: number;
  readonly lastTimestampMs: TimestampMs;
  /** -1: no transaction of it has ended here. */
  readonly coordinatorEpoch: number;
  /** Null: no transaction is open. */
  readonly transactionStartOffset: Offset | null;
}

/**
 * The producers that partitions know, each partition with its own outcome, in the order asked for: from the leaders, or from one
 * broker, which must answer in time. Source: Java's DescribeProducersHandler.
 */
export async function describeProducers(
  cluster: Cluster,
  partitions: readonly TopicPartition[],
  brokerId?: number,
): Promise<PartitionOutcome<ActiveProducer[]>[]> {
  const request = (asked: readonly TopicPartition[]) => ({ topics: byTopic(asked) });
  const handle = (response: ApiResponse<typeof describeApi>) => outcomesOf(response, brokerId);
  if (brokerId === undefined)
    return callLeaders(cluster, partitions, { name: NAME, api: describeApi, request, handle });
  const name = `${NAME}(api=DESCRIBE_PRODUCERS)`;
  try {
    const answered = await callAdmin(cluster, {
      name,
      api: describeApi,
      target: { node: brokerId },
      request: request(partitions),
      handle(response) {
        const outcomes = handle(response);
        for (const { error } of outcomes.values()) if (error instanceof KafkaError && error.isRetriable) throw error;
        return outcomes;
      },
    });
    return partitions.map((one) => answered.get(partitionName(one)) ?? failed(new KafkaError('UNKNOWN_SERVER_ERROR')));
  } catch (error) {
    if (!(error instanceof ClientError || error instanceof KafkaError)) throw error;
    // A broker that is asked anew until time is over has not been found, says Java's driver.
    const isExpired = error instanceof TimeoutError;
    const text = `Timed out waiting for a node assignment. Call: ${name}`;
    const failure = isExpired ? new TimeoutError(text, error.cause) : error;
    return partitions.map(() => failed(failure));
  }
}

function byTopic(partitions: readonly TopicPartition[]) {
  return [...Map.groupBy(partitions, ({ topic }) => topic)].map(([name, all]) => ({
    name,
    partitionIndexes: all.map(({ partition }) => partition),
  }));
}

function outcomesOf({ topics }: ApiResponse<typeof describeApi>, brokerId: number | undefined) {
  const outcomes = new Map<string, PartitionOutcome<ActiveProducer[]>>();
  for (const { name: topic, partitions } of topics) {
    for (const { partitionIndex, errorCode, errorMessage, activeProducers } of partitions) {
      const name = partitionName({ topic, partition: partitionIndex });
      if (errorCode !== Errors.NONE) {
        outcomes.set(name, failed(describingFailure(topic, name, errorCode, errorMessage, brokerId)));
        continue;
      }
      const value = activeProducers.map((one) => ({
        producerId: one.producerId,
        producerEpoch: one.producerEpoch,
        lastSequence: one.lastSequence,
        lastTimestampMs: one.lastTimestamp,
        coordinatorEpoch: Math.max(-1, one.coordinatorEpoch),
        transactionStartOffset: one.currentTxnStartOffset < 0n ? null : one.currentTxnStartOffset,
      }));
      outcomes.set(name, { value, error: null });
    }
  }
  return outcomes;
}

function describingFailure(
  topic: string,
  name: string,
  errorCode: number,
  errorMessage: string | null,
  brokerId: number | undefined,
): Error {
  const error = errorName(errorCode);
  const about = `Failed to describe active producers for partition ${name}`;
  switch (error) {
    case 'NOT_LEADER_OR_FOLLOWER': {
      if (brokerId === undefined) return new KafkaError(error);
      // Not a failure that passes: nobody but this broker is asked.
      const javaClass = 'org.apache.kafka.common.errors.NotLeaderOrFollowerException';
      return new ClientError(`${about} on brokerId ${brokerId}`, { javaClass, isRetriable: false });
    }
    case 'UNKNOWN_TOPIC_OR_PARTITION':
      return new KafkaError(error);
    case 'INVALID_TOPIC_EXCEPTION': {
      const reason = errorMessage ?? new KafkaError(error).message;
      return new KafkaError(
        error,
        `Failed to fetch metadata for partition ${name} due to invalid topic error: ${reason}`,
      );
    }
    case 'TOPIC_AUTHORIZATION_FAILED':
      return new KafkaError(error, `${about} due to authorization failure on topic \`${topic}\``);
    default:
      return new KafkaError(error, `${about} due to unexpected error`);
  }
}

export interface AbortTransactionSpec extends TopicPartition {
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly coordinatorEpoch: number;
}

/** As Java prints it. */
export function abortSpecText(spec: AbortTransactionSpec): string {
  const { producerId, producerEpoch, coordinatorEpoch } = spec;
  return `AbortTransactionSpec(topicPartition=${partitionName(spec)}, producerId=${producerId}, producerEpoch=${producerEpoch}, coordinatorEpoch=${coordinatorEpoch})`;
}

/** Writes an abort marker into one partition, past the coordinator. Source: Java's AbortTransactionHandler. */
export async function abortTransaction(cluster: Cluster, spec: AbortTransactionSpec): Promise<void> {
  const { topic, partition, producerId, producerEpoch, coordinatorEpoch } = spec;
  const [outcome] = await callLeaders(cluster, [{ topic, partition }], {
    name: 'abortTransaction',
    api: writeTxnMarkers,
    request: () => ({
      markers: [
        {
          producerId,
          producerEpoch,
          coordinatorEpoch,
          transactionResult: false,
          topics: [{ name: topic, partitionIndexes: [partition] }],
        },
      ],
    }),
    handle(response) {
      const answer = response.markers[0]?.topics[0]?.partitions[0];
      const code = answer?.errorCode ?? Errors.UNKNOWN_SERVER_ERROR;
      const error = code === Errors.NONE ? null : abortingFailure(cluster, spec, errorName(code));
      const outcome: PartitionOutcome<true> = error ? { value: null, error } : { value: true, error: null };
      return new Map([[partitionName(spec), outcome]]);
    },
  });
  if (outcome?.error) throw outcome.error;
}

const PASSING = new Set<string>([
  'NOT_LEADER_OR_FOLLOWER',
  'REPLICA_NOT_AVAILABLE',
  'BROKER_NOT_AVAILABLE',
  'UNKNOWN_TOPIC_OR_PARTITION',
]);

function abortingFailure(cluster: Cluster, spec: AbortTransactionSpec, name: KafkaError['error']): KafkaError {
  if (PASSING.has(name)) return new KafkaError(name);
  const text = abortSpecText(spec);
  const [log, reason] = {
    CLUSTER_AUTHORIZATION_FAILED: ['cluster authorization', 'due to cluster authorization error'],
    INVALID_PRODUCER_EPOCH: ['due to an invalid producer epoch', 'due an invalid producer epoch'],
    TRANSACTION_COORDINATOR_FENCED: [
      'because the coordinator epoch is fenced',
      `since the provided coordinator epoch ${spec.coordinatorEpoch} has been fenced by the active coordinator`,
    ],
  }[name as string] ?? [
    `due to an unexpected error ${name}`,
    `due to unexpected error: ${new KafkaError(name).message}`,
  ];
  cluster.logger
    .named(`${LOG_NAME}.AbortTransactionHandler`)
    .log('ERROR', `${cluster.logPrefix}WriteTxnMarkers request for abort spec ${text} failed ${log}`);
  return new KafkaError(name, `WriteTxnMarkers request with ${text} failed ${reason}`);
}
