import { type MetadataDelta } from '../../../../src/broker/cluster/types.ts';
import { type FetchResult, type ReplicaManager } from '../../../../src/broker/replicas/types.ts';
import {
  createShareGroups,
  type ShareCoordinator,
  type ShareFetchRequest,
  type ShareGroups,
  type ShareObserver,
  type ShareState,
} from '../../../../src/broker/share-groups/index.ts';
import { combineBatches } from '../../../../src/broker/share-groups/state-batches.ts';
import { type ErrorName } from '../../../../src/protocol/errors.ts';
import { batches } from '../../../../src/protocol/records/batch.ts';
import { singleBatch } from '../../../../src/protocol/records/batch-builder.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { silentLogger } from '../../../../src/util/logger.ts';
import { TOPIC_ID } from './share-world.ts';

const NONE = Buffer.alloc(0);

/** Topic `t` with two partitions in memory, a share coordinator that keeps states in a map, and members of group `g`. */
export class MembersWorld {
  readonly clock = new ManualClock();
  readonly states = new Map<string, ShareState>();
  readonly groupConfigs = new Map([['share.auto.offset.reset', 'earliest']]);
  readonly logs = [0, 1].map(() => ({ batches: [] as Buffer[], start: 0n, end: 0n }));
  /** Writes of states fail with this until it is null again. */
  failWrites: ErrorName | null = null;
  abortedTransactions: FetchResult['abortedTransactions'] = null;
  leadershipChanged!: Parameters<ReplicaManager['onLeadershipChange']>[0];
  metadataChanged!: (delta: MetadataDelta) => void;
  readonly connections = new Map<string, AbortController>();
  private readonly appended = new Set<() => void>();
  private gate: Promise<void> = Promise.resolve();
  readonly shareGroups: ShareGroups;
  private readonly epochs = new Map<string, number>();

  constructor(brokerConfigs: Record<string, string> = {}, observer: ShareObserver | null = null) {
    const configs: Record<string, string> = {
      'group.share.record.lock.duration.ms': '30000',
      'group.share.delivery.count.limit': '5',
      'group.share.partition.max.record.locks': '2000',
      'group.share.max.share.sessions': '2000',
      ...brokerConfigs,
    };
    const image = { name: 't', topicId: TOPIC_ID, partitions: [{ leaderEpoch: 0 }, { leaderEpoch: 0 }] };
    for (const partition of [0, 1]) this.makeState(partition, -1n);
    this.shareGroups = createShareGroups({
      metadata: {
        topicById: (topicId: string) => (topicId === TOPIC_ID ? image : undefined),
        brokerConfigValue: (name: string) => configs[name] ?? null,
        configsOf: () => this.groupConfigs,
        onChange: (listener: MembersWorld['metadataChanged']) => {
          this.metadataChanged = listener;
        },
      } as never,
      replicas: this.replicas,
      coordinator: this.coordinator,
      clock: this.clock,
      logger: silentLogger,
      observer,
    });
  }

  makeState(partition: number, startOffset: bigint, stateEpoch = 1): void {
    const rest = {
      snapshotEpoch: 0,
      leaderEpoch: 0,
      deliveryCompleteCount: -1,
      createTimestampMs: 0,
      writeTimestampMs: 0,
    };
    this.states.set(`g/${partition}`, { ...rest, stateEpoch, startOffset, stateBatches: [] });
  }

  /** One batch of so many records. */
  append(count: number, partition = 0, meta: Parameters<typeof singleBatch>[1] = {}): void {
    const log = this.logs[partition] as (typeof this.logs)[number];
    const records = Array.from({ length: count }, () => ({ timestampMs: 1, key: null, value: Buffer.from('v') }));
    log.batches.push(singleBatch(records, { ...meta, baseOffset: log.end }));
    log.end += BigInt(count);
    for (const wake of [...this.appended]) wake();
  }

  /** From now on writes of states wait until the result is called. */
  holdWrites(): () => void {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.gate = promise;
    return resolve;
  }

  private get coordinator(): ShareCoordinator {
    const keyOf = ({ groupId, partition }: { groupId: string; partition: number }) => `${groupId}/${partition}`;
    return {
      read: async (key: { groupId: string; partition: number }) => {
        const state = this.states.get(keyOf(key)) ?? null;
        return { error: state === null ? 'INVALID_REQUEST' : 'NONE', state };
      },
      write: async (key: never, write: Parameters<ShareCoordinator['write']>[1]) => {
        await this.gate;
        const state = this.states.get(keyOf(key));
        if (this.failWrites !== null) return { error: this.failWrites };
        if (state === undefined || state.stateEpoch > write.stateEpoch) return { error: 'FENCED_STATE_EPOCH' };
        const { startOffset, deliveryCompleteCount } = write;
        const stateBatches = combineBatches(state.stateBatches, write.stateBatches, startOffset);
        this.states.set(keyOf(key), { ...state, startOffset, deliveryCompleteCount, stateBatches });
        return { error: 'NONE' };
      },
    } as unknown as ShareCoordinator;
  }

  private get replicas(): ReplicaManager {
    return {
      leaderLog: (_: string, partition: number) => {
        const { start, end } = this.logs[partition] ?? { start: 0n, end: 0n };
        return { logStartOffset: start, highWatermark: end };
      },
      offsetFor: ({ partition, timestampMs }: { partition: number; timestampMs: bigint }) => ({
        offset: timestampMs === -2n ? this.logs[partition]?.start : this.logs[partition]?.end,
      }),
      fetch: async (
        entries: { topic: string; partition: number; fetchOffset: bigint }[],
        options: { maxWaitMs: number; signal: AbortSignal },
      ) => {
        const read = () =>
          entries.map(({ topic, partition, fetchOffset }): FetchResult => {
            const all = this.logs[partition]?.batches ?? [];
            const found = all.filter((one) => [...batches(one)].some((batch) => batch.nextOffset > fetchOffset));
            return {
              topic,
              partition,
              error: 'NONE',
              highWatermark: 0n,
              lastStableOffset: 0n,
              logStartOffset: 0n,
              abortedTransactions: this.abortedTransactions,
              records: found.length === 0 ? NONE : Buffer.concat(found),
            };
          });
        if (options.maxWaitMs === 0 || read().some(({ records }) => records.length > 0)) return read();
        await new Promise<void>((resolve) => {
          const timer = this.clock.after(options.maxWaitMs, resolve);
          this.appended.add(resolve);
          options.signal.addEventListener('abort', () => resolve());
          if (options.signal.aborted) resolve();
          timer satisfies object;
        });
        return read();
      },
      onLeadershipChange: (listener: MembersWorld['leadershipChanged']) => {
        this.leadershipChanged = listener;
      },
    } as unknown as ReplicaManager;
  }

  request(memberId: string, request: Partial<ShareFetchRequest> = {}): ShareFetchRequest {
    const connection = this.connections.get(memberId) ?? new AbortController();
    this.connections.set(memberId, connection);
    const sessionEpoch = request.sessionEpoch ?? this.epochs.get(memberId) ?? 0;
    if (sessionEpoch >= 0) this.epochs.set(memberId, sessionEpoch + 1);
    const partitions = sessionEpoch === 0 ? [{ topicId: TOPIC_ID, partition: 0, acknowledgements: [] }] : [];
    return {
      groupId: 'g',
      memberId,
      sessionEpoch,
      isRenew: false,
      maxWaitMs: 0,
      minBytes: 1,
      maxBytes: 1_000_000,
      maxRecords: 500,
      batchSize: 500,
      isStrict: false,
      isModeKnown: true,
      partitions,
      forgotten: [],
      closed: connection.signal,
      ...request,
    };
  }

  /** "first-last x deliveries" per acquired run, by partition; or the error of the request or of the partition. */
  async fetch(memberId: string, request: Partial<ShareFetchRequest> = {}): Promise<string> {
    const { error, partitions } = await this.shareGroups.fetch(this.request(memberId, request));
    if (error !== 'NONE') return error;
    return partitions
      .map((one) => {
        const runs = one.acquired.map((run) => `${run.firstOffset}-${run.lastOffset}x${run.deliveryCount}`);
        const texts = [one.error, one.acknowledgeError].filter((name) => name !== 'NONE');
        return [`${one.partition}:`, ...texts, ...runs].join(' ');
      })
      .join(', ');
  }

  /** Offsets first to last of partition 0; the error or NONE. */
  async acknowledge(
    memberId: string,
    first: number,
    last: number,
    type: number,
    sessionEpoch?: number,
  ): Promise<string> {
    const acknowledgements = [{ firstOffset: BigInt(first), lastOffset: BigInt(last), acknowledgeTypes: [type] }];
    const request = this.request(memberId, sessionEpoch === undefined ? {} : { sessionEpoch });
    const { error, partitions } = await this.shareGroups.acknowledge({
      ...request,
      isRenew: type === 4,
      partitions: [{ topicId: TOPIC_ID, partition: 0, acknowledgements }],
    });
    return error === 'NONE' ? (partitions[0]?.error ?? 'nothing') : error;
  }

  /** What is stored of partition 0: "start, done: first-last state x count ...". */
  get stored(): string {
    const state = this.states.get('g/0');
    const runs = state?.stateBatches.map(
      (one) => `${one.firstOffset}-${one.lastOffset} ${one.deliveryState}x${one.deliveryCount}`,
    );
    return `${state?.startOffset}, ${state?.deliveryCompleteCount}: ${runs?.join(' ')}`;
  }
}
