import { type MetadataDelta, type TopicImage } from '../../../../src/broker/cluster/types.ts';
import { partitionForKey } from '../../../../src/broker/groups/index.ts';
import { type AppendResult, type PartitionLog } from '../../../../src/broker/log/types.ts';
import { type ReplicaManager } from '../../../../src/broker/replicas/types.ts';
import { createShareCoordinator, type ShareCoordinator } from '../../../../src/broker/share-groups/index.ts';
import { type ErrorName } from '../../../../src/protocol/errors.ts';
import { RecordBatch } from '../../../../src/protocol/records/batch.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { silentLogger } from '../../../../src/util/logger.ts';

export const TOPIC_ID = 'MkU3OEVBNTcwNTJENDM2Qg';
const PARTITION_COUNT = 5;

/** A state partition's log: appended batches with their offsets. */
export class StateLog {
  logStartOffset = 0n;
  logEndOffset = 0n;
  private readonly stored: Buffer[] = [];

  get highWatermark(): bigint {
    return this.logEndOffset;
  }

  append(batch: Buffer): bigint {
    const copy = Buffer.from(batch);
    const view = new RecordBatch(copy);
    view.baseOffset = this.logEndOffset;
    this.stored.push(copy);
    this.logEndOffset = view.nextOffset;
    return view.baseOffset;
  }

  read(offset: bigint): { records: Buffer; abortedTransactions: null } {
    const found = this.stored.find((bytes) => new RecordBatch(bytes).nextOffset > offset);
    return { records: found ?? Buffer.alloc(0), abortedTransactions: null };
  }

  deleteRecordsBefore(offset: bigint): bigint {
    this.logStartOffset = offset;
    return offset;
  }
}

/** A share coordinator over logs in memory, with a clock moved by hand. Topic `t` has two partitions. */
export class StateWorld {
  readonly clock = new ManualClock();
  readonly topics = new Map<string, TopicImage>();
  readonly logs = Array.from({ length: PARTITION_COUNT }, () => new StateLog());
  readonly configs = new Map([
    ['share.coordinator.snapshot.update.records.per.snapshot', '500'],
    ['share.coordinator.load.buffer.size', '5242880'],
    ['share.coordinator.write.timeout.ms', '5000'],
    ['share.coordinator.state.topic.prune.interval.ms', '300000'],
    ['share.coordinator.cold.partition.snapshot.interval.ms', '300000'],
  ]);
  failAppends: ErrorName | null = null;
  coordinator!: ShareCoordinator;
  metadataChanged!: (delta: MetadataDelta) => void;
  leadershipChanged!: Parameters<ReplicaManager['onLeadershipChange']>[0];

  constructor(configs: Record<string, string> = {}) {
    for (const [name, value] of Object.entries(configs)) this.configs.set(name, value);
    this.topics.set('t', image('t', 2));
    this.start();
  }

  /** As after a restart of the broker: the logs stay, everything else is new. */
  start(): void {
    this.coordinator?.close();
    this.coordinator = createShareCoordinator({
      metadata: {
        topics: this.topics,
        topicById: (topicId: string) => [...this.topics.values()].find((one) => one.topicId === topicId),
        brokerConfigValue: (name: string) => this.configs.get(name) ?? null,
        configsOf: () => new Map(),
        onChange: (listener: StateWorld['metadataChanged']) => {
          this.metadataChanged = listener;
        },
      } as never,
      controller: { ensureInternalTopic: async (name: string) => this.makeTopic(name) } as never,
      replicas: this.replicas,
      partitionForKey,
      clock: this.clock,
      logger: silentLogger,
    });
    if (this.topics.has('__share_group_state')) this.lead();
  }

  private makeTopic(name: string): TopicImage {
    const made = image(name, PARTITION_COUNT);
    this.topics.set(name, made);
    this.lead();
    return made;
  }

  private lead(): void {
    for (let partition = 0; partition < PARTITION_COUNT; partition++) {
      this.leadershipChanged({ topic: '__share_group_state', partition, isLeader: true });
    }
  }

  private get replicas(): ReplicaManager {
    return {
      leaderLog: (_: string, partition: number) => this.logs[partition] as unknown as PartitionLog,
      append: async (entries: { partition: number; records: Buffer }[]): Promise<AppendResult[]> =>
        entries.map(({ partition, records }) => {
          if (this.failAppends !== null) return { error: this.failAppends } as AppendResult;
          return { error: 'NONE', baseOffset: (this.logs[partition] as StateLog).append(records) } as AppendResult;
        }),
      onLeadershipChange: (listener: StateWorld['leadershipChanged']) => {
        this.leadershipChanged = listener;
      },
    } as unknown as ReplicaManager;
  }

  get writtenCount(): bigint {
    return this.logs.reduce((sum, { logEndOffset }) => sum + logEndOffset, 0n);
  }

  get cutCount(): bigint {
    return this.logs.reduce((sum, { logStartOffset }) => sum + logStartOffset, 0n);
  }
}

function image(name: string, partitionCount: number): TopicImage {
  const partitions = Array.from({ length: partitionCount }, (_, partition) => ({ partition, leader: 1 }));
  const topicId = name === 't' ? TOPIC_ID : name.padEnd(22, 'A').slice(0, 22);
  return { name, topicId, isInternal: name.startsWith('__'), partitions } as unknown as TopicImage;
}
