import { type ClusterMetadata, type Controller } from '../../../../src/broker/cluster/index.ts';
import { type PartitionLog } from '../../../../src/broker/log/index.ts';
import { type ReplicaManager, type TopicPartition } from '../../../../src/broker/replicas/index.ts';
import { RecordBatch } from '../../../../src/protocol/records/batch.ts';

/** Logs in memory, one leader epoch, appends at once; `refuse` makes appends to a topic fail. */
export class MemoryReplicas {
  readonly logs = new Map<string, Buffer[]>();
  refuse: { topic: string; error: 'KAFKA_STORAGE_ERROR' } | null = null;
  private listeners: ((change: TopicPartition & { isLeader: boolean }) => void)[] = [];

  readonly port: ReplicaManager = {
    append: async (entries) =>
      entries.map(({ topic, partition, records }) => {
        if (this.refuse?.topic === topic) return { error: this.refuse.error };
        const log = this.log(topic, partition);
        const batch = new RecordBatch(records as Buffer);
        const baseOffset = this.endOffset(topic, partition);
        batch.baseOffset = baseOffset;
        log.push(records as Buffer);
        return {
          error: 'NONE',
          baseOffset,
          lastOffset: batch.lastOffset,
          logAppendTimeMs: -1n,
          logStartOffset: 0n,
          isDuplicate: false,
        };
      }),
    leaderLog: (topic, partition) =>
      ({
        logStartOffset: 0n,
        logEndOffset: this.endOffset(topic, partition),
        latestLeaderEpoch: 0,
        read: () => ({ records: Buffer.concat(this.log(topic, partition)), abortedTransactions: null }),
      }) as unknown as PartitionLog,
    beginVerification: () => undefined,
    fetch: async () => [],
    moveReplica: () => 'NONE',
    describeLogDirs: () => [],
    offsetFor: () => ({ error: 'NONE', timestampMs: -1n, offset: -1n, leaderEpoch: -1 }),
    onLeadershipChange: (listener) => {
      this.listeners.push(listener);
    },
  };

  log(topic: string, partition: number): Buffer[] {
    const key = `${topic}-${partition}`;
    const log = this.logs.get(key) ?? [];
    this.logs.set(key, log);
    return log;
  }

  private endOffset(topic: string, partition: number): bigint {
    const last = this.log(topic, partition).at(-1);
    return last ? new RecordBatch(last).nextOffset : 0n;
  }

  lead(topic: string, partition: number, isLeader = true): void {
    for (const listener of this.listeners) listener({ topic, partition, isLeader });
  }

  /** Forgets who listens, keeps the logs: what a restart leaves. */
  restart(): void {
    this.listeners = [];
  }
}

const CONFIGS: Record<string, string> = {
  'transaction.max.timeout.ms': '900000',
  'transactional.id.expiration.ms': '604800000',
  'transaction.abort.timed.out.transaction.cleanup.interval.ms': '10000',
  'transaction.remove.expired.transaction.cleanup.interval.ms': '3600000',
};

export function fakeMetadata(): ClusterMetadata {
  const partitions = { length: 1 };
  return {
    topics: new Map([
      ['__transaction_state', { partitions }],
      ['__consumer_offsets', { partitions }],
    ]),
    partition: () => ({ leader: 1 }),
    brokerConfigValue: (name: string) => CONFIGS[name] ?? null,
  } as unknown as ClusterMetadata;
}

export function fakeController(): Controller {
  let first = 1000n;
  return {
    allocateProducerIds: async () => {
      first += 1000n;
      return { first: first - 1000n, count: 1000 };
    },
  } as unknown as Controller;
}
