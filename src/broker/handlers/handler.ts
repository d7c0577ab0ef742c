import { type Api, type ApiRequest, type ApiResponseInput } from '../../protocol/schema.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { type ClusterMetadata, type Controller } from '../cluster/index.ts';
import { type GroupCoordinator } from '../groups/index.ts';
import { type Quotas } from '../quotas/index.ts';
import { type ReplicaManager } from '../replicas/index.ts';
import { type Authentication, type Authorizer } from '../security/index.ts';
import { type ShareCoordinator, type ShareGroups } from '../share-groups/index.ts';
import { type TransactionCoordinator } from '../transactions/index.ts';

/** The connection a request came in on, as handlers may see it. */
export interface ConnectionContext {
  readonly id: string;
  readonly listenerName: string;
  /** As Kafka prints it: "/127.0.0.1". */
  readonly clientHost: string;
  /** "User:ANONYMOUS" until somebody else has authenticated; SaslAuthenticate alone writes it. */
  principal: string;
  /** Fires when the connection is gone: long polls end. */
  readonly closed: AbortSignal;
  /** Takes no further request for this long; the answer in work goes out at once (KIP-219). */
  throttle(durationMs: number): void;
  /** The answer in work, which must be a promise, is the last one. */
  closeAfterAnswer(): void;
  /** The request in work waits for other clients or for time, not for this broker: its place is free for others. */
  park(): void;
}

export interface RequestContext {
  readonly apiVersion: number;
  readonly clientId: string | null;
  /** Size of the whole request. */
  readonly requestBytes: number;
  readonly connection: ConnectionContext;
}

/** What handlers may ask. Built in daemon.ts. */
export interface Rooms {
  readonly cluster: ClusterMetadata;
  readonly controller: Controller;
  readonly replicas: ReplicaManager;
  readonly groups: GroupCoordinator;
  readonly transactions: TransactionCoordinator;
  readonly shareCoordinator: ShareCoordinator;
  readonly shareGroups: ShareGroups;
  readonly quotas: Quotas;
  /** Null: no listener speaks SASL. */
  readonly authentication: Authentication | null;
  /** Null: everybody may do everything. */
  readonly authorizer: Authorizer | null;
  /** What this broker answers: one entry per handler. */
  readonly servedApis: readonly Api[];
  readonly clock: Clock;
  readonly logger: Logger;
}

/** The client asked for no answer, so the end of the connection is how it learns of a failure (Produce with acks=0). */
export class CloseConnectionError extends Error {
  override name = 'CloseConnectionError';
}

/** Null means no response is sent (Produce with acks=0). */
export type Handle<A extends Api> = (
  request: ApiRequest<A>,
  context: RequestContext,
) => Promise<ApiResponseInput<A> | null> | ApiResponseInput<A> | null;

/** One API key: its table and a factory that binds the rooms once. */
export interface Handler {
  readonly api: Api;
  readonly bind: (rooms: Rooms) => Handle<Api>;
  /** What is not answered at once waits for other clients or for time (Kafka's purgatories), and counts as no work. */
  readonly parks: boolean;
}

export function defineHandler<A extends Api>(api: A, bind: (rooms: Rooms) => Handle<A>): Handler {
  return { api, bind: bind as unknown as (rooms: Rooms) => Handle<Api>, parks: false };
}

export function defineParkingHandler<A extends Api>(api: A, bind: (rooms: Rooms) => Handle<A>): Handler {
  return { ...defineHandler(api, bind), parks: true };
}
