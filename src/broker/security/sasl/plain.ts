import { createHash, timingSafeEqual } from 'node:crypto';
import { type SaslExchange, SaslFailure } from './exchange.ts';

const OTHER_ID = 'Authentication failed: Client requested an authorization id that is different from username';

/** PLAIN (RFC 4616): authorization id, user and password between zero bytes, in one message. */
export class PlainExchange implements SaslExchange {
  user: string | null = null;
  private readonly passwords: ReadonlyMap<string, string>;

  constructor(passwords: ReadonlyMap<string, string>) {
    this.passwords = passwords;
  }

  evaluate(response: Buffer): Buffer {
    const tokens = response.toString().split('\0');
    if (tokens.length !== 3) {
      throw new SaslFailure(`Invalid SASL/PLAIN response: expected 3 tokens, got ${tokens.length}`);
    }
    const [authorizationId, user, password] = tokens as [string, string, string];
    if (user === '') throw new SaslFailure('Authentication failed: username not specified');
    if (password === '') throw new SaslFailure('Authentication failed: password not specified');
    const expected = this.passwords.get(user);
    if (expected === undefined || !isSame(expected, password)) {
      throw new SaslFailure('Authentication failed: Invalid username or password', true);
    }
    if (authorizationId !== '' && authorizationId !== user) throw new SaslFailure(OTHER_ID, true);
    this.user = user;
    return Buffer.alloc(0);
  }
}

/** Takes as long for a password that is nearly right as for any other. */
function isSame(expected: string, given: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(expected), digest(given));
}
