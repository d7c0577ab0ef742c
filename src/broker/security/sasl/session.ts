import { type ErrorName } from '../../../protocol/errors.ts';
import { type Clock } from '../../../util/clock.ts';
import { type SaslExchange, SaslFailure } from './exchange.ts';

const API_VERSIONS = 18;
const SASL_HANDSHAKE = 17;
const SASL_AUTHENTICATE = 36;
/** A client authenticates again at most this often (KIP-368). */
const MIN_REAUTHENTICATION_MS = 1000;

/** What one listener offers. */
export interface SaslMechanism {
  readonly name: string;
  readonly begin: () => SaslExchange;
  /** How long an authentication lasts; 0: as long as the connection. */
  readonly lifetimeMs: number;
}

export interface SaslSettings {
  readonly mechanisms: readonly SaslMechanism[];
  readonly clock: Clock;
}

export interface Authenticated {
  readonly authBytes: Buffer;
  readonly lifetimeMs: number;
}

/** Legal moves: handshake -> tokens or raw tokens -> open, and from open to handshake again when the lifetime is bounded. */
type State = 'handshake' | 'tokens' | 'raw tokens' | 'open';

/** The authentication of one connection, the first and those that follow (KIP-43, KIP-152, KIP-368). */
export class SaslSession {
  private readonly settings: SaslSettings;
  private state: State = 'handshake';
  private mechanism: SaslMechanism | null = null;
  private exchange: SaslExchange | null = null;
  private name: string | null = null;
  private expiresAtMs = Number.POSITIVE_INFINITY;
  private begunAtMs = Number.NEGATIVE_INFINITY;

  constructor(settings: SaslSettings) {
    this.settings = settings;
  }

  /** Null before the first authentication. */
  get user(): string | null {
    return this.name;
  }

  get isOpen(): boolean {
    return this.state === 'open';
  }

  get expectsHandshake(): boolean {
    return this.state === 'handshake';
  }

  /** The mechanism's next message must come in SaslAuthenticate. */
  get expectsToken(): boolean {
    return this.state === 'tokens';
  }

  /** SaslHandshake v0: frames are the mechanism's messages, without a header. */
  get isRaw(): boolean {
    return this.state === 'raw tokens';
  }

  /** Why a request is not to be answered; null if it is. A handshake may begin a further authentication here. */
  refusal(apiKey: number, apiName: string): string | null {
    switch (this.state) {
      case 'open':
        return this.refusalWhenOpen(apiKey);
      case 'handshake': {
        const isFirst = this.name === null && apiKey === API_VERSIONS;
        if (isFirst || apiKey === SASL_HANDSHAKE) return null;
        return `Unexpected Kafka request of type ${apiName} during SASL handshake.`;
      }
      default:
        if (apiKey === SASL_AUTHENTICATE) return null;
        return `Unexpected Kafka request of type ${apiName} during SASL authentication.`;
    }
  }

  private refusalWhenOpen(apiKey: number): string | null {
    const now = this.settings.clock.now();
    const isBounded = this.expiresAtMs !== Number.POSITIVE_INFINITY;
    if (apiKey === SASL_HANDSHAKE && isBounded && now - this.begunAtMs >= MIN_REAUTHENTICATION_MS) {
      this.state = 'handshake';
      return null;
    }
    return now >= this.expiresAtMs ? 'its authentication has expired' : null;
  }

  /** Chooses the mechanism. A failure ends the connection once it is answered. */
  handshake(mechanism: string, apiVersion: number): { error: ErrorName; mechanisms: string[] } {
    const { mechanisms, clock } = this.settings;
    const chosen = mechanisms.find(({ name }) => name === mechanism);
    const names = mechanisms.map(({ name }) => name);
    // The mechanism stays what it was.
    if (chosen === undefined || (this.name !== null && chosen !== this.mechanism)) {
      return { error: 'UNSUPPORTED_SASL_MECHANISM', mechanisms: names };
    }
    this.begunAtMs = clock.now();
    this.mechanism = chosen;
    this.exchange = chosen.begin();
    this.state = apiVersion === 0 ? 'raw tokens' : 'tokens';
    return { error: 'NONE', mechanisms: names };
  }

  /** One message of the mechanism. Throws SaslFailure, with a text for the client, which ends the connection. */
  authenticate(authBytes: Buffer): Authenticated {
    const { exchange, mechanism } = this;
    if (exchange === null || mechanism === null) throw new SaslFailure('SaslAuthenticate without a handshake');
    const answer = exchange.evaluate(authBytes);
    if (exchange.user === null) return { authBytes: answer, lifetimeMs: 0 };
    if (this.name !== null && this.name !== exchange.user) {
      const change = `from User.${this.name}: User.${exchange.user}`;
      throw new SaslFailure(`Cannot change principals during re-authentication ${change}`, true);
    }
    this.name = exchange.user;
    this.exchange = null;
    this.state = 'open';
    const { lifetimeMs } = mechanism;
    this.expiresAtMs = lifetimeMs > 0 ? this.settings.clock.now() + lifetimeMs : Number.POSITIVE_INFINITY;
    return { authBytes: answer, lifetimeMs };
  }

  /** What a client may know of a failure. */
  textFor(failure: SaslFailure): string {
    if (failure.isForClient) return failure.message;
    const kind = this.name === null ? 'authentication' : 're-authentication';
    const why = `due to invalid credentials with SASL mechanism ${this.mechanism?.name ?? ''}`;
    return `Authentication failed during ${kind} ${why}`;
  }
}
