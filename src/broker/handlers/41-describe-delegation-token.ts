/**
 * DescribeDelegationToken v1-3 (KIP-48): there are no tokens without a delegation.token.secret.key:
 * DELEGATION_TOKEN_AUTH_DISABLED, and DELEGATION_TOKEN_REQUEST_NOT_ALLOWED for those who have not authenticated.
 * **Not served**: tokens.
 */
import { Errors } from '../../protocol/errors.ts';
import { describeDelegationToken } from '../../protocol/messages/41-describe-delegation-token.ts';
import { defineHandler } from './handler.ts';
import { mayAskForTokens } from './token-requests.ts';

export const describeDelegationTokenHandler = defineHandler(describeDelegationToken, () => (_, context) => ({
  errorCode: mayAskForTokens(context)
    ? Errors.DELEGATION_TOKEN_AUTH_DISABLED
    : Errors.DELEGATION_TOKEN_REQUEST_NOT_ALLOWED,
}));
