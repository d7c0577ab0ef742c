import { type MutationQuota, type QuotaClient } from '../quotas/index.ts';
import { type RequestContext, type Rooms } from './handler.ts';

/** Whom the quotas know: the principal's name and the client id. */
export function quotaClient({ clientId, connection: { principal } }: RequestContext): QuotaClient {
  return { user: principal.slice(principal.indexOf(':') + 1), clientId: clientId ?? '' };
}

/** Has the client wait after this answer; returns how long, as responses tell it. */
export function delayed({ connection }: RequestContext, throttleMs: number): number {
  if (throttleMs > 0) connection.throttle(throttleMs);
  return throttleMs;
}

/** From `strictSince` on, clients know that a change may be refused for now (KIP-599). */
export function mutationQuota({ quotas }: Rooms, context: RequestContext, strictSince: number): MutationQuota {
  return quotas.mutationQuota(quotaClient(context), context.apiVersion >= strictSince);
}
