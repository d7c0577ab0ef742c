import { Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { type Api, type ApiRequestInput, type ApiResponse, type Fields } from '../../protocol/schema.ts';
import { type Clock } from '../../util/clock.ts';
import { isRetriable } from '../errors.ts';
import { exponentialBackoffMs } from '../settings.ts';
import { within } from '../wait.ts';
import { type ProducerCluster } from './ports.ts';
import { timeout } from './producer-errors.ts';
import { type ProducerSettings } from './producer-settings.ts';

/** Requests to the coordinator of one transactional id, repeated within max.block.ms until one succeeds or fails for good. */
export class CoordinatorCalls {
  private readonly transactionalId: string;
  private readonly settings: ProducerSettings;
  private readonly cluster: ProducerCluster;
  private readonly clock: Clock;
  private nodeId: number | null = null;

  constructor(transactionalId: string, settings: ProducerSettings, cluster: ProducerCluster, clock: Clock) {
    this.transactionalId = transactionalId;
    this.settings = settings;
    this.cluster = cluster;
    this.clock = clock;
  }

  /**
   * Throws KafkaError for a final error code, JavaError (TimeoutException with the text `expired`) when time runs out.
   * @param errorOf the answer's error code, where it is not its field `errorCode`
   */
  async call<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: ApiRequestInput<Api<Q, R>>,
    expired: string,
    maxVersion?: number,
    errorOf: (answer: ApiResponse<Api<Q, R>>) => number = (answer) =>
      (answer as unknown as { errorCode: number }).errorCode,
  ): Promise<ApiResponse<Api<Q, R>>> {
    const { clock, settings } = this;
    const deadlineMs = clock.now() + settings.maxBlockMs;
    for (let failures = 1; ; failures++) {
      try {
        const answer = await within(clock, deadlineMs - clock.now(), this.attempt(api, request, maxVersion), () =>
          timeout(expired),
        );
        const error = errorName(errorOf(answer));
        if (error === 'NONE') return answer;
        throw new KafkaError(error);
      } catch (error) {
        if (!isRetriable(error)) throw error;
        // Wherever the answer did not come from the coordinator itself, it is looked for again.
        if (!(error instanceof KafkaError) || MOVED.has(error.code)) this.nodeId = null;
      }
      const backoffMs = exponentialBackoffMs(settings.retryBackoffMs, settings.retryBackoffMaxMs, failures);
      const leftMs = deadlineMs - clock.now();
      await new Promise<void>((resolve) => clock.after(Math.max(0, Math.min(backoffMs, leftMs)), resolve));
      if (leftMs <= backoffMs) throw timeout(expired);
    }
  }

  private async attempt<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: ApiRequestInput<Api<Q, R>>,
    maxVersion: number | undefined,
  ): Promise<ApiResponse<Api<Q, R>>> {
    this.nodeId ??= await this.cluster.findTransactionCoordinator(this.transactionalId);
    const { requestTimeoutMs } = this.settings;
    return this.cluster.call(api, request, this.nodeId, { timeoutMs: requestTimeoutMs, maxVersion });
  }
}

const MOVED = new Set<number>([Errors.NOT_COORDINATOR, Errors.COORDINATOR_NOT_AVAILABLE]);
