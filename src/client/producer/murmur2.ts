const MULTIPLIER = 0x5bd1e995;
const SEED = 0x9747b28c;

/** Murmur2 of the bytes from `start` to `end` (exclusive), as a signed 32-bit number. Source: Java's Utils.murmur2. */
export function murmur2(bytes: Buffer, start = 0, end = bytes.length): number {
  const length = end - start;
  let hash = SEED ^ length;
  let at = start;
  for (const lastWord = end - 4; at <= lastWord; at += 4) {
    let word =
      (bytes[at] as number) |
      ((bytes[at + 1] as number) << 8) |
      ((bytes[at + 2] as number) << 16) |
      ((bytes[at + 3] as number) << 24);
    word = Math.imul(word, MULTIPLIER);
    word ^= word >>> 24;
    word = Math.imul(word, MULTIPLIER);
    hash = Math.imul(hash, MULTIPLIER) ^ word;
  }
  const rest = end - at;
  if (rest > 0) {
    if (rest > 2) hash ^= (bytes[at + 2] as number) << 16;
    if (rest > 1) hash ^= (bytes[at + 1] as number) << 8;
    hash = Math.imul(hash ^ (bytes[at] as number), MULTIPLIER);
  }
  hash ^= hash >>> 13;
  hash = Math.imul(hash, MULTIPLIER);
  return hash ^ (hash >>> 15);
}

/** Where Java's default partitioner puts a key: the hash without its sign bit, modulo the partition count. */
export function partitionOfKey(bytes: Buffer, start: number, end: number, partitionCount: number): number {
  return (murmur2(bytes, start, end) & 0x7fffffff) % partitionCount;
}
