import { createHash, createHmac, pbkdf2Sync, randomBytes } from 'node:crypto';
import { type MetadataRecord, record } from '../../broker/cluster/index.ts';
import { userScramCredentialRecord } from '../../protocol/records/cluster-metadata.ts';
import { terse } from './storage-error.ts';

const MECHANISMS = {
  'SCRAM-SHA-256': { id: 1, name: 'SCRAM_SHA_256', hash: 'sha256', keyBytes: 32 },
  'SCRAM-SHA-512': { id: 2, name: 'SCRAM_SHA_512', hash: 'sha512', keyBytes: 64 },
} as const;
const MIN_ITERATIONS = 4096;
const MAX_ITERATIONS = 16384;
const SALT_BYTES = 25;

/** `SCRAM-SHA-256=[name=alice,password=secret]` as a record of the first metadata. Throws JavaError in Kafka's words. */
export function scramRecord(argument: string): MetadataRecord {
  const at = argument.indexOf('=');
  if (at < 0) throw terse(`Failed to find equals sign in SCRAM argument '${argument}'`);
  const mechanismName = argument.slice(0, at);
  if (!Object.hasOwn(MECHANISMS, mechanismName)) {
    throw terse(`The add-scram mechanism ${mechanismName} is not supported.`);
  }
  const mechanism = MECHANISMS[mechanismName as keyof typeof MECHANISMS];
  const settings = parseSettings(argument.slice(at + 1));
  const take = (key: string): string | undefined => {
    const value = settings.get(key);
    settings.delete(key);
    return value;
  };
  const name = take('name');
  if (name === undefined) throw terse("You must supply 'name' to add-scram");
  const saltText = take('salt');
  const iterations = parseIterations(take('iterations'), mechanism.name);
  const [password, saltedText] = [take('password'), take('saltedpassword')];
  if (password === undefined && saltedText === undefined) {
    throw terse("You must supply one of 'password' or 'saltedpassword' to add-scram");
  }
  if (password === undefined && saltText === undefined) {
    throw terse("You must supply 'salt' with 'saltedpassword' to add-scram");
  }
  if (settings.size > 0) throw terse(`Unknown SCRAM configurations: ${[...settings.keys()].join(', ')}`);
  const salt = saltText === undefined ? randomBytes(SALT_BYTES) : Buffer.from(saltText, 'base64');
  const salted =
    password === undefined
      ? Buffer.from(saltedText as string, 'base64')
      : pbkdf2Sync(password.normalize('NFKC'), salt, iterations, mechanism.keyBytes, mechanism.hash);
  const keyOf = (label: string) => createHmac(mechanism.hash, salted).update(label).digest();
  return record(userScramCredentialRecord, 0, {
    name,
    mechanism: mechanism.id,
    salt,
    storedKey: createHash(mechanism.hash).update(keyOf('Client Key')).digest(),
    serverKey: keyOf('Server Key'),
    iterations,
  });
}

function parseSettings(text: string): Map<string, string> {
  if (!text.startsWith('[')) throw terse('Expected configuration string to start with [');
  if (!text.endsWith(']')) throw terse('Expected configuration string to end with ]');
  const settings = new Map<string, string>();
  for (const part of text.slice(1, -1).split(',')) {
    const at = part.indexOf('=');
    if (at < 0) throw terse(`Failed to find equals sign in SCRAM argument '${part}'`);
    settings.set(
      part.slice(0, at).trim(),
      part
        .slice(at + 1)
        .trim()
        .replace(/^"(.*)"$/, '$1'),
    );
  }
  return settings;
}

function parseIterations(text: string | undefined, mechanism: string): number {
  if (text === undefined) return MIN_ITERATIONS;
  if (!/^[+-]?[0-9]+$/.test(text)) throw terse(`Failed to parse iterations count: ${text}`);
  const iterations = Number(text);
  const rule = (bound: string) => terse(`The 'iterations' value must be ${bound} for add-scram using ${mechanism}`);
  if (iterations < MIN_ITERATIONS) throw rule(`>= ${MIN_ITERATIONS}`);
  if (iterations > MAX_ITERATIONS) throw rule(`<= ${MAX_ITERATIONS}`);
  return iterations;
}
