/** Why a connection could not be made or ended. */
export type TransportFailure =
  /** Nobody listens, the name does not resolve, the network says no. */
  | 'connect-failed'
  | 'connect-timeout'
  /** The TLS handshake failed: `cause` says how. */
  | 'tls-failed'
  /** The peer closed, cleanly or with a reset. */
  | 'closed-by-peer'
  | 'request-timeout'
  /** What came in is no frame of ours: a size out of bounds, another protocol, an answer nobody asked for. */
  | 'protocol'
  /** `close()` was called or the signal fired. */
  | 'closed';

/** A connection that failed or ended: everything waiting on it is rejected with this. */
export class TransportError extends Error {
  override name = 'TransportError';
  readonly failure: TransportFailure;

  constructor(failure: TransportFailure, text: string, options?: ErrorOptions) {
    super(text, options);
    this.failure = failure;
  }
}

/** A size prefix that is negative or above the limit. */
export class FrameSizeError extends Error {
  override name = 'FrameSizeError';
  readonly size: number;

  constructor(size: number, limit: number) {
    super(size < 0 ? `Invalid frame size ${size}` : `Frame size ${size} is above the limit of ${limit} bytes`);
    this.size = size;
  }
}
