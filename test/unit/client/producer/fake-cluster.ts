import {
  type ProduceAnswer,
  type ProduceRequest,
  type ProduceResponse,
  type ProducerCluster,
  type TopicMetadata,
} from '../../../../src/client/producer/ports.ts';
import { type ErrorName, Errors, type KafkaError } from '../../../../src/protocol/errors.ts';
import { RecordBatch } from '../../../../src/protocol/records/batch.ts';
import { RecordCursor } from '../../../../src/protocol/records/record-cursor.ts';
import { type Api, type ApiRequestInput, type ApiResponse, type Fields } from '../../../../src/protocol/schema.ts';

export interface SentBatch {
  readonly topic: string;
  readonly partition: number;
  readonly producerEpoch: number;
  readonly baseSequence: number;
  readonly values: string[];
  readonly keys: (string | null)[];
  readonly bytes: number;
}

interface Log {
  producerEpoch: number;
  nextSequence: number;
  readonly values: string[];
}

/** What the next batches of a partition meet before they reach its log. */
export type Fate = ErrorName | Error | 'hang' | { readonly error: ErrorName; readonly extra: Record<string, unknown> };

type PartitionAnswer = ProduceResponse['responses'][number]['partitionResponses'][number];

/**
 * One cluster in memory with a broker's rules for sequences: what comes out of order is refused, what was there is not stored again.
 * Answers come when the test says so (`holdsAnswers`) or at once.
 */
export class FakeCluster implements ProducerCluster {
  readonly topics = new Map<string, TopicMetadata>();
  readonly errors = new Map<string, KafkaError>();
  readonly requests: { nodeId: number; batches: SentBatch[]; acks: number }[] = [];
  readonly logs = new Map<string, Log>();
  readonly fates: Fate[] = [];
  initFates: (ErrorName | Error)[] = [];
  maxBatchBytes = Number.POSITIVE_INFINITY;
  throttleTimeMs = 0;
  refreshes = 0;
  holdsAnswers = false;
  version = 13;
  onRefresh: (topics: readonly string[]) => void = () => undefined;
  transactionLevel = 2;
  readonly calls: { name: string; request: Record<string, unknown> }[] = [];
  readonly coordinatorAnswers: (Record<string, unknown> | Error)[] = [];
  private held: (() => void)[] = [];
  private inits = 0;

  addTopic(name: string, leaders: readonly number[]): void {
    this.topics.set(name, { topicId: Buffer.from(name.padEnd(16)).toString('base64url').slice(0, 22), leaders });
  }

  topic(name: string): TopicMetadata | undefined {
    return this.topics.get(name);
  }

  topicError(name: string): KafkaError | undefined {
    return this.errors.get(name);
  }

  hold<T>(work: Promise<T>): Promise<T> {
    return work;
  }

  async refresh(topics: readonly string[]): Promise<void> {
    this.refreshes++;
    this.onRefresh(topics);
  }

  async initProducerId() {
    const fate = this.initFates.shift();
    if (fate instanceof Error) throw fate;
    return {
      throttleTimeMs: 0,
      errorCode: fate ? Errors[fate] : 0,
      producerId: BigInt(1000 + this.inits++),
      producerEpoch: 0,
      ongoingTxnProducerId: -1n,
      ongoingTxnProducerEpoch: -1,
    };
  }

  async findTransactionCoordinator(): Promise<number> {
    return 1;
  }

  async transactionVersion(): Promise<number> {
    return this.transactionLevel;
  }

  async call<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: ApiRequestInput<Api<Q, R>>,
  ): Promise<ApiResponse<Api<Q, R>>> {
    this.calls.push({ name: api.name, request: request as Record<string, unknown> });
    const answer = this.coordinatorAnswers.shift() ?? {};
    if (answer instanceof Error) throw answer;
    return { ...api.response.struct.defaults(), ...answer } as ApiResponse<Api<Q, R>>;
  }

  /** Lets the oldest held answers go. */
  async answer(count = 1): Promise<void> {
    for (const release of this.held.splice(0, count)) release();
    await new Promise((resolve) => setImmediate(resolve));
  }

  get heldCount(): number {
    return this.held.length;
  }

  async produce(
    nodeId: number,
    request: (version: number) => ProduceRequest,
    options: { acks: number },
  ): Promise<ProduceAnswer | null> {
    const { topicData = [] } = request(this.version);
    const batches: SentBatch[] = [];
    const fate = this.fates.shift();
    const responses: ProduceResponse['responses'] = [];
    for (const { name = '', topicId, partitionData = [] } of topicData) {
      const known = [...this.topics].find(([one, it]) => (name ? one === name : it.topicId === topicId));
      const topic = known?.[0] ?? '';
      const answers = partitionData.map(({ index = 0, records }) => {
        const batch = decode(topic, index, Buffer.from(records as Buffer));
        batches.push(batch);
        return this.append(batch, fate);
      });
      responses.push({ name, topicId: topicId ?? '', partitionResponses: answers });
    }
    this.requests.push({ nodeId, batches, acks: options.acks });
    if (fate === 'hang') return new Promise(() => undefined);
    if (this.holdsAnswers) await new Promise<void>((resolve) => this.held.push(resolve));
    if (fate instanceof Error) throw fate;
    if (options.acks === 0) return null;
    const response = { responses, throttleTimeMs: this.throttleTimeMs, nodeEndpoints: [] };
    return { response, correlationId: this.requests.length };
  }

  /** Everything stored in a partition. */
  stored(topic: string, partition = 0): string[] {
    return this.logs.get(`${topic}-${partition}`)?.values ?? [];
  }

  private append(batch: SentBatch, fate: Fate | undefined): PartitionAnswer {
    const answer = (error: ErrorName, baseOffset = -1n, extra = {}): PartitionAnswer => ({
      index: batch.partition,
      errorCode: Errors[error],
      baseOffset,
      logAppendTimeMs: -1n,
      logStartOffset: 0n,
      recordErrors: [],
      errorMessage: null,
      currentLeader: { leaderId: -1, leaderEpoch: -1 },
      ...extra,
    });
    if (typeof fate === 'string' && fate !== 'hang') return answer(fate);
    if (typeof fate === 'object' && !(fate instanceof Error)) return answer(fate.error, -1n, fate.extra);
    if (fate !== undefined) return answer('NONE');
    if (batch.bytes > this.maxBatchBytes) return answer('MESSAGE_TOO_LARGE');
    const key = `${batch.topic}-${batch.partition}`;
    const log = this.logs.get(key) ?? { producerEpoch: -1, nextSequence: 0, values: [] };
    this.logs.set(key, log);
    if (batch.baseSequence >= 0) {
      if (batch.producerEpoch > log.producerEpoch) {
        if (batch.baseSequence !== 0 && log.producerEpoch >= 0) return answer('OUT_OF_ORDER_SEQUENCE_NUMBER');
        log.producerEpoch = batch.producerEpoch;
        log.nextSequence = 0;
      }
      if (batch.baseSequence < log.nextSequence) return answer('NONE', BigInt(log.values.length));
      if (batch.baseSequence > log.nextSequence) return answer('OUT_OF_ORDER_SEQUENCE_NUMBER');
      log.nextSequence += batch.values.length;
    }
    const baseOffset = BigInt(log.values.length);
    log.values.push(...batch.values);
    return answer('NONE', baseOffset);
  }
}

function decode(topic: string, partition: number, bytes: Buffer): SentBatch {
  const batch = new RecordBatch(bytes);
  if (!batch.isCrcValid() || batch.sizeInBytes !== bytes.length) throw new Error('a batch with wrong CRC or size');
  const cursor = new RecordCursor();
  cursor.reset(batch);
  const values: string[] = [];
  const keys: (string | null)[] = [];
  while (cursor.next()) {
    values.push(String(cursor.value()));
    keys.push(cursor.key()?.toString() ?? null);
  }
  const { producerEpoch, baseSequence } = batch;
  return { topic, partition, producerEpoch, baseSequence, values, keys, bytes: bytes.length };
}
