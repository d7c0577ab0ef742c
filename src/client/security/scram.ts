import { createHash, createHmac, pbkdf2, randomBytes, timingSafeEqual } from 'node:crypto';
import { promisify } from 'node:util';

const pbkdf2Async = promisify(pbkdf2);

export type ScramHash = 'sha256' | 'sha512';
const HASH_BYTES: Readonly<Record<ScramHash, number>> = { sha256: 32, sha512: 64 };

/** The server's answer does not fit the exchange. */
export class ScramError extends Error {
  override name = 'ScramError';
}

function attributes(message: Buffer): ReadonlyMap<string, string> {
  const pairs = message
    .toString()
    .split(',')
    .map((one) => [one.slice(0, 1), one.slice(2)] as const);
  return new Map(pairs);
}

function xor(left: Buffer, right: Buffer): Buffer {
  return Buffer.from(left.map((byte, index) => byte ^ (right[index] as number)));
}

export async function saltedPassword(
  hash: ScramHash,
  password: string,
  salt: Buffer,
  iterations: number,
): Promise<Buffer> {
  return pbkdf2Async(password.normalize('NFKC'), salt, iterations, HASH_BYTES[hash], hash);
}

/** The client's side of SCRAM (RFC 5802, without channel binding): yields what to send, is resumed with what came back. */
export async function* scram(
  hash: ScramHash,
  username: string,
  password: string,
  nonce = randomBytes(24).toString('base64url'),
  extensions = '',
): AsyncGenerator<Buffer, void, Buffer> {
  const hmac = (key: Buffer, text: string | Buffer) => createHmac(hash, key).update(text).digest();
  const name = username.normalize('NFKC').replace(/=/g, '=3D').replace(/,/g, '=2C');
  const clientFirst = `n=${name},r=${nonce}${extensions}`;
  const serverFirst = yield Buffer.from(`n,,${clientFirst}`);

  const challenge = attributes(serverFirst);
  const serverNonce = challenge.get('r') ?? '';
  const iterations = Number(challenge.get('i'));
  if (challenge.has('e'))
    throw new ScramError(`Sasl authentication using SCRAM failed with error: ${challenge.get('e')}`);
  if (!serverNonce.startsWith(nonce)) throw new ScramError('Invalid server nonce: does not start with client nonce');
  if (!Number.isInteger(iterations) || iterations < 4096 || iterations > 10_000_000) {
    throw new ScramError(`Requested iterations ${challenge.get('i')} is less than the minimum 4096`);
  }
  const salted = await saltedPassword(hash, password, Buffer.from(challenge.get('s') ?? '', 'base64'), iterations);
  const clientKey = hmac(salted, 'Client Key');
  const storedKey = createHash(hash).update(clientKey).digest();
  const withoutProof = `c=biws,r=${serverNonce}`;
  const authMessage = `${clientFirst},${serverFirst.toString()},${withoutProof}`;
  const proof = xor(clientKey, hmac(storedKey, authMessage)).toString('base64');
  const serverFinal = attributes(yield Buffer.from(`${withoutProof},p=${proof}`));

  if (serverFinal.has('e')) {
    throw new ScramError(`Sasl authentication using SCRAM failed with error: ${serverFinal.get('e')}`);
  }
  const signature = Buffer.from(serverFinal.get('v') ?? '', 'base64');
  const expected = hmac(hmac(salted, 'Server Key'), authMessage);
  if (signature.length !== expected.length || !timingSafeEqual(signature, expected)) {
    throw new ScramError('Invalid server signature in server final message');
  }
}
