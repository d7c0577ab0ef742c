import { javaStringHash } from '../../util/java-hash-map.ts';

const INT_MIN = -0x80000000;

/** Partition of a coordinator's topic that holds a group or transactional id. Protocol guide: coordinators. */
export function partitionForKey(key: string, partitionCount: number): number {
  const hash = javaStringHash(key);
  return (hash === INT_MIN ? 0 : Math.abs(hash)) % partitionCount;
}
