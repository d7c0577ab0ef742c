import { randomBytes } from 'node:crypto';
import { ScramMechanism } from '../../protocol/enums.ts';
import { describeUserScramCredentials as describeApi } from '../../protocol/messages/50-describe-user-scram-credentials.ts';
import { alterUserScramCredentials as alterApi } from '../../protocol/messages/51-alter-user-scram-credentials.ts';
import { type Cluster } from '../cluster.ts';
import { saltedPassword } from '../security/scram.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';

export type ScramMechanismName = 'SCRAM-SHA-256' | 'SCRAM-SHA-512';

const CODES: Readonly<Record<ScramMechanismName, number>> = {
  'SCRAM-SHA-256': ScramMechanism.SCRAM_SHA_256,
  'SCRAM-SHA-512': ScramMechanism.SCRAM_SHA_512,
};
const NAMES: ReadonlyMap<number, ScramMechanismName | 'UNKNOWN'> = new Map(
  Object.entries(CODES).map(([name, code]) => [code, name as ScramMechanismName]),
);

export interface UserCredentials extends Outcome {
  readonly user: string;
  readonly credentials: readonly { readonly mechanism: ScramMechanismName | 'UNKNOWN'; readonly iterations: number }[];
}

/** Users with SCRAM credentials, of these or of all. A user without any is an outcome with an error if it was named. */
export function describeScramCredentials(
  cluster: Cluster,
  users: readonly string[] | 'all',
): Promise<UserCredentials[]> {
  return callAdmin(cluster, {
    name: 'describeUserScramCredentials',
    api: describeApi,
    target: 'any',
    request: { users: users === 'all' ? null : users.map((name) => ({ name })) },
    handle(response) {
      throwIfFailed(response.errorCode, response.errorMessage);
      return response.results.map(({ user, errorCode, errorMessage, credentialInfos }) => ({
        user,
        error: failureOf(errorCode, errorMessage),
        credentials: credentialInfos.map(({ mechanism, iterations }) => ({
          mechanism: NAMES.get(mechanism) ?? ('UNKNOWN' as const),
          iterations,
        })),
      }));
    },
  });
}

export interface ScramUpsertion {
  readonly user: string;
  readonly mechanism: ScramMechanismName;
  readonly iterations: number;
  readonly password: string;
}

export interface ScramDeletion {
  readonly user: string;
  readonly mechanism: ScramMechanismName;
}

/** Passwords are salted here: the cluster never sees them. */
export async function alterScramCredentials(
  cluster: Cluster,
  upsertions: readonly ScramUpsertion[],
  deletions: readonly ScramDeletion[],
): Promise<(Outcome & { readonly user: string })[]> {
  const salted = await Promise.all(
    upsertions.map(async ({ user, mechanism, iterations, password }) => {
      const salt = randomBytes(32);
      const hash = mechanism === 'SCRAM-SHA-256' ? 'sha256' : 'sha512';
      const bytes = await saltedPassword(hash, password, salt, iterations);
      return { name: user, mechanism: CODES[mechanism], iterations, salt, saltedPassword: bytes };
    }),
  );
  return callAdmin(cluster, {
    name: 'alterUserScramCredentials',
    api: alterApi,
    target: 'controller',
    request: {
      deletions: deletions.map(({ user, mechanism }) => ({ name: user, mechanism: CODES[mechanism] })),
      upsertions: salted,
    },
    handle: (response) =>
      response.results.map(({ user, errorCode, errorMessage }) => ({
        user,
        error: failureOf(errorCode, errorMessage),
      })),
  });
}
