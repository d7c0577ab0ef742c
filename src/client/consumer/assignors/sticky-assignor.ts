import { Reader } from '../../../protocol/primitives.ts';
import { array, arrayOf, int32, string, Table } from '../../../protocol/schema.ts';
import { partitionName, type TopicPartition } from '../assigned-partition.ts';
import { byTopic, flat, inOrder } from '../consumer-protocol.ts';
import { type Assignor, type GroupAssignment, type GroupSubscription } from './assignor.ts';
import { assignSticky, type Owned } from './sticky-assignment.ts';

/** Java's StickyAssignor user data, version 1 (no version number in the bytes). */
const stickyUserData = new Table(
  'StickyAssignorUserData',
  { versions: '1', flexible: 'none' },
  {
    previousAssignment: array('1+', { topic: string('1+'), partitions: arrayOf('1+', 'int32') }),
    generation: int32('1+'),
  },
);
const INT32_BYTES = 4;
const NO_GENERATION = -1;

/** Keeps assignments as they are as far as they stay even; members give up everything first. Source: Java's StickyAssignor. */
export class StickyAssignor implements Assignor {
  readonly name = 'sticky';
  readonly isCooperative = false;
  private given: { partitions: readonly TopicPartition[]; generation: number } | null = null;

  userData(): Buffer | null {
    if (this.given === null) return null;
    const { partitions, generation } = this.given;
    return stickyUserData.encode({ previousAssignment: byTopic(inOrder(partitions)), generation }, 1);
  }

  onAssignment(partitions: readonly TopicPartition[], generation: number): void {
    this.given = { partitions, generation };
  }

  assign(members: readonly GroupSubscription[], topics: Parameters<Assignor['assign']>[1]): GroupAssignment {
    return assignSticky(members, topics, previousOf);
  }
}

function previousOf({ userData }: GroupSubscription): Owned {
  if (!userData || userData.length === 0) return { partitions: [], generation: NO_GENERATION };
  const { previousAssignment, generation } = stickyUserData.read(new Reader(userData), 1);
  return { partitions: flat(previousAssignment), generation };
}

/**
 * The same with incremental rebalances (KIP-429): members read on during a rebalance, and a partition that moves is first given up by
 * its owner, then, in a second rebalance, given to the other. Source: Java's CooperativeStickyAssignor.
 */
export class CooperativeStickyAssignor implements Assignor {
  readonly name = 'cooperative-sticky';
  readonly isCooperative = true;
  private generation = NO_GENERATION;

  userData(): Buffer {
    const bytes = Buffer.alloc(INT32_BYTES);
    bytes.writeInt32BE(this.generation);
    return bytes;
  }

  onAssignment(_partitions: readonly TopicPartition[], generation: number): void {
    this.generation = generation;
  }

  assign(members: readonly GroupSubscription[], topics: Parameters<Assignor['assign']>[1]): GroupAssignment {
    const wanted = assignSticky(members, topics, ownedOf);
    const owner = new Map<string, string>();
    for (const { memberId, ownedPartitions = [] } of members) {
      for (const partition of ownedPartitions) owner.set(partitionName(partition), memberId);
    }
    // What still belongs to another waits for the next rebalance.
    const isFree = (partition: TopicPartition, memberId: string): boolean =>
      (owner.get(partitionName(partition)) ?? memberId) === memberId;
    return new Map([...wanted].map(([memberId, all]) => [memberId, all.filter((one) => isFree(one, memberId))]));
  }
}

function ownedOf({ ownedPartitions = [], generationId = NO_GENERATION, userData }: GroupSubscription): Owned {
  if (generationId !== NO_GENERATION) return { partitions: ownedPartitions, generation: generationId };
  const isKnown = userData !== null && userData !== undefined && userData.length >= INT32_BYTES;
  return { partitions: ownedPartitions, generation: isKnown ? userData.readInt32BE() : NO_GENERATION };
}
