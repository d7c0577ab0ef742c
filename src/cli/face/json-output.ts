/** One JSON document on one line: 64-bit numbers that a double cannot hold become strings, bytes that are not UTF-8 base64. */
export function toJson(value: unknown): string {
  return JSON.stringify(value, replace);
}

function replace(this: unknown, _key: string, value: unknown): unknown {
  if (typeof value === 'bigint') {
    return value >= BigInt(Number.MIN_SAFE_INTEGER) && value <= BigInt(Number.MAX_SAFE_INTEGER)
      ? Number(value)
      : String(value);
  }
  if (value instanceof Map) return Object.fromEntries(value);
  if (value instanceof Set) return [...value];
  return isStoredBuffer(value) ? bytesToJson(Buffer.from(value.data)) : value;
}

/** JSON.stringify calls Buffer.toJSON before the replacer sees it. */
function isStoredBuffer(value: unknown): value is { data: number[] } {
  return typeof value === 'object' && value !== null && 'type' in value && value.type === 'Buffer' && 'data' in value;
}

const UTF8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Text where the bytes are valid UTF-8, else `{"base64": ...}`. */
export function bytesToJson(bytes: Buffer): string | { base64: string } {
  try {
    return UTF8.decode(bytes);
  } catch {
    // The decoder's only failure: not UTF-8.
    return { base64: bytes.toString('base64') };
  }
}
