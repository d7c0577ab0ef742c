import { ERRORS, KafkaError } from '../../protocol/errors.ts';
import { type Clock } from '../../util/clock.ts';
import { type ClientQuotaImage, type ClusterMetadata } from '../cluster/index.ts';
import { Meters } from './meters.ts';
import { type QuotaClient, QuotaLimits } from './quota-limits.ts';
import { SampledRate, type SampleWindows } from './sampled-rate.ts';
import { TokenBucket } from './token-bucket.ts';

export type { QuotaClient } from './quota-limits.ts';

/** The change of partitions that one request asks for. */
export interface MutationQuota {
  /** Strict: throws KafkaError THROTTLING_QUOTA_EXCEEDED while a debt is open; else only notes the delay. */
  readonly charge: (partitionCount: number) => void;
  /** How long the client has to wait from now on. */
  throttleMs(): number;
}

/** Quotas of users and client ids. Every charge answers how many milliseconds the client has to wait, 0 for none. */
export interface Quotas {
  chargeProduced(client: QuotaClient, byteCount: number): number;
  /** What was refused a client is taken back: it gets an empty answer. */
  chargeFetched(client: QuotaClient, byteCount: number): number;
  /** The same where the client gets the bytes all the same, and waits afterwards. */
  chargeDelivered(client: QuotaClient, byteCount: number): number;
  /** The most bytes that one fetch may bring without a wait of more than the windows; Infinity without a quota. */
  fetchableBytes(client: QuotaClient): number;
  /** Whether anybody's share of the broker's time is limited; if not, it need not be measured. */
  readonly hasRequestQuotas: boolean;
  chargeRequest(client: QuotaClient, busyMs: number): number;
  /** `isStrict` for request versions whose clients know THROTTLING_QUOTA_EXCEEDED (KIP-599). */
  mutationQuota(client: QuotaClient, isStrict: boolean): MutationQuota;
}

/** What the field throttleTimeMs of an answer holds. */
const LONGEST_DELAY_MS = 0x7fffffff;

/** One kind of rate quota. */
class RateQuota {
  readonly key: string;
  limits: QuotaLimits;
  private readonly windows: SampleWindows;
  private readonly longestDelayMs: number;
  private readonly meters: Meters<SampledRate>;

  constructor(key: string, windows: SampleWindows, longestDelayMs = LONGEST_DELAY_MS) {
    this.key = key;
    this.limits = new QuotaLimits(key, []);
    this.windows = windows;
    this.longestDelayMs = longestDelayMs;
    this.meters = new Meters((nowMs) => new SampledRate(windows, nowMs));
  }

  charge(client: QuotaClient, amount: number, nowMs: number): number {
    const limit = this.limits.limitFor(client);
    if (limit === null) return 0;
    const meter = this.meters.of(limit.meterKey, nowMs);
    meter.record(amount, nowMs);
    return Math.min(meter.delayMs(limit.perSecond, nowMs), this.longestDelayMs);
  }

  takeBack(client: QuotaClient, amount: number, nowMs: number): void {
    const limit = this.limits.limitFor(client);
    if (limit !== null) this.meters.find(limit.meterKey)?.record(-amount, nowMs);
  }

  /** What the windows hold at most (kafka maxValueInQuotaWindow). */
  windowAmount(client: QuotaClient): number {
    const limit = this.limits.limitFor(client);
    const seconds = ((this.windows.count - 1) * this.windows.lengthMs) / 1000;
    return limit === null ? Infinity : limit.perSecond * seconds;
  }
}

class TokenMutationQuota implements MutationQuota {
  private readonly bucket: TokenBucket;
  private readonly perSecond: number;
  private readonly isStrict: boolean;
  private readonly clock: Clock;
  private delayMs = 0;
  private notedMs = 0;

  constructor(bucket: TokenBucket, perSecond: number, isStrict: boolean, clock: Clock) {
    this.bucket = bucket;
    this.perSecond = perSecond;
    this.isStrict = isStrict;
    this.clock = clock;
  }

  readonly charge = (partitionCount: number): void => {
    const nowMs = this.clock.now();
    if (this.isStrict) {
      this.note(nowMs);
      if (this.delayMs > 0) {
        throw new KafkaError('THROTTLING_QUOTA_EXCEEDED', ERRORS.THROTTLING_QUOTA_EXCEEDED.text);
      }
    }
    this.bucket.take(partitionCount, this.perSecond, nowMs);
    if (!this.isStrict) this.note(nowMs);
  };

  throttleMs(): number {
    return Math.max(0, this.delayMs - (this.clock.now() - this.notedMs));
  }

  private note(nowMs: number): void {
    this.delayMs = Math.min(this.bucket.delayMs(this.perSecond, nowMs), LONGEST_DELAY_MS);
    this.notedMs = nowMs;
  }
}

const UNLIMITED: MutationQuota = { charge: () => undefined, throttleMs: () => 0 };

/** For brokers and tests without quotas. */
export const noQuotas: Quotas = {
  chargeProduced: () => 0,
  chargeFetched: () => 0,
  chargeDelivered: () => 0,
  fetchableBytes: () => Infinity,
  hasRequestQuotas: false,
  chargeRequest: () => 0,
  mutationQuota: () => UNLIMITED,
};

export function createQuotas(metadata: ClusterMetadata, clock: Clock): Quotas {
  const number = (name: string): number => Number(metadata.brokerConfigValue(name));
  const lengthMs = number('quota.window.size.seconds') * 1000;
  const windows = { count: number('quota.window.num'), lengthMs };
  const produced = new RateQuota('producer_byte_rate', windows);
  const fetched = new RateQuota('consumer_byte_rate', windows);
  // kafka ClientRequestQuotaManager: nobody waits longer than one window for the time used.
  const requests = new RateQuota('request_percentage', windows, lengthMs);
  const burstSeconds = number('controller.quota.window.num') * number('controller.quota.window.size.seconds');
  const buckets = new Meters((nowMs) => new TokenBucket(burstSeconds, nowMs));
  let mutations = new QuotaLimits('controller_mutation_rate', []);

  function update(images: readonly ClientQuotaImage[]): void {
    for (const quota of [produced, fetched, requests]) quota.limits = new QuotaLimits(quota.key, images);
    mutations = new QuotaLimits('controller_mutation_rate', images);
  }
  update(metadata.clientQuotas);
  metadata.onChange(({ clientQuotasChanged }) => {
    if (clientQuotasChanged) update(metadata.clientQuotas);
  });

  return {
    chargeProduced: (client, byteCount) => produced.charge(client, byteCount, clock.now()),
    chargeFetched(client, byteCount) {
      const nowMs = clock.now();
      const delayMs = fetched.charge(client, byteCount, nowMs);
      if (delayMs > 0) fetched.takeBack(client, byteCount, nowMs);
      return delayMs;
    },
    chargeDelivered: (client, byteCount) => fetched.charge(client, byteCount, clock.now()),
    fetchableBytes: (client) => fetched.windowAmount(client),
    get hasRequestQuotas() {
      return !requests.limits.isEmpty;
    },
    // A quota of 100 is one thread's whole time.
    chargeRequest: (client, busyMs) => requests.charge(client, busyMs / 10, clock.now()),
    mutationQuota(client, isStrict) {
      const limit = mutations.limitFor(client);
      if (limit === null) return UNLIMITED;
      return new TokenMutationQuota(buckets.of(limit.meterKey, clock.now()), limit.perSecond, isStrict, clock);
    },
  };
}
