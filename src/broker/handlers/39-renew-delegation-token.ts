/**
 * RenewDelegationToken v1-2 (KIP-48): there are no tokens without a delegation.token.secret.key: DELEGATION_TOKEN_AUTH_DISABLED, and
 * DELEGATION_TOKEN_REQUEST_NOT_ALLOWED for those who have not authenticated. **Not served**: tokens.
 */
import { Errors } from '../../protocol/errors.ts';
import { renewDelegationToken } from '../../protocol/messages/39-renew-delegation-token.ts';
import { defineHandler } from './handler.ts';
import { mayAskForTokens } from './token-requests.ts';

export const renewDelegationTokenHandler = defineHandler(
  renewDelegationToken,
  () => (_, context) =>
    mayAskForTokens(context)
      ? { errorCode: Errors.DELEGATION_TOKEN_AUTH_DISABLED }
      : { errorCode: Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED, expiryTimestampMs: -1n },
);
