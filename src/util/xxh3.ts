/** XXH3 with 64 bits, seed 0 and the default secret. Source: github.com/Cyan4973/xxHash, doc/xxhash_spec.md. */

const SECRET = Buffer.from(
  'b8fe6c3923a44bbe7c01812cf721ad1cded46de9839097db7240a4a4b7b3671fcb79e64eccc0e578825ad07dccff7221' +
    'b8084674f743248ee03590e6813a264c3c2852bb91c300cb88d0658b1b532ea371644897a20df94e3819ef46a9deacd8' +
    'a8fa763fe39c343ff9dcbbc7c70b4f1d8a51e04bcdb45931c89f7ec9d9787364eac5ac8334d3ebc3c581a0fffa1363eb' +
    '170ddd51b7f0da49d316552629d4689e2b16be587d47a1fc8ff8b8d17ad031ce45cb3a8f95160428afd7fbcabb4b407e',
  'hex',
);
const MASK = 0xffff_ffff_ffff_ffffn;
const LOW = 0xffff_ffffn;
const PRIME32_1 = 0x9e3779b1n;
const PRIME32_2 = 0x85ebca77n;
const PRIME32_3 = 0xc2b2ae3dn;
const PRIME64_1 = 0x9e3779b185ebca87n;
const PRIME64_2 = 0xc2b2ae3d27d4eb4fn;
const PRIME64_3 = 0x165667b19e3779f9n;
const PRIME64_4 = 0x85ebca77c2b2ae63n;
const PRIME64_5 = 0x27d4eb2f165667c5n;
const STRIPE_BYTES = 64;
const STRIPES_PER_BLOCK = (SECRET.length - STRIPE_BYTES) / 8;

const read32 = (bytes: Buffer, at: number) => BigInt(bytes.readUInt32LE(at));
const read64 = (bytes: Buffer, at: number) => bytes.readBigUInt64LE(at);
const secret = (at: number) => SECRET.readBigUInt64LE(at);

/** Both halves of a 128 bit product, folded into one. */
function mixProduct(one: bigint, other: bigint): bigint {
  const product = one * other;
  return (product & MASK) ^ (product >> 64n);
}

function avalanche(hash: bigint): bigint {
  let mixed = hash ^ (hash >> 37n);
  mixed = (mixed * 0x165667919e3779f9n) & MASK;
  return mixed ^ (mixed >> 32n);
}

function avalanche64(hash: bigint): bigint {
  let mixed = hash ^ (hash >> 33n);
  mixed = (mixed * PRIME64_2) & MASK;
  mixed ^= mixed >> 29n;
  mixed = (mixed * PRIME64_3) & MASK;
  return mixed ^ (mixed >> 32n);
}

function rotateLeft(value: bigint, bits: bigint): bigint {
  return ((value << bits) | (value >> (64n - bits))) & MASK;
}

function swapBytes(value: bigint): bigint {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes.readBigUInt64BE();
}

function hashUpTo16(bytes: Buffer): bigint {
  const { length } = bytes;
  if (length > 8) {
    const low = read64(bytes, 0) ^ secret(24) ^ secret(32);
    const high = read64(bytes, length - 8) ^ secret(40) ^ secret(48);
    return avalanche((BigInt(length) + swapBytes(low) + high + mixProduct(low, high)) & MASK);
  }
  if (length > 3) {
    const joined = read32(bytes, length - 4) + (read32(bytes, 0) << 32n);
    let mixed = joined ^ secret(8) ^ secret(16);
    mixed ^= rotateLeft(mixed, 49n) ^ rotateLeft(mixed, 24n);
    mixed = (mixed * 0x9fb21c651e98df25n) & MASK;
    mixed ^= (mixed >> 35n) + BigInt(length);
    mixed = (mixed * 0x9fb21c651e98df25n) & MASK;
    return mixed ^ (mixed >> 28n);
  }
  if (length === 0) return avalanche64(secret(56) ^ secret(64));
  const [first = 0] = bytes;
  const combined = (first << 16) | ((bytes[length >> 1] ?? 0) << 24) | (bytes[length - 1] ?? 0) | (length << 8);
  return avalanche64(BigInt(combined >>> 0) ^ (read32(SECRET, 0) ^ read32(SECRET, 4)));
}

function mix16(bytes: Buffer, at: number, secretAt: number): bigint {
  return mixProduct(read64(bytes, at) ^ secret(secretAt), read64(bytes, at + 8) ^ secret(secretAt + 8));
}

function hashUpTo128(bytes: Buffer): bigint {
  const { length } = bytes;
  let sum = BigInt(length) * PRIME64_1;
  for (let i = (length - 1) >> 5; i >= 0; i--) {
    sum += mix16(bytes, 16 * i, 32 * i) + mix16(bytes, length - 16 * (i + 1), 32 * i + 16);
  }
  return avalanche(sum & MASK);
}

function hashUpTo240(bytes: Buffer): bigint {
  const { length } = bytes;
  let sum = BigInt(length) * PRIME64_1;
  for (let i = 0; i < 8; i++) sum += mix16(bytes, 16 * i, 16 * i);
  sum = avalanche(sum & MASK);
  for (let i = 8; i < length >> 4; i++) sum += mix16(bytes, 16 * i, 16 * (i - 8) + 3);
  return avalanche((sum + mix16(bytes, length - 16, 136 - 17)) & MASK);
}

function addStripe(lanes: bigint[], bytes: Buffer, at: number, secretAt: number): void {
  for (let i = 0; i < 8; i++) {
    const value = read64(bytes, at + 8 * i);
    const keyed = value ^ secret(secretAt + 8 * i);
    lanes[i ^ 1] = ((lanes[i ^ 1] ?? 0n) + value) & MASK;
    lanes[i] = ((lanes[i] ?? 0n) + (keyed & LOW) * (keyed >> 32n)) & MASK;
  }
}

function scramble(lanes: bigint[]): void {
  for (let i = 0; i < 8; i++) {
    const lane = lanes[i] ?? 0n;
    lanes[i] = ((lane ^ (lane >> 47n) ^ secret(SECRET.length - STRIPE_BYTES + 8 * i)) * PRIME32_1) & MASK;
  }
}

function hashLong(bytes: Buffer): bigint {
  const { length } = bytes;
  const lanes = [PRIME32_3, PRIME64_1, PRIME64_2, PRIME64_3, PRIME64_4, PRIME32_2, PRIME64_5, PRIME32_1];
  const stripeCount = Math.floor((length - 1) / STRIPE_BYTES);
  for (let stripe = 0; stripe < stripeCount; stripe++) {
    const inBlock = stripe % STRIPES_PER_BLOCK;
    addStripe(lanes, bytes, stripe * STRIPE_BYTES, inBlock * 8);
    if (inBlock === STRIPES_PER_BLOCK - 1) scramble(lanes);
  }
  addStripe(lanes, bytes, length - STRIPE_BYTES, SECRET.length - STRIPE_BYTES - 7);
  let sum = BigInt(length) * PRIME64_1;
  for (let i = 0; i < 4; i++) {
    const one = (lanes[2 * i] ?? 0n) ^ secret(11 + 16 * i);
    sum += mixProduct(one, (lanes[2 * i + 1] ?? 0n) ^ secret(19 + 16 * i));
  }
  return avalanche(sum & MASK);
}

/** As a signed number, as Java has it. */
export function xxh3(bytes: Buffer): bigint {
  const { length } = bytes;
  let hash: bigint;
  if (length <= 16) hash = hashUpTo16(bytes);
  else if (length <= 128) hash = hashUpTo128(bytes);
  else hash = length <= 240 ? hashUpTo240(bytes) : hashLong(bytes);
  return BigInt.asIntN(64, hash);
}
