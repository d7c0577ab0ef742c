import { type ErrorName, Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { findCoordinator } from '../../protocol/messages/10-find-coordinator.ts';
import { type Api, type ApiRequestInput, type ApiResponse, type Fields } from '../../protocol/schema.ts';
import { type Cluster } from '../cluster.ts';
import { TimeoutError } from '../errors.ts';
import { exponentialBackoffMs } from '../settings.ts';
import { callAdmin } from './call.ts';

/** Errors after which the coordinator has to be looked up anew. */
const MOVED = new Set<ErrorName>(['NOT_COORDINATOR', 'COORDINATOR_NOT_AVAILABLE']);
const GROUP_KEY_TYPE = 0;

/** What coordinators are found by: 0 groups, 1 transactional ids. */
type KeyType = 0 | 1;

/** A group's result, or the code it could not be had for. */
export type GroupResult<T> = T | KafkaError;

export interface CoordinatorCall<Q extends Fields, R extends Fields, T> {
  /** Java's name of the handler: `describeConsumerGroups`; it stands in texts about timeouts. */
  readonly name: string;
  /** Java's name of the request: `DESCRIBE_GROUPS`. */
  readonly apiName: string;
  readonly api: Api<Q, R>;
  /** Groups if absent. */
  readonly keyType?: KeyType;
  /** Group ids, or transactional ids. */
  readonly groupIds: readonly string[];
  readonly timeoutMs?: number | undefined;
  readonly minVersion?: number;
  readonly maxVersion?: number;
  /** The request for the groups of one node. */
  request(groupIds: readonly string[], version: number): ApiRequestInput<Api<Q, R>>;
  /** The result of each group asked for; NOT_COORDINATOR and COORDINATOR_NOT_AVAILABLE lead to another attempt. */
  handle(response: ApiResponse<Api<Q, R>>, groupIds: readonly string[], node: number): Map<string, GroupResult<T>>;
}

/**
 * Asks the coordinators of several groups, each node once, and again where a coordinator moved. Results by group id; throws what
 * concerns the whole call.
 */
export async function callCoordinators<Q extends Fields, R extends Fields, T>(
  cluster: Cluster,
  call: CoordinatorCall<Q, R, T>,
): Promise<Map<string, GroupResult<T>>> {
  const { clock, settings } = cluster;
  const deadlineMs = clock.now() + (call.timeoutMs ?? settings.apiTimeoutMs);
  const found = new Map<string, GroupResult<T>>();
  const leftMs = () => deadlineMs - clock.now();
  let pending = [...new Set(call.groupIds)];
  for (let tries = 1; pending.length > 0; tries++) {
    const coordinators = await lookUp(cluster, call, pending, leftMs());
    for (const [groupId, outcome] of coordinators) if (outcome instanceof KafkaError) found.set(groupId, outcome);
    const known = pending.filter((groupId) => typeof coordinators.get(groupId) === 'number');
    const byNode = Map.groupBy(known, (groupId) => coordinators.get(groupId) as number);
    const answers = await Promise.all(
      [...byNode].map(([node, groupIds]) => ask(cluster, call, node, groupIds, leftMs())),
    );
    for (const answer of answers) for (const [groupId, result] of answer) found.set(groupId, result);
    pending = pending.filter((groupId) => isMoved(found.get(groupId)));
    if (pending.length === 0) break;
    if (leftMs() <= 0) throw timedOut(cluster, `${call.name}(api=FIND_COORDINATOR)`, deadlineMs, tries);
    await cluster.backoff(tries);
  }
  return found;
}

/** A call that was repeated until its time was over, in the words of Java's client. */
export function timedOut(cluster: Cluster, name: string, deadlineMs: number, tries: number): TimeoutError {
  const { retryBackoffMs, retryBackoffMaxMs } = cluster.settings;
  const nowMs = cluster.clock.now();
  const nextMs = nowMs + exponentialBackoffMs(retryBackoffMs, retryBackoffMaxMs, tries);
  const state = `callName=${name}, deadlineMs=${deadlineMs}, tries=${tries}, nextAllowedTryMs=${nextMs}`;
  return new TimeoutError(`Call(${state}) timed out at ${nowMs} after ${tries} attempt(s)`);
}

function isMoved(result: unknown): boolean {
  return result instanceof KafkaError && MOVED.has(result.error);
}

function ask<Q extends Fields, R extends Fields, T>(
  cluster: Cluster,
  call: CoordinatorCall<Q, R, T>,
  node: number,
  groupIds: readonly string[],
  timeoutMs: number,
): Promise<Map<string, GroupResult<T>>> {
  const { minVersion, maxVersion } = call;
  return callAdmin(cluster, {
    name: `${call.name}(api=${call.apiName})`,
    api: call.api,
    target: { node },
    timeoutMs,
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    request: (version) => call.request(groupIds, version),
    handle(response) {
      const results = call.handle(response, groupIds, node);
      for (const result of results.values()) {
        // Passes by itself on the same node: callAdmin repeats the call.
        if (result instanceof KafkaError && result.error === 'COORDINATOR_LOAD_IN_PROGRESS') throw result;
      }
      return results;
    },
  });
}

/** Source: CoordinatorStrategy.handleError. */
function lookUpText({ error, message }: KafkaError, key: string, keyType: KeyType): string {
  const named = `CoordinatorKey(idValue='${key}', type=${keyType === GROUP_KEY_TYPE ? 'GROUP' : 'TRANSACTION'})`;
  switch (error) {
    case 'GROUP_AUTHORIZATION_FAILED':
      return `FindCoordinator request for groupId \`${named}\` failed due to authorization failure`;
    case 'TRANSACTIONAL_ID_AUTHORIZATION_FAILED':
      return `FindCoordinator request for transactionalId \`${named}\` failed due to authorization failure`;
    default:
      return message;
  }
}

/** Node id by group; a code that will not pass stands in its place. */
function lookUp(
  cluster: Cluster,
  { name, keyType = GROUP_KEY_TYPE }: { readonly name: string; readonly keyType?: KeyType },
  groupIds: readonly string[],
  timeoutMs: number,
): Promise<Map<string, number | KafkaError>> {
  return callAdmin(cluster, {
    name: `${name}(api=FIND_COORDINATOR)`,
    api: findCoordinator,
    target: 'any',
    timeoutMs,
    request: (version) =>
      version >= 4
        ? { keyType, coordinatorKeys: groupIds }
        : { key: groupIds[0] ?? '', ...(version >= 1 ? { keyType } : {}) },
    handle(response, version) {
      // Before v4 one key a time: the others come with the next attempts.
      const answers = version >= 4 ? response.coordinators : [{ ...response, key: groupIds[0] ?? '' }];
      const found = new Map<string, number | KafkaError>();
      for (const { key, errorCode, errorMessage, nodeId, host, port } of answers) {
        if (errorCode === Errors.NONE) {
          if (!cluster.metadata.node(nodeId)) cluster.metadata.addNode({ id: nodeId, host, port, rack: null });
          found.set(key, nodeId);
          continue;
        }
        const failure = new KafkaError(errorName(errorCode), errorMessage || undefined);
        if (failure.isRetriable) throw failure;
        found.set(key, new KafkaError(failure.error, lookUpText(failure, key, keyType)));
      }
      return found;
    },
  });
}
