import { BATCH_HEADER_BYTES } from '../../protocol/records/batch.ts';
import { varintBytes, varlongBytes } from '../../protocol/records/varint.ts';

/** Length, attributes, deltas at their longest. Source: Java's DefaultRecord.MAX_RECORD_OVERHEAD. */
const MAX_RECORD_OVERHEAD = 21;

/** Bytes of a nullable field with its length; -1 is null. */
function fieldBytes(length: number): number {
  return length < 0 ? 1 : varintBytes(length) + length;
}

export interface HeaderSizes {
  readonly key: string | Buffer;
  readonly value: Buffer | null;
}

function headersBytes(headers: readonly HeaderSizes[]): number {
  let byteCount = varintBytes(headers.length);
  for (const { key, value } of headers) {
    byteCount += fieldBytes(Buffer.byteLength(key)) + fieldBytes(value === null ? -1 : value.length);
  }
  return byteCount;
}

const NO_HEADERS: readonly HeaderSizes[] = [];

/**
 * What one record may take as a batch of its own, the number that max.request.size and buffer.memory are compared with: 88
 * bytes more than a value of a few million bytes without key and headers. Lengths: -1 is null.
 */
export function serializedUpperBound(keyLength: number, valueLength: number, headers = NO_HEADERS): number {
  return (
    BATCH_HEADER_BYTES + MAX_RECORD_OVERHEAD + fieldBytes(keyLength) + fieldBytes(valueLength) + headersBytes(headers)
  );
}

/** Exact bytes of a record inside a batch. */
export function recordBytes(
  timestampDelta: number,
  offsetDelta: number,
  keyLength: number,
  valueLength: number,
  headers = NO_HEADERS,
): number {
  const bodyBytes =
    1 +
    varlongBytes(timestampDelta) +
    varintBytes(offsetDelta) +
    fieldBytes(keyLength) +
    fieldBytes(valueLength) +
    (headers.length === 0 ? 1 : headersBytes(headers));
  return varintBytes(bodyBytes) + bodyBytes;
}

/** The longest value without key and headers whose upper bound is at most `limit`; below zero when none fits. */
export function longestPlainValue(limit: number): number {
  let length = limit - BATCH_HEADER_BYTES - MAX_RECORD_OVERHEAD - 2;
  while (length >= 0 && serializedUpperBound(-1, length) > limit) length--;
  return length;
}
