import { type Offset, type ProducerId } from '../../protocol/primitives.ts';
import { type CommittedOffset } from './record-format.ts';

/** A committed offset with the place of its record, which decides between competing commits. */
export interface StoredOffset extends CommittedOffset {
  readonly recordOffset: Offset;
}

type PartitionOffsets = Map<number, StoredOffset>;
type TopicOffsets = Map<string, PartitionOffsets>;

function getOrAdd<K, V>(map: Map<K, V>, key: K, create: () => V): V {
  const present = map.get(key);
  if (present !== undefined) return present;
  const value = create();
  map.set(key, value);
  return value;
}

/** Offsets by group, topic and partition; empty inner maps are never kept. */
class OffsetMap {
  readonly groups = new Map<string, TopicOffsets>();

  get(groupId: string, topic: string, partition: number): StoredOffset | undefined {
    return this.groups.get(groupId)?.get(topic)?.get(partition);
  }

  set(groupId: string, topic: string, partition: number, offset: StoredOffset): void {
    const topics = getOrAdd(this.groups, groupId, () => new Map());
    getOrAdd(topics, topic, () => new Map()).set(partition, offset);
  }

  delete(groupId: string, topic: string, partition: number): void {
    const topics = this.groups.get(groupId);
    const partitions = topics?.get(topic);
    partitions?.delete(partition);
    if (partitions?.size === 0) topics?.delete(topic);
    if (topics?.size === 0) this.groups.delete(groupId);
  }

  *ofGroup(groupId: string): Generator<{ topic: string; partition: number; offset: StoredOffset }> {
    for (const [topic, partitions] of this.groups.get(groupId) ?? []) {
      for (const [partition, offset] of partitions) yield { topic, partition, offset };
    }
  }
}

/** The offsets of all groups of one `__consumer_offsets` partition: what its log says, nothing more. */
export class OffsetStore {
  private readonly committed = new OffsetMap();
  /** Offsets of open transactions, by producer (KIP-98). */
  private readonly pending = new Map<ProducerId, OffsetMap>();

  get(groupId: string, topic: string, partition: number): StoredOffset | undefined {
    return this.committed.get(groupId, topic, partition);
  }

  ofGroup(groupId: string): Generator<{ topic: string; partition: number; offset: StoredOffset }> {
    return this.committed.ofGroup(groupId);
  }

  /** Partitions with a committed or pending offset, each once. */
  partitionsOf(groupId: string): { topic: string; partition: number }[] {
    const found = new Map<string, { topic: string; partition: number }>();
    for (const offsets of [this.committed, ...this.pending.values()]) {
      for (const { topic, partition } of offsets.ofGroup(groupId)) {
        found.set(`${topic}-${partition}`, { topic, partition });
      }
    }
    return [...found.values()];
  }

  /** Groups with an offset of the topic, pending ones included. */
  groupIdsWith(topic: string): Set<string> {
    const ids = new Set<string>();
    for (const { groups } of [this.committed, ...this.pending.values()]) {
      for (const [groupId, topics] of groups) if (topics.has(topic)) ids.add(groupId);
    }
    return ids;
  }

  hasOpenTransaction(groupId: string): boolean {
    for (const { groups } of this.pending.values()) if (groups.has(groupId)) return true;
    return false;
  }

  hasPending(groupId: string, topic: string, partition: number): boolean {
    for (const offsets of this.pending.values()) if (offsets.get(groupId, topic, partition)) return true;
    return false;
  }

  put(groupId: string, topic: string, partition: number, offset: StoredOffset): void {
    this.committed.set(groupId, topic, partition, offset);
  }

  putPending(producerId: ProducerId, groupId: string, topic: string, partition: number, offset: StoredOffset): void {
    getOrAdd(this.pending, producerId, () => new OffsetMap()).set(groupId, topic, partition, offset);
  }

  /** A tombstone removes what was committed before it, in open transactions too. */
  delete(groupId: string, topic: string, partition: number): void {
    this.committed.delete(groupId, topic, partition);
    for (const [producerId, offsets] of this.pending) {
      offsets.delete(groupId, topic, partition);
      if (offsets.groups.size === 0) this.pending.delete(producerId);
    }
  }

  /** A commit makes the producer's offsets visible, except where a later record already committed another. */
  completeTransaction(producerId: ProducerId, outcome: 'commit' | 'abort'): void {
    const offsets = this.pending.get(producerId);
    this.pending.delete(producerId);
    if (offsets === undefined || outcome === 'abort') return;
    for (const groupId of offsets.groups.keys()) {
      for (const { topic, partition, offset } of offsets.ofGroup(groupId)) {
        const current = this.committed.get(groupId, topic, partition);
        if (current === undefined || offset.recordOffset > current.recordOffset) {
          this.committed.set(groupId, topic, partition, offset);
        }
      }
    }
  }
}
