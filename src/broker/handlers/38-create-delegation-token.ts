/**
 * CreateDelegationToken v1-3 (KIP-48): this broker has no delegation.token.secret.key and makes no tokens:
 * DELEGATION_TOKEN_AUTH_DISABLED. Before that, as in Kafka: who has not authenticated may not ask
 * (DELEGATION_TOKEN_REQUEST_NOT_ALLOWED), for somebody else only with CREATE_TOKENS on that user (v3, KIP-373:
 * DELEGATION_TOKEN_AUTHORIZATION_FAILED), and renewers are users (INVALID_PRINCIPAL_TYPE). **Not served**: tokens.
 */
import { type ErrorName, Errors } from '../../protocol/errors.ts';
import { createDelegationToken } from '../../protocol/messages/38-create-delegation-token.ts';
import { accessOf } from './gates/index.ts';
import { defineHandler } from './handler.ts';
import { mayAskForTokens } from './token-requests.ts';

const NO_TIMES = { issueTimestampMs: -1n, expiryTimestampMs: -1n, maxTimestampMs: -1n };

export const createDelegationTokenHandler = defineHandler(
  createDelegationToken,
  ({ authorizer }) =>
    (request, context) => {
      const { principal } = context.connection;
      const colon = principal.indexOf(':');
      const requester = { type: principal.slice(0, colon), name: principal.slice(colon + 1) };
      const { ownerPrincipalType, ownerPrincipalName } = request;
      const owner = ownerPrincipalName ? { type: ownerPrincipalType ?? '', name: ownerPrincipalName } : requester;
      const ownerText = `${owner.type}:${owner.name}`;
      const isOwn = ownerText === principal;
      const mayForOwner =
        isOwn || !authorizer || accessOf(authorizer, context.connection).may('CREATE_TOKENS', 'USER', ownerText);
      const refused = (error: ErrorName) => ({
        errorCode: Errors[error],
        principalType: owner.type,
        principalName: owner.name,
        ...(context.apiVersion >= 3
          ? { tokenRequesterPrincipalType: requester.type, tokenRequesterPrincipalName: requester.name }
          : {}),
      });
      if (!mayAskForTokens(context)) return { ...refused('DELEGATION_TOKEN_REQUEST_NOT_ALLOWED'), ...NO_TIMES };
      if (!mayForOwner) return { ...refused('DELEGATION_TOKEN_AUTHORIZATION_FAILED'), ...NO_TIMES };
      if (request.renewers.some(({ principalType }) => principalType !== 'User')) {
        return { ...refused('INVALID_PRINCIPAL_TYPE'), ...NO_TIMES };
      }
      return refused('DELEGATION_TOKEN_AUTH_DISABLED');
    },
);
