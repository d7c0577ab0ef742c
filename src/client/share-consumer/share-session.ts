import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { shareFetch } from '../../protocol/messages/78-share-fetch.ts';
import { shareAcknowledge } from '../../protocol/messages/79-share-acknowledge.ts';
import { type Uuid } from '../../protocol/primitives.ts';
import { type ApiResponse } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { partitionName, type TopicPartition } from '../consumer/assigned-partition.ts';
import { type AcknowledgementBatch, Acknowledgements } from './acknowledgements.ts';

export interface ShareFetchSettings {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxRecords: number;
  /** 0: batches as they lie in the log; 1: not one record more than `maxRecords`. */
  readonly acquireMode: number;
}

export type ShareAnswer = ApiResponse<typeof shareFetch>;

/** The lock on records that were fetched is bound to a session; its epoch counts requests. Protocol guide: share sessions (KIP-932). */
const FIRST_EPOCH = 0;
const FINAL_EPOCH = -1;
const LAST_EPOCH = 0x7fffffff;
const LANE = 'share';

const SESSION_GONE = new Set<ErrorName>([
  'SHARE_SESSION_NOT_FOUND',
  'INVALID_SHARE_SESSION_EPOCH',
  'SHARE_SESSION_LIMIT_REACHED',
  // Brokers say so while the session holds a topic that was deleted.
  'UNKNOWN_SERVER_ERROR',
]);

interface PartitionOf {
  readonly topicId: Uuid;
  readonly partition: number;
}

/** What one node knows about this member: which partitions it wants, and what became of the records it got. */
export class ShareSession {
  private readonly cluster: Cluster;
  private readonly node: number;
  private readonly groupId: string;
  private readonly memberId: string;
  private epoch = FIRST_EPOCH;
  private known = new Map<string, PartitionOf>();
  private readonly pending = new Map<
    string,
    { readonly at: PartitionOf; readonly acknowledgements: Acknowledgements }
  >();

  constructor(cluster: Cluster, node: number, groupId: string, memberId: string) {
    this.cluster = cluster;
    this.node = node;
    this.groupId = groupId;
    this.memberId = memberId;
  }

  /** What is to be told with the next request. */
  acknowledgementsOf(partition: TopicPartition): Acknowledgements {
    const name = partitionName(partition);
    let found = this.pending.get(name);
    if (!found) {
      const topicId = this.cluster.metadata.topicId(partition.topic) ?? this.known.get(name)?.topicId;
      const at = { topicId: topicId as Uuid, partition: partition.partition };
      found = { at, acknowledgements: new Acknowledgements() };
      this.pending.set(name, found);
    }
    return found.acknowledgements;
  }

  get hasAcknowledgements(): boolean {
    return [...this.pending.values()].some((one) => one.acknowledgements.size > 0);
  }

  /** Tells what is to be told and asks for more records. Throws KafkaError; a session that is gone begins anew with the next call. */
  async fetch(wanted: readonly TopicPartition[], settings: ShareFetchSettings): Promise<ShareAnswer> {
    const { cluster, groupId, memberId, epoch } = this;
    const { acquireMode, ...limits } = settings;
    const next = new Map<string, PartitionOf>();
    for (const one of wanted) {
      const topicId = cluster.metadata.topicId(one.topic);
      if (topicId !== undefined) next.set(partitionName(one), { topicId, partition: one.partition });
    }
    const added = [...next].filter(([name]) => !this.known.has(name)).map(([, at]) => at);
    const forgotten = [...this.known].filter(([name]) => !next.has(name)).map(([, at]) => at);
    const request = {
      groupId,
      memberId,
      shareSessionEpoch: epoch,
      ...limits,
      batchSize: settings.maxRecords,
      shareAcquireMode: acquireMode,
      topics: byTopic(this.takeAcknowledgements(), added),
      forgottenTopicsData: [...Map.groupBy(forgotten, (one) => one.topicId)].map(([topicId, members]) => ({
        topicId,
        partitions: members.map((one) => one.partition),
      })),
    };
    const timeoutMs = settings.maxWaitMs + cluster.settings.requestTimeoutMs;
    const response = await this.guarded(() =>
      cluster.send(shareFetch, request, { node: this.node, lane: LANE }, { timeoutMs }),
    );
    this.known = next;
    return response;
  }

  /** Tells what is to be told. `isFinal`: ends the session, which gives back whatever is still locked. Throws KafkaError. */
  async acknowledge({ isFinal = false } = {}): Promise<void> {
    const { cluster, groupId, memberId } = this;
    const isIdle = isFinal ? this.epoch === FIRST_EPOCH : !this.hasAcknowledgements;
    if (isIdle) return;
    const request = {
      groupId,
      memberId,
      shareSessionEpoch: isFinal ? FINAL_EPOCH : this.epoch,
      topics: byTopic(this.takeAcknowledgements(), []),
    };
    const { responses } = await this.guarded(() =>
      cluster.send(shareAcknowledge, request, { node: this.node, lane: LANE }),
    );
    for (const { partitions } of responses) {
      for (const { errorCode } of partitions) if (errorCode !== Errors.NONE) throw new KafkaError(errorName(errorCode));
    }
  }

  private async guarded<T extends { readonly errorCode: number }>(send: () => Promise<T>): Promise<T> {
    try {
      const response = await send();
      if (response.errorCode !== Errors.NONE) throw new KafkaError(errorName(response.errorCode));
      this.epoch = this.epoch === LAST_EPOCH ? 1 : this.epoch + 1;
      return response;
    } catch (error) {
      // After a lost answer the epoch is anybody's guess, too.
      if (!(error instanceof KafkaError) || SESSION_GONE.has(error.error)) this.begin();
      throw error;
    }
  }

  private begin(): void {
    this.epoch = FIRST_EPOCH;
    this.known = new Map();
  }

  /** The first request of a session must not carry any: what was locked then is locked no more. */
  private takeAcknowledgements(): (PartitionOf & { batches: AcknowledgementBatch[] })[] {
    const all = [...this.pending.values()].filter((one) => one.acknowledgements.size > 0);
    const taken = all.map(({ at, acknowledgements }) => ({ ...at, batches: acknowledgements.take() }));
    return this.epoch === FIRST_EPOCH ? [] : taken;
  }
}

function byTopic(
  told: readonly (PartitionOf & { batches: AcknowledgementBatch[] })[],
  added: readonly PartitionOf[],
): {
  topicId: Uuid;
  partitions: { partitionIndex: number; acknowledgementBatches: AcknowledgementBatch[] }[];
}[] {
  const isTold = ({ topicId, partition }: PartitionOf) =>
    told.some((one) => one.topicId === topicId && one.partition === partition);
  const silent = added.filter((one) => !isTold(one)).map((one) => ({ ...one, batches: [] as AcknowledgementBatch[] }));
  return [...Map.groupBy([...told, ...silent], (one) => one.topicId)].map(([topicId, members]) => ({
    topicId,
    partitions: members.map(({ partition, batches }) => ({
      partitionIndex: partition,
      acknowledgementBatches: batches,
    })),
  }));
}
