/** The server's side of one authentication by one mechanism. */
export interface SaslExchange {
  /** What to send next; empty when there is nothing to say. Throws SaslFailure. */
  evaluate(response: Buffer): Buffer;
  /** The user's name once the exchange is complete, null before. */
  readonly user: string | null;
}

/**
 * Somebody is not who they say. The text is for the log; `isForClient` says whether the client may read it, too: others
 * hear that their credentials are invalid (kafka 4.x SaslServerAuthenticator).
 */
export class SaslFailure extends Error {
  override name = 'SaslFailure';
  readonly isForClient: boolean;

  constructor(text: string, isForClient = false) {
    super(text);
    this.isForClient = isForClient;
  }
}
