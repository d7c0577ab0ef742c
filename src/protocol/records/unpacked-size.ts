import { MalformedBytesError } from '../primitives.ts';

/**
 * More than this no batch is unpacked to: a batch of the largest default size holds it only as a bomb. Java unpacks as a
 * stream and needs no such bound.
 */
export const MAX_UNCOMPRESSED_BYTES = 256 * 1024 * 1024;

/** Unpacked it would be larger than the caller allows; whether its bytes are well formed nobody has looked. */
export class UnpackedTooLargeError extends MalformedBytesError {
  override name = 'UnpackedTooLargeError';

  constructor(codec: string, maxBytes: number, options?: ErrorOptions) {
    super(`${codec} block of more than ${maxBytes} bytes`, options);
  }
}
