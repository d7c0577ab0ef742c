/**
 * DescribeUserScramCredentials v0 (KIP-554): mechanisms and iterations of users, of all when none is named. A user without
 * credentials: RESOURCE_NOT_FOUND, one named twice: DUPLICATE_RESOURCE, each with its text.
 */
import { Errors } from '../../protocol/errors.ts';
import { describeUserScramCredentials } from '../../protocol/messages/50-describe-user-scram-credentials.ts';
import { defineHandler } from './handler.ts';
import { Repetitions } from './repeated.ts';

export const describeUserScramCredentialsHandler = defineHandler(
  describeUserScramCredentials,
  ({ cluster }) =>
    ({ users }) => {
      const byUser = Map.groupBy(cluster.scramCredentials, ({ name }) => name);
      const asked = users === null || users.length === 0 ? [...byUser.keys()] : users.map(({ name }) => name);
      const repetitions = new Repetitions(asked);
      const results = [...new Set(asked)].map((user) => {
        if (repetitions.isRepeated(user)) {
          const text = 'Cannot describe SCRAM credentials for the same user twice in a single request: ';
          return { user, errorCode: Errors.DUPLICATE_RESOURCE, errorMessage: `${text}${user}` };
        }
        const credentials = byUser.get(user);
        if (credentials === undefined) {
          const text = 'Attempt to describe a user credential that does not exist: ';
          return { user, errorCode: Errors.RESOURCE_NOT_FOUND, errorMessage: `${text}${user}` };
        }
        const credentialInfos = credentials
          .map(({ mechanism, iterations }) => ({ mechanism, iterations }))
          .sort((a, b) => a.mechanism - b.mechanism);
        return { user, errorMessage: '', credentialInfos };
      });
      return { errorMessage: '', results };
    },
);
