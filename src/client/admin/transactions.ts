import { Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { describeTransactions as describeApi } from '../../protocol/messages/65-describe-transactions.ts';
import { listTransactions as listApi } from '../../protocol/messages/66-list-transactions.ts';
import { type ProducerId, type TimestampMs } from '../../protocol/primitives.ts';
import { JavaError } from '../../util/java-error.ts';
import { type Cluster } from '../cluster.ts';
import { TimeoutError } from '../errors.ts';
import { callAdmin } from './call.ts';
import { callCoordinators } from './coordinators.ts';
import { type TopicPartition } from './partition-leaders.ts';

const LOG_NAME = 'org.apache.kafka.clients.admin.internals';
const TRANSACTION_KEY_TYPE = 1;
/** What fencing asks for as the next transaction's timeout: it never begins. */
const FENCING_TIMEOUT_MS = 1;

export interface TransactionListing {
  readonly transactionalId: string;
  readonly coordinatorId: number;
  readonly producerId: ProducerId;
  /** As Java's TransactionState prints it. */
  readonly state: string;
}

export interface ListTransactionsFilter {
  readonly producerIds?: readonly ProducerId[];
  /** Only transactions older than this; needs ListTransactions v1. */
  readonly durationMs?: bigint | undefined;
  /** A pattern of the whole id; needs ListTransactions v2. */
  readonly idPattern?: string | undefined;
}

/** Transactional ids of every broker, in the order of the answers. */
export async function listTransactions(
  cluster: Cluster,
  filter: ListTransactionsFilter = {},
): Promise<TransactionListing[]> {
  const { producerIds = [], durationMs = -1n, idPattern = null } = filter;
  await findBrokers(cluster);
  const answers = cluster.metadata.nodes().map(({ id }) =>
    callAdmin(cluster, {
      name: 'listTransactions(api=LIST_TRANSACTIONS)',
      api: listApi,
      target: { node: id },
      minVersion: idPattern ? 2 : durationMs >= 0n ? 1 : 0,
      request: (version) => ({
        producerIdFilters: [...producerIds],
        ...(version >= 1 ? { durationFilter: durationMs } : {}),
        ...(version >= 2 ? { transactionalIdPattern: idPattern } : {}),
      }),
      handle({ errorCode, transactionStates }) {
        if (errorCode !== Errors.NONE) throw listingFailure(cluster, id, errorCode);
        return transactionStates.map(({ transactionState, ...one }) => {
          return { ...one, coordinatorId: id, state: transactionState };
        });
      },
    }),
  );
  return (await Promise.all(answers)).flat();
}

async function findBrokers(cluster: Cluster): Promise<void> {
  try {
    await cluster.metadata.refresh([], { timeoutMs: cluster.settings.apiTimeoutMs });
  } catch (error) {
    if (!(error instanceof TimeoutError)) throw error;
    throw new TimeoutError(
      'Timed out waiting for a node assignment. Call: listTransactions(api=METADATA)',
      error.cause,
    );
  }
}

/** Source: Java's ListTransactionsHandler. */
function listingFailure(cluster: Cluster, brokerId: number, errorCode: number): Error {
  const name = errorName(errorCode);
  if (name === 'COORDINATOR_LOAD_IN_PROGRESS') return new KafkaError(name);
  if (name === 'COORDINATOR_NOT_AVAILABLE') {
    const text = `ListTransactions request sent to broker ${brokerId} failed because the coordinator is shutting down`;
    return new JavaError('org.apache.kafka.common.errors.CoordinatorNotAvailableException', text);
  }
  const reason = `failed because of an unexpected error ${name}`;
  cluster.logger
    .named(`${LOG_NAME}.ListTransactionsHandler`)
    .log('ERROR', `${cluster.logPrefix}The \`ListTransactions\` request sent to broker ${brokerId} ${reason}`);
  return new KafkaError(
    name,
    `ListTransactions request sent to broker ${brokerId} failed with an unexpected exception`,
  );
}

export interface TransactionDescription {
  readonly coordinatorId: number;
  readonly state: string;
  readonly producerId: ProducerId;
  readonly producerEpoch: number;
  readonly timeoutMs: number;
  /** Null: none is under way. */
  readonly startTimeMs: TimestampMs | null;
  readonly partitions: readonly TopicPartition[];
}

/** What the coordinators know about transactional ids, or the code of each that is not known. */
export function describeTransactions(
  cluster: Cluster,
  transactionalIds: readonly string[],
): Promise<Map<string, TransactionDescription | KafkaError>> {
  return callCoordinators(cluster, {
    name: 'describeTransactions',
    apiName: 'DESCRIBE_TRANSACTIONS',
    keyType: TRANSACTION_KEY_TYPE,
    api: describeApi,
    groupIds: transactionalIds,
    request: (ids) => ({ transactionalIds: [...ids] }),
    handle: (response, _ids, node) =>
      new Map(
        response.transactionStates.map((one): [string, TransactionDescription | KafkaError] => {
          if (one.errorCode !== Errors.NONE) return [one.transactionalId, describingFailure(one)];
          const partitions = one.topics.flatMap(({ topic, partitions: indexes }) =>
            indexes.map((partition) => ({ topic, partition })),
          );
          return [
            one.transactionalId,
            {
              coordinatorId: node,
              state: one.transactionState,
              producerId: one.producerId,
              producerEpoch: one.producerEpoch,
              timeoutMs: one.transactionTimeoutMs,
              startTimeMs: one.transactionStartTimeMs < 0n ? null : one.transactionStartTimeMs,
              partitions,
            },
          ];
        }),
      ),
  });
}

const DESCRIBING_REASONS: Readonly<Record<string, string>> = {
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'due to authorization failure',
  TRANSACTIONAL_ID_NOT_FOUND: 'because the ID could not be found',
};

function describingFailure({ errorCode, transactionalId }: { errorCode: number; transactionalId: string }): KafkaError {
  const failure = new KafkaError(errorName(errorCode));
  if (failure.isRetriable) return failure;
  const reason = DESCRIBING_REASONS[failure.error] ?? 'due to unexpected error';
  const text = `DescribeTransactions request for transactionalId \`${transactionalId}\` failed ${reason}`;
  return new KafkaError(failure.error, text);
}

/** Ends what a transactional id has under way by taking its producer's place. Source: Java's FenceProducersHandler. */
export async function fenceProducer(cluster: Cluster, transactionalId: string): Promise<void> {
  const outcomes = await callCoordinators(cluster, {
    name: 'fenceProducer',
    apiName: 'INIT_PRODUCER_ID',
    keyType: TRANSACTION_KEY_TYPE,
    api: initProducerId,
    groupIds: [transactionalId],
    request: () => ({ transactionalId, transactionTimeoutMs: FENCING_TIMEOUT_MS }),
    handle({ errorCode }) {
      if (errorCode === Errors.NONE) return new Map([[transactionalId, null]]);
      return new Map([[transactionalId, fencingFailure(errorName(errorCode), transactionalId)]]);
    },
  });
  const outcome = outcomes.get(transactionalId);
  if (outcome instanceof KafkaError) throw outcome;
}

const FENCING_REASONS: Readonly<Record<string, string>> = {
  CLUSTER_AUTHORIZATION_FAILED: 'due to cluster authorization failure',
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: 'due to transactional ID authorization failure',
};

function fencingFailure(name: KafkaError['error'], transactionalId: string): KafkaError {
  // An abort that is still being written passes: callAdmin asks again.
  if (name === 'CONCURRENT_TRANSACTIONS') throw new KafkaError(name);
  const failure = new KafkaError(name);
  if (failure.isRetriable) return failure;
  const reason = FENCING_REASONS[name] ?? 'due to unexpected error';
  return new KafkaError(name, `InitProducerId request for transactionalId \`${transactionalId}\` failed ${reason}`);
}
