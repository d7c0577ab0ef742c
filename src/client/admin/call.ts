import { EndpointType } from '../../protocol/enums.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { type Api, type ApiResponse, type Fields } from '../../protocol/schema.ts';
import { type Cluster, type Target } from '../cluster.ts';
import { type RequestOf } from '../connection.ts';
import { ConnectionError, isRetriable, needsMetadata, TimeoutError } from '../errors.ts';
import { exponentialBackoffMs } from '../settings.ts';

export interface AdminCall<Q extends Fields, R extends Fields, T> {
  /** Java's name of the call: it stands in texts about timeouts. */
  readonly name: string;
  readonly api: Api<Q, R>;
  readonly request: RequestOf<Api<Q, R>>;
  readonly target: Target;
  readonly minVersion?: number;
  readonly maxVersion?: number;
  /** For the whole call; `default.api.timeout.ms` if absent. */
  readonly timeoutMs?: number | undefined;
  /** Turns the answer into the result. A retriable KafkaError thrown here repeats the call. */
  handle(response: ApiResponse<Api<Q, R>>, version: number): T;
}

/**
 * Makes a call as Java's KafkaAdminClient does: repeated while the failure is retriable and time is left. Throws KafkaError and
 * ClientError; TimeoutError in Java's words.
 */
export async function callAdmin<Q extends Fields, R extends Fields, T>(
  cluster: Cluster,
  call: AdminCall<Q, R, T>,
): Promise<T> {
  const { clock, settings } = cluster;
  const deadlineMs = clock.now() + (call.timeoutMs ?? settings.apiTimeoutMs);
  for (let tries = 0; ; ) {
    try {
      return await attempt(cluster, call, deadlineMs);
    } catch (error) {
      if (error instanceof NotAssigned) {
        throw new TimeoutError(`Timed out waiting for a node assignment. Call: ${call.name}`, error.cause);
      }
      if (!isRetriable(error)) throw error;
      tries++;
      const now = clock.now();
      const backoffMs = exponentialBackoffMs(settings.retryBackoffMs, settings.retryBackoffMaxMs, tries);
      if (now >= deadlineMs) {
        const state = `callName=${call.name}, deadlineMs=${deadlineMs}, tries=${tries}, nextAllowedTryMs=${now + backoffMs}`;
        throw new TimeoutError(`Call(${state}) timed out at ${now} after ${tries} attempt(s)`, error);
      }
      if (tries > settings.retries) throw error;
      if (needsMetadata(error)) cluster.metadata.markStale();
      await cluster.sleep(Math.min(backoffMs, deadlineMs - now));
    }
  }
}

/** No node could be found or reached in time. */
class NotAssigned extends Error {}

async function attempt<Q extends Fields, R extends Fields, T>(
  cluster: Cluster,
  call: AdminCall<Q, R, T>,
  deadlineMs: number,
): Promise<T> {
  const { clock, settings } = cluster;
  // Controllers that do not lead know no more than where the leader is.
  const isLeaderNeeded = cluster.endpointType === EndpointType.CONTROLLER && call.name !== 'listNodes';
  const target = isLeaderNeeded && call.target === 'any' ? 'controller' : call.target;
  const connection = await assign(cluster, target, deadlineMs);
  const timeoutMs = Math.max(1, Math.min(deadlineMs - clock.now(), settings.requestTimeoutMs));
  const { minVersion, maxVersion } = call;
  if (cluster.endpointType === EndpointType.CONTROLLER && connection.usableVersion(call.api) === undefined) {
    throw new KafkaError(
      'UNSUPPORTED_ENDPOINT_TYPE',
      'This Admin API is not yet supported when communicating directly with the controller quorum.',
    );
  }
  const { response, version } = await connection.request(call.api, call.request, { timeoutMs, minVersion, maxVersion });
  return call.handle(response, version);
}

/** A node that is unknown or unreachable may come back: it is tried until the deadline. */
async function assign(cluster: Cluster, target: Target, deadlineMs: number) {
  const { clock } = cluster;
  for (let failures = 0; ; failures++) {
    try {
      const leftMs = deadlineMs - clock.now();
      if (failures > 0) await cluster.metadata.refresh([], { timeoutMs: leftMs });
      return await cluster.connect(target, leftMs);
    } catch (error) {
      if (error instanceof TimeoutError) throw new NotAssigned(undefined, { cause: error.cause });
      if (!(error instanceof ConnectionError) || error.isHopeless) throw error;
      if (clock.now() >= deadlineMs) throw new NotAssigned(undefined, { cause: error });
      await cluster.backoff(failures + 1);
    }
  }
}
