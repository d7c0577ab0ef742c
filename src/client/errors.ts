import { ERRORS, type KafkaError } from '../protocol/errors.ts';

const KAFKA_ERRORS = 'org.apache.kafka.common.errors';

interface ClientErrorOptions extends ErrorOptions {
  readonly javaClass: string;
  readonly isRetriable: boolean;
}

/**
 * A failure that no broker answered with a code: `javaClass` and the text are those of Java's client. Failures with a code
 * are KafkaError.
 */
export class ClientError extends Error {
  readonly javaClass: string;
  /** The same call may succeed later, perhaps on another node. */
  readonly isRetriable: boolean;

  constructor(text: string, options: ClientErrorOptions) {
    super(text, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = new.target.name;
    this.javaClass = options.javaClass;
    this.isRetriable = options.isRetriable;
  }
}

/** Time ran out. `cause` is the last failure on the way, if there was one. */
export class TimeoutError extends ClientError {
  constructor(text: string, cause?: unknown) {
    super(text, { javaClass: `${KAFKA_ERRORS}.TimeoutException`, isRetriable: true, cause });
  }
}

/** The connection ended before the answer came; the request may or may not have been carried out. */
export class DisconnectError extends ClientError {
  constructor(text: string, cause?: unknown) {
    super(text, { javaClass: `${KAFKA_ERRORS}.DisconnectException`, isRetriable: true, cause });
  }
}

/** No connection could be made, so the request was never sent. `isHopeless`: another attempt will not help either. */
export class ConnectionError extends ClientError {
  readonly isHopeless: boolean;

  constructor(text: string, options: { isHopeless: boolean; cause?: unknown }) {
    super(text, {
      javaClass: `${KAFKA_ERRORS}.DisconnectException`,
      isRetriable: !options.isHopeless,
      cause: options.cause,
    });
    this.isHopeless = options.isHopeless;
  }
}

/** The other side refused us, or we refused it: SASL credentials, TLS certificates. Ends every call on this cluster. */
export class AuthenticationError extends ClientError {
  constructor(kind: 'SaslAuthentication' | 'SslAuthentication' | 'IllegalSaslState', text: string, cause?: unknown) {
    super(text, { javaClass: `${KAFKA_ERRORS}.${kind}Exception`, isRetriable: false, cause });
  }
}

/** No version of this request is known on both sides. */
export class UnsupportedVersionError extends ClientError {
  constructor(text: string, cause?: unknown) {
    super(text, { javaClass: `${KAFKA_ERRORS}.UnsupportedVersionException`, isRetriable: false, cause });
  }
}

/** The cluster was closed, or the signal of its owner fired, while a call was under way. */
export class ClosedError extends ClientError {
  constructor(text = 'The client was closed.') {
    super(text, { javaClass: 'org.apache.kafka.common.KafkaException', isRetriable: false });
  }
}

/** A failure of KafkaError or ClientError kind after which the same call may succeed. */
export function isRetriable(error: unknown): boolean {
  if (error instanceof ClientError) return error.isRetriable;
  return isKafkaError(error) && error.isRetriable;
}

/** Known leaders or coordinators may be wrong after this failure. */
export function needsMetadata(error: unknown): boolean {
  if (error instanceof DisconnectError || error instanceof ConnectionError) return true;
  return isKafkaError(error) && ERRORS[error.error].refreshMetadata;
}

function isKafkaError(error: unknown): error is KafkaError {
  return error instanceof Error && error.name === 'KafkaError';
}
