/** java.lang.String.hashCode: a signed 32-bit number. */
export function javaStringHash(text: string): number {
  let hash = 0;
  for (let at = 0; at < text.length; at++) hash = (Math.imul(hash, 31) + text.charCodeAt(at)) | 0;
  return hash;
}

const DEFAULT_CAPACITY = 16;
const LOAD_FACTOR = 0.75;

/** Number of buckets of a HashMap made with `initialCapacity` after `size` keys have been put in. */
function bucketCount(size: number, initialCapacity: number): number {
  let buckets = 1;
  while (buckets < initialCapacity) buckets *= 2;
  while (size > Math.floor(buckets * LOAD_FACTOR)) buckets *= 2;
  return buckets;
}

/**
 * Values in the order in which a java.util.HashMap (or HashSet) gives them back after they were put in one by one. Kafka's
 * tools print several things in this order. `key`: a string, or the hash code of another kind of key; `initialCapacity`: what
 * the map was made with.
 */
export function inHashOrder<T>(
  values: readonly T[],
  key: (value: T) => string | number,
  initialCapacity = DEFAULT_CAPACITY,
): T[] {
  const mask = bucketCount(values.length, initialCapacity) - 1;
  const bucket = (value: T): number => {
    const one = key(value);
    const hash = typeof one === 'string' ? javaStringHash(one) : one;
    return (hash ^ (hash >>> 16)) & mask;
  };
  // Within a bucket the order of insertion stays, as Array.sort keeps it.
  return values
    .map((value) => [bucket(value), value] as const)
    .sort((a, b) => a[0] - b[0])
    .map(([, value]) => value);
}
