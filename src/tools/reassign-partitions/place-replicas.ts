import { JavaError } from '../../util/java-error.ts';

export interface PlacementBroker {
  readonly id: number;
  readonly rack: string | null;
}

const INVALID = 'org.apache.kafka.common.errors.InvalidReplicationFactorException';

/**
 * Replicas of each partition, spread over racks and brokers: each partition begins one rack further, each rack gives its brokers
 * in turn. Throws JavaError: there are too few brokers. Source: kafka 4.x StripedReplicaPlacer.
 */
export function placeReplicas(
  brokers: readonly PlacementBroker[],
  partitionCount: number,
  replicationFactor: number,
  randomBelow: (end: number) => number,
): number[][] {
  if (brokers.length === 0) {
    throw new JavaError(INVALID, 'All brokers are currently fenced, or have all their log directories cordoned.');
  }
  if (replicationFactor > brokers.length) {
    const reason = `only ${brokers.length} broker(s) are registered or some brokers have all their log directories cordoned`;
    throw new JavaError(
      INVALID,
      `The target replication factor of ${replicationFactor} cannot be reached because ${reason}.`,
    );
  }
  const racks = [...Map.groupBy(brokers, ({ rack }) => rack).values()].map((members) => {
    return {
      ids: shuffled(
        members.map(({ id }) => id),
        randomBelow,
      ),
      turn: randomBelow(members.length),
    };
  });
  let firstRack = randomBelow(racks.length);
  return Array.from({ length: partitionCount }, () => {
    const chosen: number[] = [];
    // Once around the racks takes one broker of each; a rack whose brokers are all taken is passed over.
    for (let step = 0; chosen.length < replicationFactor; step++) {
      const rack = racks[(firstRack + step) % racks.length]!;
      for (let tried = 0; tried < rack.ids.length; tried++) {
        const id = rack.ids[rack.turn]!;
        rack.turn = (rack.turn + 1) % rack.ids.length;
        if (chosen.includes(id)) continue;
        chosen.push(id);
        break;
      }
    }
    firstRack = (firstRack + 1) % racks.length;
    return chosen;
  });
}

function shuffled(ids: readonly number[], randomBelow: (end: number) => number): number[] {
  const result = [...ids];
  for (let end = result.length; end > 1; end--) {
    const other = randomBelow(end);
    [result[end - 1], result[other]] = [result[other]!, result[end - 1]!];
  }
  return result;
}
