import { type BrokerRegistration } from '../metadata-state.ts';

/** Why a placement is impossible; the text follows "Unable to replicate the partition N time(s): ". */
export class PlacementError extends Error {
  override name = 'PlacementError';
}

export const NOBODY_ACTIVE = 'All brokers are currently fenced, or have all their log directories cordoned.';

/** Brokers that may get replicas and those that may lead at once. */
export function isActive({ fenced, inControlledShutdown }: BrokerRegistration): boolean {
  return !fenced && !inControlledShutdown;
}

/**
 * Replicas for new partitions: active brokers in a circle, each partition starting one further on, so that leaders and
 * followers spread evenly; fenced ones come last. `start` chooses where the circle begins. Throws PlacementError.
 */
export function placeReplicas(
  brokers: ReadonlyMap<number, BrokerRegistration>,
  partitionCount: number,
  replicationFactor: number,
  start: number,
): number[][] {
  const all = [...brokers.values()].sort((a, b) => a.brokerId - b.brokerId);
  const active = all.filter(isActive).map((one) => one.brokerId);
  const others = all.filter((one) => !isActive(one)).map((one) => one.brokerId);
  if (replicationFactor > all.length) {
    const reason = `only ${all.length} broker(s) are registered or some brokers have all their log directories cordoned.`;
    throw new PlacementError(
      `The target replication factor of ${replicationFactor} cannot be reached because ${reason}`,
    );
  }
  if (active.length === 0) throw new PlacementError(NOBODY_ACTIVE);
  return Array.from({ length: partitionCount }, (_, partition) => {
    const circle = active.map((_one, index) => active[(start + partition + index) % active.length] as number);
    return [...circle, ...others].slice(0, replicationFactor);
  });
}
