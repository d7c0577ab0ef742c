import { ZERO_UUID } from '../../protocol/primitives.ts';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type JavaError } from '../../util/java-error.ts';
import { ConnectionError } from '../errors.ts';
import { exponentialBackoffMs } from '../settings.ts';
import { type Accumulator } from './accumulator.ts';
import { type BatchOutcomes } from './batch-outcomes.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type ProduceAnswer, type ProduceRequest, type ProduceResponse, type ProducerCluster } from './ports.ts';
import { type ProducerBatch } from './producer-batch.ts';
import { type ProducerSettings } from './producer-settings.ts';
import { type ProducerTopic } from './producer-topic.ts';
import { type SequenceKeeper } from './sequence-keeper.ts';
import { type TopicDirectory } from './topic-directory.ts';

export interface SenderOptions {
  readonly settings: ProducerSettings;
  readonly cluster: ProducerCluster;
  readonly accumulator: Accumulator;
  readonly outcomes: BatchOutcomes;
  readonly identity: SequenceKeeper | null;
  readonly topics: TopicDirectory;
  readonly clock: Clock;
}

/** What is known of a broker that batches go to. */
interface NodeState {
  readonly nodeId: number;
  inFlightRequests: number;
  /** Throttled, or unreachable for the moment. */
  notBeforeMs: number;
  connectFailures: number;
  /** Queues led by it that hold batches; collected anew at every look. */
  readonly queues: PartitionQueue[];
  isReady: boolean;
  /** Which queue the next request begins with, so that none starves. */
  turn: number;
  /** It answered since the connection was made: until then one request at a time, so that none overtakes another. */
  hasAnswered: boolean;
}

/** Highest version that names topics instead of giving their ids (protocol guide: Produce). */
const LAST_NAMED_VERSION = 12;
/** Names, indexes and lengths around one batch, generously. */
const REQUEST_OVERHEAD_BYTES = 64;

/**
 * Moves batches from their queues to the brokers: up to max.in.flight requests per node, one batch per partition in each.
 * `wake` looks at everything once; it runs after appends, answers and timers, never on its own.
 */
export class Sender {
  private readonly options: SenderOptions;
  private readonly nodes = new Map<number, NodeState>();
  private readonly onWire = new Set<ProducerBatch>();
  private isClosing = false;
  private flushes: (() => void)[] = [];
  private timer: Timer | null = null;
  private timerAtMs = Number.POSITIVE_INFINITY;
  private nextLookMs = Number.POSITIVE_INFINITY;
  private nextExpiryMs = 0;

  private readonly isTransactional: boolean;

  constructor(options: SenderOptions) {
    this.options = options;
    this.isTransactional = typeof options.identity?.transactionalId === 'string';
  }

  /** Sends what can be sent now, whatever its age; resolves when no batch is left. */
  flush(): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.flushes.push(resolve);
    this.wake();
    return promise;
  }

  /** Like flush, and what is appended meanwhile does not linger either. */
  async close(): Promise<void> {
    this.isClosing = true;
    await this.flush();
    this.timer?.cancel();
    this.timer = null;
  }

  wake(): void {
    const { accumulator, identity, clock } = this.options;
    const nowMs = clock.now();
    accumulator.hasNews = false;
    this.nextLookMs = Number.POSITIVE_INFINITY;
    if (nowMs >= this.nextExpiryMs) this.expire(nowMs);
    this.lookAgainAt(this.nextExpiryMs);
    if (identity && !identity.prepare()) {
      if (identity.fatalError) this.failUnsent(identity.fatalError, true);
      else if (identity.waitsUntilMs > 0) this.lookAgainAt(identity.waitsUntilMs);
    } else {
      if (identity?.unsentError) this.failUnsent(identity.unsentError, false);
      this.collect(nowMs);
      for (const node of this.nodes.values()) if (node.isReady) this.drain(node, nowMs);
    }
    this.settleFlushes();
    this.setTimer(nowMs);
  }

  private settleFlushes(): void {
    if (this.flushes.length === 0 || this.options.accumulator.incompleteCount > 0) return;
    for (const resolve of this.flushes.splice(0)) resolve();
  }

  private lookAgainAt(timeMs: number): void {
    if (timeMs < this.nextLookMs) this.nextLookMs = timeMs;
  }

  private setTimer(nowMs: number): void {
    if (this.options.accumulator.incompleteCount === 0 || this.timerAtMs <= this.nextLookMs) return;
    this.timer?.cancel();
    this.timerAtMs = this.nextLookMs;
    this.timer = this.options.clock.after(Math.max(0, this.nextLookMs - nowMs), () => {
      this.timer = null;
      this.timerAtMs = Number.POSITIVE_INFINITY;
      this.wake();
    });
  }

  /** Sorts the queues by the node that leads them and decides which nodes have reason to be sent to. */
  private collect(nowMs: number): void {
    const { accumulator, topics } = this.options;
    for (const node of this.nodes.values()) {
      node.queues.length = 0;
      node.isReady = false;
    }
    for (const queue of accumulator.active) {
      const first = queue.first;
      if (first === undefined) {
        accumulator.active.delete(queue);
        continue;
      }
      const leader = topics.of(queue).leader(queue.partition);
      if (leader < 0) {
        this.lookAgainAt(topics.refreshSoon(queue.topic));
        continue;
      }
      const node = this.node(leader);
      node.queues.push(queue);
      if (!node.isReady && this.isReady(queue, first, nowMs)) {
        if (node.notBeforeMs > nowMs) this.lookAgainAt(node.notBeforeMs);
        else node.isReady = true;
      }
    }
  }

  private node(nodeId: number): NodeState {
    let node = this.nodes.get(nodeId);
    if (node === undefined) {
      node = {
        nodeId,
        inFlightRequests: 0,
        notBeforeMs: 0,
        connectFailures: 0,
        queues: [],
        isReady: false,
        turn: 0,
        hasAnswered: false,
      };
      this.nodes.set(nodeId, node);
    }
    return node;
  }

  private isReady(queue: PartitionQueue, first: ProducerBatch, nowMs: number): boolean {
    if (first.retryAtMs > nowMs) {
      this.lookAgainAt(first.retryAtMs);
      return false;
    }
    if (queue.hasSeveral || first.isFull || first.attempts > 0) return true;
    if (this.isClosing || this.flushes.length > 0 || this.options.accumulator.memory.isExhausted) return true;
    const lingeredAtMs = first.createdMs + this.options.settings.lingerMs;
    if (nowMs >= lingeredAtMs) return true;
    this.lookAgainAt(lingeredAtMs);
    return false;
  }

  /** Fills requests until the node's window is full or nothing is left to send. */
  private drain(node: NodeState, nowMs: number): void {
    const { settings } = this.options;
    while (node.inFlightRequests < (node.hasAnswered ? settings.maxInFlightRequests : 1)) {
      const batches = this.take(node, nowMs);
      if (batches.length === 0) return;
      this.send(node, batches, nowMs);
      if (!node.queues.some((queue) => queue.first !== undefined && this.isReady(queue, queue.first, nowMs))) return;
    }
  }

  /** The first batch of every queue, as far as max.request.size reaches. */
  private take(node: NodeState, nowMs: number): ProducerBatch[] {
    const { settings, identity, topics, outcomes } = this.options;
    const { counters } = outcomes;
    const taken: ProducerBatch[] = [];
    let byteCount = 0;
    const { queues } = node;
    for (let step = 0; step < queues.length; step++) {
      const queue = queues[(node.turn + step) % queues.length] as PartitionQueue;
      const first = queue.first;
      if (first === undefined || first.retryAtMs > nowMs) continue;
      if (settings.maxInFlightRequests === 1 && queue.onWireCount > 0) continue;
      const size = first.sizeInBytes + REQUEST_OVERHEAD_BYTES;
      if (taken.length > 0 && byteCount + size > settings.maxRequestBytes) {
        node.turn = (node.turn + step) % queues.length;
        return taken;
      }
      if (identity && !identity.admit(queue, first)) continue;
      queue.takeFirst();
      const isFirstAttempt = !first.isEncoded;
      const plainBytes = first.sizeInBytes;
      if (identity && first.identity === null) queue.sequences.assign(first);
      const bytes = first.encode(this.isTransactional);
      if (isFirstAttempt) {
        topics.of(queue).observeCompression(plainBytes, bytes.length);
        counters.plainByteTotal += plainBytes;
        counters.byteTotal += bytes.length;
        counters.batchTotal++;
        counters.batchSizeMax = Math.max(counters.batchSizeMax, bytes.length);
        counters.recordSendTotal += first.recordCount;
        const queueMs = nowMs - first.createdMs;
        counters.queueMsTotal += queueMs;
        counters.queueMsMax = Math.max(counters.queueMsMax, queueMs);
      }
      byteCount += bytes.length + REQUEST_OVERHEAD_BYTES;
      taken.push(first);
    }
    node.turn = queues.length === 0 ? 0 : (node.turn + 1) % queues.length;
    return taken;
  }

  private send(node: NodeState, batches: readonly ProducerBatch[], nowMs: number): void {
    const { settings, cluster, topics, outcomes, identity } = this.options;
    const byTopic = new Map<ProducerTopic, ProducerBatch[]>();
    for (const batch of batches) {
      const topic = topics.of(batch.queue);
      const group = byTopic.get(topic);
      if (group) group.push(batch);
      else byTopic.set(topic, [batch]);
      batch.attempts++;
      batch.isOnWire = true;
      batch.queue.onWireCount++;
      this.onWire.add(batch);
      this.nextExpiryMs = Math.min(this.nextExpiryMs, batch.createdMs + settings.deliveryTimeoutMs);
    }
    outcomes.counters.requestTotal++;
    node.inFlightRequests++;
    node.notBeforeMs = Math.min(node.notBeforeMs, nowMs);
    const hasIds = [...byTopic.keys()].every((topic) => topic.topicId !== ZERO_UUID);
    const request = (version: number): ProduceRequest => ({
      transactionalId: identity?.transactionalId ?? null,
      acks: settings.acks,
      timeoutMs: settings.requestTimeoutMs,
      topicData: Array.from(byTopic, ([topic, group]) => ({
        ...(version > LAST_NAMED_VERSION ? { topicId: topic.topicId } : { name: topic.name }),
        partitionData: group.map((batch) => ({
          index: batch.queue.partition,
          records: batch.encode(this.isTransactional),
        })),
      })),
    });
    const namedOnly = hasIds ? undefined : LAST_NAMED_VERSION;
    const maxVersion = identity?.maxProduceVersion ?? namedOnly;
    cluster
      .produce(node.nodeId, request, { acks: settings.acks, timeoutMs: settings.requestTimeoutMs, maxVersion })
      .then(
        (answer) => this.onAnswer(node, batches, answer, nowMs),
        (error: unknown) => this.onLoss(node, batches, error),
      );
  }

  private settle(node: NodeState, batches: readonly ProducerBatch[]): void {
    node.inFlightRequests--;
    for (const batch of batches) {
      batch.isOnWire = false;
      batch.isSentStale = false;
      batch.queue.onWireCount--;
      this.onWire.delete(batch);
    }
  }

  private onAnswer(
    node: NodeState,
    batches: readonly ProducerBatch[],
    answer: ProduceAnswer | null,
    sentMs: number,
  ): void {
    const { outcomes, clock } = this.options;
    this.settle(node, batches);
    node.connectFailures = 0;
    node.hasAnswered = true;
    const { counters } = outcomes;
    counters.answered(node.nodeId, clock.now() - sentMs);
    if (answer === null) {
      for (const batch of batches) if (!batch.isDone) outcomes.succeed(batch, -1n, -1n);
    } else {
      const { response, correlationId } = answer;
      counters.throttleMsTotal += response.throttleTimeMs;
      counters.throttleMsMax = Math.max(counters.throttleMsMax, response.throttleTimeMs);
      if (response.throttleTimeMs > 0) node.notBeforeMs = clock.now() + response.throttleTimeMs;
      for (const batch of batches) {
        const own = this.answerFor(batch, response);
        if (own) outcomes.answered(batch, own, correlationId);
        else
          outcomes.lost(batch, node.nodeId, new Error(`no answer for ${batch.queue.topic}-${batch.queue.partition}`));
      }
    }
    this.wake();
  }

  private answerFor({ queue }: ProducerBatch, { responses }: ProduceResponse) {
    const { name, topicId } = this.options.topics.of(queue);
    for (const topic of responses) {
      if (topic.name !== name && (topic.topicId !== topicId || topicId === ZERO_UUID)) continue;
      for (const partition of topic.partitionResponses) if (partition.index === queue.partition) return partition;
    }
    return undefined;
  }

  private onLoss(node: NodeState, batches: readonly ProducerBatch[], error: unknown): void {
    const { outcomes, settings, clock } = this.options;
    this.settle(node, batches);
    node.hasAnswered = false;
    if (error instanceof ConnectionError) {
      node.connectFailures++;
      const { retryBackoffMs, retryBackoffMaxMs } = settings;
      node.notBeforeMs = clock.now() + exponentialBackoffMs(retryBackoffMs, retryBackoffMaxMs, node.connectFailures);
    }
    for (const batch of batches) outcomes.lost(batch, node.nodeId, error);
    this.wake();
  }

  /** Gives up what is older than delivery.timeout.ms, sent or not. */
  private expire(nowMs: number): void {
    const { accumulator, outcomes, settings } = this.options;
    const oldestMs = nowMs - settings.deliveryTimeoutMs;
    let next = nowMs + settings.deliveryTimeoutMs;
    const dueOrLater = (batch: ProducerBatch): boolean => {
      if (batch.createdMs <= oldestMs) return true;
      next = Math.min(next, batch.createdMs + settings.deliveryTimeoutMs);
      return false;
    };
    for (const batch of this.onWire) if (!batch.isDone && dueOrLater(batch)) outcomes.expired(batch);
    for (const queue of accumulator.active) {
      for (const batch of queue.batches().filter(dueOrLater)) {
        queue.remove(batch);
        outcomes.expired(batch);
      }
    }
    this.nextExpiryMs = next;
  }

  /** Fails what waits: everything, or only batches that were never sent. */
  private failUnsent(error: JavaError, isFinal: boolean): void {
    const { accumulator, outcomes } = this.options;
    for (const queue of accumulator.active) {
      for (const batch of [...queue.batches()]) {
        if (batch.identity !== null && !isFinal) continue;
        queue.remove(batch);
        outcomes.fail(batch, error, false);
      }
    }
  }
}
