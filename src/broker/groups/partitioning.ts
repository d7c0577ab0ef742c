/** Java's String.hashCode: 32 bits, over UTF-16 units. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let i = 0; i < text.length; i++) hash = (Math.imul(hash, 31) + text.charCodeAt(i)) | 0;
  return hash;
}

const INT_MIN = -0x80000000;

/** Partition of a coordinator's topic that holds a group or transactional id. Protocol guide: coordinators. */
export function partitionForKey(key: string, partitionCount: number): number {
  const hash = javaStringHash(key);
  return (hash === INT_MIN ? 0 : Math.abs(hash)) % partitionCount;
}
