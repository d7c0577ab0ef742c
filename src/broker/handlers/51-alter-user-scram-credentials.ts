/**
 * AlterUserScramCredentials v0 (KIP-554): stores and forgets SCRAM credentials, effective for the next authentication.
 * One result per user: UNACCEPTABLE_CREDENTIAL, RESOURCE_NOT_FOUND, UNSUPPORTED_SASL_MECHANISM, and DUPLICATE_RESOURCE for
 * one who is named twice, each with its text.
 */
import { Errors } from '../../protocol/errors.ts';
import { alterUserScramCredentials } from '../../protocol/messages/51-alter-user-scram-credentials.ts';
import { defineHandler } from './handler.ts';

export const alterUserScramCredentialsHandler = defineHandler(
  alterUserScramCredentials,
  ({ controller }) =>
    async ({ deletions, upsertions }) => {
      const outcomes = await controller.alterScramCredentials(deletions, upsertions);
      return {
        results: [...outcomes].map(([user, failure]) => ({
          user,
          errorCode: Errors[failure?.error ?? 'NONE'],
          errorMessage: failure?.text ?? null,
        })),
      };
    },
);
