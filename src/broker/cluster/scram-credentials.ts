import { createHash, createHmac } from 'node:crypto';
import { ScramMechanism } from '../../protocol/enums.ts';
import { removeUserScramCredentialRecord, userScramCredentialRecord } from '../../protocol/records/cluster-metadata.ts';
import { failure } from './decisions/topic-decisions.ts';
import { type MetadataRecord, record } from './metadata-log/metadata-records.ts';
import { type MetadataState, scramKey } from './metadata-state.ts';
import { type ItemFailure, type ScramDeletion, type ScramUpsertion } from './types.ts';

const MIN_ITERATIONS = 4096;
const MAX_ITERATIONS = 16_384;
const HASHES = new Map<number, 'sha256' | 'sha512'>([
  [ScramMechanism.SCRAM_SHA_256, 'sha256'],
  [ScramMechanism.SCRAM_SHA_512, 'sha512'],
]);
const TWICE = failure('DUPLICATE_RESOURCE', 'A user credential cannot be altered twice in the same request');

function faultOf({ name, mechanism }: ScramDeletion): ItemFailure | null {
  if (name === '') return failure('UNACCEPTABLE_CREDENTIAL', 'Username must not be empty');
  return HASHES.has(mechanism) ? null : failure('UNSUPPORTED_SASL_MECHANISM', 'Unknown SCRAM mechanism');
}

function deletionFault(state: MetadataState, deletion: ScramDeletion): ItemFailure | null {
  const fault = faultOf(deletion);
  if (fault !== null || state.scramCredentials.has(scramKey(deletion))) return fault;
  return failure('RESOURCE_NOT_FOUND', 'Attempt to delete a user credential that does not exist');
}

function upsertionFault(upsertion: ScramUpsertion): ItemFailure | null {
  const fault = faultOf(upsertion);
  if (fault !== null) return fault;
  if (upsertion.iterations > MAX_ITERATIONS) return failure('UNACCEPTABLE_CREDENTIAL', 'Too many iterations');
  if (upsertion.iterations < MIN_ITERATIONS) return failure('UNACCEPTABLE_CREDENTIAL', 'Too few iterations');
  return null;
}

/** The keys that RFC 5802 derives; the salted password itself is not kept. */
function credential({ name, mechanism, iterations, salt, saltedPassword }: ScramUpsertion): MetadataRecord {
  const hash = HASHES.get(mechanism) as 'sha256' | 'sha512';
  const hmac = (text: string) => createHmac(hash, saltedPassword).update(text).digest();
  const storedKey = createHash(hash).update(hmac('Client Key')).digest();
  const serverKey = hmac('Server Key');
  return record(userScramCredentialRecord, 0, { name, mechanism, iterations, salt, storedKey, serverKey });
}

/** Each user may be named once, for one mechanism (kafka 4.x ScramControlManager). */
export function decideScramCredentials(
  state: MetadataState,
  deletions: readonly ScramDeletion[],
  upsertions: readonly ScramUpsertion[],
): { records: MetadataRecord[]; results: Map<string, ItemFailure | null> } {
  const results = new Map<string, ItemFailure | null>();
  const judge = (name: string, fault: () => ItemFailure | null): void => {
    if (results.get(name)) return;
    results.set(name, results.has(name) ? TWICE : fault());
  };
  for (const one of deletions) judge(one.name, () => deletionFault(state, one));
  for (const one of upsertions) judge(one.name, () => upsertionFault(one));
  const isFine = ({ name }: { name: string }) => results.get(name) === null;
  const records = [
    ...deletions
      .filter(isFine)
      .map(({ name, mechanism }) => record(removeUserScramCredentialRecord, 0, { name, mechanism })),
    ...upsertions.filter(isFine).map(credential),
  ];
  return { records, results };
}
