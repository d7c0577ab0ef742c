import { createHash, createHmac, randomBytes, timingSafeEqual } from 'node:crypto';
import { type SaslExchange, SaslFailure } from './exchange.ts';

export type ScramHash = 'sha256' | 'sha512';

export interface ScramSecrets {
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
  readonly iterations: number;
}

export interface ScramOptions {
  readonly hash: ScramHash;
  readonly secretsOf: (user: string) => ScramSecrets | undefined;
  readonly newNonce?: () => string;
}

const FIRST = /^n,(?:a=([^,]*))?,((?:m=[^,]*,)?n=([^,]*),r=([^,]+)((?:,[^,=]+=[^,]*)*))$/;
const FINAL = /^(c=([^,]*),r=([^,]*)(?:,[^,=]+=[^,]*)*),p=([A-Za-z0-9+/=]+)$/;
const OTHER_ID = 'Authentication failed: Client requested an authorization id that is different from username';
/** "n,,": no channel binding. */
const NO_CHANNEL_BINDING = 'biws';

/** SCRAM (RFC 5802) without channel binding: two messages each way; the password never crosses the wire. */
export class ScramExchange implements SaslExchange {
  user: string | null = null;
  private readonly options: ScramOptions;
  private challenge: { user: string; nonce: string; secrets: ScramSecrets; transcript: string } | null = null;

  constructor(options: ScramOptions) {
    this.options = options;
  }

  evaluate(response: Buffer): Buffer {
    return this.challenge === null ? this.first(response.toString()) : this.final(response.toString());
  }

  private first(message: string): Buffer {
    const [, authorizationId = '', bare = '', name = '', clientNonce = '', extensions = ''] = FIRST.exec(message) ?? [];
    if (bare === '') throw new SaslFailure('Invalid SCRAM client first message');
    const user = name.replace(/=2C/g, ',').replace(/=3D/g, '=');
    // A delegation token authenticates by its own id; this broker has none.
    const isToken = /(?:^|,)tokenauth=true(?:,|$)/.test(extensions);
    const secrets = isToken ? undefined : this.options.secretsOf(user);
    if (secrets === undefined) throw new SaslFailure('Authentication failed: Credentials could not be obtained');
    if (authorizationId !== '' && authorizationId !== user) throw new SaslFailure(OTHER_ID, true);
    const { newNonce = () => randomBytes(24).toString('base64url') } = this.options;
    const nonce = clientNonce + newNonce();
    const answer = `r=${nonce},s=${secrets.salt.toString('base64')},i=${secrets.iterations}`;
    this.challenge = { user, nonce, secrets, transcript: `${bare},${answer}` };
    return Buffer.from(answer);
  }

  private final(message: string): Buffer {
    const { user, nonce, secrets, transcript } = this.challenge as NonNullable<typeof this.challenge>;
    const [, withoutProof, binding, echoed, proofText = ''] = FINAL.exec(message) ?? [];
    if (withoutProof === undefined || binding !== NO_CHANNEL_BINDING) {
      throw new SaslFailure('Invalid SCRAM client final message');
    }
    if (echoed !== nonce) throw new SaslFailure('Invalid client nonce in the final client message.');
    const { hash } = this.options;
    const authMessage = `${transcript},${withoutProof}`;
    const hmac = (key: Buffer, text: string) => createHmac(hash, key).update(text).digest();
    const signature = hmac(secrets.storedKey, authMessage);
    const proof = Buffer.from(proofText, 'base64');
    if (proof.length !== signature.length) throw new SaslFailure('Invalid client credentials');
    const clientKey = Buffer.from(proof.map((byte, i) => byte ^ (signature[i] as number)));
    const storedKey = createHash(hash).update(clientKey).digest();
    if (!timingSafeEqual(storedKey, secrets.storedKey)) throw new SaslFailure('Invalid client credentials');
    this.user = user;
    return Buffer.from(`v=${hmac(secrets.serverKey, authMessage).toString('base64')}`);
  }
}
