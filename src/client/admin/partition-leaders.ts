import { ERRORS, KafkaError } from '../../protocol/errors.ts';
import { type Api, type ApiResponse, type Fields } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { type RequestOf, upperSnake } from '../connection.ts';
import { isRetriable, needsMetadata, TimeoutError } from '../errors.ts';
import { exponentialBackoffMs } from '../settings.ts';
import { callAdmin } from './call.ts';

export interface TopicPartition {
  readonly topic: string;
  readonly partition: number;
}

export function partitionName({ topic, partition }: TopicPartition): string {
  return `${topic}-${partition}`;
}

/** Java's TopicPartition.hashCode, given that of the topic: what orders a HashMap of partitions. */
export function partitionHash({ partition }: TopicPartition, topicHash: number): number {
  return (Math.imul(31, 31 + partition) + topicHash) | 0;
}

/** What became of one partition. */
export type PartitionOutcome<T> =
  | { readonly value: T; readonly error: null }
  | { readonly value: null; readonly error: Error };

export interface LeaderCall<P extends TopicPartition, Q extends Fields, R extends Fields, T> {
  /** Java's name of the call. */
  readonly name: string;
  readonly api: Api<Q, R>;
  /** For partitions that have one leader. */
  request(partitions: readonly P[]): RequestOf<Api<Q, R>>;
  readonly minVersion?: number;
  readonly timeoutMs?: number | undefined;
  /** Outcomes by partition name; a retriable KafkaError as an error asks again, with new metadata if it says so. */
  handle(response: ApiResponse<Api<Q, R>>, version: number): ReadonlyMap<string, PartitionOutcome<T>>;
}

/**
 * A call that only leaders can answer: finds them, asks each for its partitions, and asks again for what failed in passing,
 * until the time of the call is over. Every partition has its own outcome, in the order asked for.
 * Source: Java's AdminApiDriver with PartitionLeaderStrategy.
 */
export async function callLeaders<P extends TopicPartition, Q extends Fields, R extends Fields, T>(
  cluster: Cluster,
  partitions: readonly P[],
  call: LeaderCall<P, Q, R, T>,
): Promise<PartitionOutcome<T>[]> {
  const { clock, settings } = cluster;
  const deadlineMs = clock.now() + (call.timeoutMs ?? settings.apiTimeoutMs);
  const outcomes = new Map<string, PartitionOutcome<T>>();
  let open = [...partitions];
  for (let tries = 0; open.length > 0; tries++) {
    if (tries > 0) await cluster.sleep(Math.min(backoffMs(cluster, tries), Math.max(0, deadlineMs - clock.now())));
    const round = await askOnce(cluster, open, call, deadlineMs);
    for (const [name, outcome] of round) outcomes.set(name, outcome);
    open = open.filter((one) => {
      const outcome = outcomes.get(partitionName(one));
      return (
        outcome === undefined ||
        (outcome.error !== null && isRetriable(outcome.error) && !(outcome.error instanceof TimeoutError))
      );
    });
    if (open.length > 0 && clock.now() >= deadlineMs) {
      for (const one of open)
        outcomes.set(partitionName(one), failed(expired(cluster, call.name, deadlineMs, tries + 1)));
      open = [];
    }
  }
  return partitions.map((one) => outcomes.get(partitionName(one)) as PartitionOutcome<T>);
}

export function failed(error: Error): PartitionOutcome<never> {
  return { value: null, error };
}

function backoffMs({ settings }: Cluster, tries: number): number {
  return exponentialBackoffMs(settings.retryBackoffMs, settings.retryBackoffMaxMs, tries);
}

function expired(cluster: Cluster, name: string, deadlineMs: number, tries: number): TimeoutError {
  const now = cluster.clock.now();
  const state = `callName=${name}(api=METADATA), deadlineMs=${deadlineMs}, tries=${tries}, nextAllowedTryMs=${now + backoffMs(cluster, tries)}`;
  return new TimeoutError(`Call(${state}) timed out at ${now} after ${tries} attempt(s)`);
}

/** One round: leaders from fresh metadata, then one request to each. Failures of a whole request are those of its partitions. */
async function askOnce<P extends TopicPartition, Q extends Fields, R extends Fields, T>(
  cluster: Cluster,
  partitions: readonly P[],
  call: LeaderCall<P, Q, R, T>,
  deadlineMs: number,
): Promise<Map<string, PartitionOutcome<T>>> {
  const leaders = await findLeaders(cluster, partitions, call, deadlineMs);
  if (leaders instanceof Error) return new Map(partitions.map((one) => [partitionName(one), failed(leaders)]));
  const outcomes = new Map<string, PartitionOutcome<T>>();
  const groups = new Map<number, P[]>();
  for (const one of partitions) {
    const leader = leaders.get(partitionName(one));
    if (typeof leader !== 'number')
      outcomes.set(partitionName(one), failed(leader ?? new KafkaError('LEADER_NOT_AVAILABLE')));
    else groups.set(leader, [...(groups.get(leader) ?? []), one]);
  }
  await Promise.all(
    [...groups].map(async ([node, group]) => {
      try {
        const answered = await callAdmin(cluster, {
          name: `${call.name}(api=${upperSnake(call.api.name)})`,
          api: call.api,
          target: { node },
          ...(call.minVersion === undefined ? {} : { minVersion: call.minVersion }),
          timeoutMs: Math.max(1, deadlineMs - cluster.clock.now()),
          request: call.request(group),
          handle: (response, version) => call.handle(response, version),
        });
        for (const [name, outcome] of answered) {
          if (outcome.error && needsMetadata(outcome.error)) cluster.metadata.markStale();
          outcomes.set(name, outcome);
        }
      } catch (error) {
        for (const one of group) outcomes.set(partitionName(one), failed(error as Error));
      }
    }),
  );
  return outcomes;
}

/** Leader or failure by partition name; an Error when nobody could be asked. */
async function findLeaders<P extends TopicPartition>(
  cluster: Cluster,
  partitions: readonly P[],
  call: { readonly name: string },
  deadlineMs: number,
): Promise<Map<string, number | Error> | Error> {
  const topics = [...new Set(partitions.map(({ topic }) => topic))];
  try {
    const timeoutMs = Math.max(1, deadlineMs - cluster.clock.now());
    const answer = await cluster.metadata.refresh(topics, { timeoutMs, isQuiet: true });
    const described = new Map(answer.topics.map((one) => [one.name, one]));
    return new Map(
      partitions.map((one): [string, number | Error] => {
        const topic = described.get(one.topic);
        if (!topic) return [partitionName(one), new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')];
        if (topic.error === 'INVALID_TOPIC_EXCEPTION') {
          const text = `Failed to fetch metadata for partition ${partitionName(one)} due to invalid topic \`${one.topic}\``;
          return [partitionName(one), new KafkaError(topic.error, text)];
        }
        if (topic.error === 'TOPIC_AUTHORIZATION_FAILED') {
          const text = `Failed to fetch metadata for partition ${partitionName(one)} due to topic authorization failure`;
          return [partitionName(one), new KafkaError(topic.error, text)];
        }
        if (topic.error !== 'NONE') return [partitionName(one), new KafkaError(topic.error)];
        const partition = topic.partitions[one.partition];
        if (!partition) return [partitionName(one), new KafkaError('UNKNOWN_TOPIC_OR_PARTITION')];
        if (partition.leaderId >= 0) return [partitionName(one), partition.leaderId];
        const isPassing = ERRORS[partition.error].retriable;
        return [partitionName(one), new KafkaError(isPassing ? partition.error : 'LEADER_NOT_AVAILABLE')];
      }),
    );
  } catch (error) {
    if (!(error instanceof TimeoutError)) {
      if (isRetriable(error)) return error as Error;
      throw error;
    }
    return new TimeoutError(`Timed out waiting for a node assignment. Call: ${call.name}(api=METADATA)`, error.cause);
  }
}
