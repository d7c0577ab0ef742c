import { Errors, KafkaError } from '../../../protocol/errors.ts';
import { type Api, type ApiRequest, type ApiResponseInput } from '../../../protocol/schema.ts';
import { type ClusterMetadata } from '../../cluster/index.ts';
import { type Access, type OperationName } from '../../security/index.ts';
import { type RequestContext } from '../handler.ts';

/** One request before the authorizer. */
export interface GuardedCall<A extends Api> extends RequestContext {
  readonly request: ApiRequest<A>;
  readonly access: Access;
  readonly cluster: ClusterMetadata;
  /** Goes on to the handler, with what is left of the request. Only Produce with acks=0 has no response. */
  answer(request?: ApiRequest<A>): Promise<ApiResponseInput<A>>;
}

/** What the principal must be allowed: asks the handler for what is, and adds the refusals to its answer. */
export type Judge<A extends Api> = (call: GuardedCall<A>) => Promise<ApiResponseInput<A>> | ApiResponseInput<A>;

export interface Gate {
  readonly api: Api;
  readonly judge: Judge<Api>;
}

export function gate<A extends Api>(api: A, judge: Judge<A>): Gate {
  return { api, judge: judge as unknown as Judge<Api> };
}

/** Open to everybody who could connect, or judged by the handler itself. */
export function open<A extends Api>(api: A): Gate {
  return gate<A>(api, ({ answer }) => answer());
}

export function clusterDenied<A extends Api>({ connection }: GuardedCall<A>, operation: OperationName): KafkaError {
  const { id, listenerName, principal, clientHost } = connection;
  const request = `Request(connectionId=${id}, session=Session(${principal},${clientHost}), listenerName=ListenerName(${listenerName}))`;
  return new KafkaError('CLUSTER_AUTHORIZATION_FAILED', `Request ${request} needs ${operation} permission.`);
}

/** One operation on the cluster for all of it. `refused` answers where the response has no error of its own. */
export function onCluster<A extends Api>(
  api: A,
  operation: OperationName,
  refused?: (request: ApiRequest<A>, error: KafkaError) => ApiResponseInput<A>,
): Gate {
  return gate<A>(api, (call) => {
    if (call.access.mayOnCluster(operation)) return call.answer();
    const error = clusterDenied(call, operation);
    if (refused === undefined) throw error;
    return refused(call.request, error);
  });
}

/** One operation on the one group that the request is about. */
export function onGroup<A extends Api>(
  api: A,
  operation: OperationName,
  groupIdOf: (request: ApiRequest<A>) => string,
): Gate {
  return gate<A>(api, ({ access, request, answer }) => {
    if (!access.may(operation, 'GROUP', groupIdOf(request))) throw new KafkaError('GROUP_AUTHORIZATION_FAILED');
    return answer();
  });
}

export function split<T>(all: readonly T[], isAllowed: (one: T) => boolean): { allowed: T[]; denied: T[] } {
  const allowed: T[] = [];
  const denied: T[] = [];
  for (const one of all) (isAllowed(one) ? allowed : denied).push(one);
  return { allowed, denied };
}

export const TOPIC_DENIED = Errors.TOPIC_AUTHORIZATION_FAILED;
export const GROUP_DENIED = Errors.GROUP_AUTHORIZATION_FAILED;
export const TRANSACTIONAL_ID_DENIED = Errors.TRANSACTIONAL_ID_AUTHORIZATION_FAILED;
