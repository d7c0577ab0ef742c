/** Zigzag varints on a buffer by integer arithmetic, for the hot path of records (protocol guide: encoding). */

/** Beyond this a zigzag value loses digits as a double. */
const SAFE_ZIGZAG = 2 ** 51;

/** Bytes of a zigzag varint of an int32. */
export function varintBytes(value: number): number {
  const zigzag = ((value << 1) ^ (value >> 31)) >>> 0;
  return zigzag < 0x80 ? 1 : zigzag < 0x4000 ? 2 : zigzag < 0x200000 ? 3 : zigzag < 0x10000000 ? 4 : 5;
}

/** Writes a zigzag varint of an int32; returns the position behind it. */
export function writeVarint(buffer: Buffer, position: number, value: number): number {
  let rest = ((value << 1) ^ (value >> 31)) >>> 0;
  let at = position;
  while (rest > 0x7f) {
    buffer[at++] = (rest & 0x7f) | 0x80;
    rest >>>= 7;
  }
  buffer[at++] = rest;
  return at;
}

/** Bytes of a zigzag varlong of a safe integer. */
export function varlongBytes(value: number): number {
  if (value === (value | 0)) return varintBytes(value);
  let rest = zigzagOf(value);
  let byteCount = 1;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) byteCount++;
  return byteCount;
}

/** Writes a zigzag varlong of a safe integer; returns the position behind it. */
export function writeVarlong(buffer: Buffer, position: number, value: number): number {
  if (value === (value | 0)) return writeVarint(buffer, position, value);
  let rest = zigzagOf(value);
  let at = position;
  while (rest >= 0x80) {
    buffer[at++] = (rest % 0x80) | 0x80;
    rest = Math.floor(rest / 0x80);
  }
  buffer[at++] = rest;
  return at;
}

function zigzagOf(value: number): number {
  if (value > SAFE_ZIGZAG || value < -SAFE_ZIGZAG) throw new RangeError(`timestamps ${value} ms apart`);
  return value < 0 ? -2 * value - 1 : 2 * value;
}
