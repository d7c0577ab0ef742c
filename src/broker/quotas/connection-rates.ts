import { isIP } from 'node:net';
import { type Clock } from '../../util/clock.ts';
import { type ClientQuotaImage, type ClusterMetadata } from '../cluster/index.ts';
import { Meters } from './meters.ts';
import { SampledRate, type SampleWindows } from './sampled-rate.ts';

/** kafka QuotaConfig: as good as no limit. */
const UNLIMITED = 0x7fffffff;
const KEY = 'connection_creation_rate';

export interface ConnectionRatesOptions {
  /** listener.name.<listener>.max.connection.creation.rate; null where it is not set. */
  readonly rateOf: (listener: string) => number | null;
  /** The address of a host's name, null when it has none. */
  readonly addressOf: (hostName: string) => Promise<string | null>;
}

/**
 * How fast connections may come: max.connection.creation.rate for the broker and for each listener, connection_creation_rate
 * for addresses (KIP-612). Nobody waits longer than one window.
 */
export class ConnectionRates {
  private readonly metadata: ClusterMetadata;
  private readonly clock: Clock;
  private readonly windows: SampleWindows;
  private readonly options: ConnectionRatesOptions;
  private readonly broker: SampledRate;
  private readonly listeners: Meters<SampledRate>;
  private readonly addresses: Meters<SampledRate>;
  private limits = new Map<string | null, number>();

  constructor(metadata: ClusterMetadata, clock: Clock, options: ConnectionRatesOptions) {
    const number = (name: string): number => Number(metadata.brokerConfigValue(name));
    this.metadata = metadata;
    this.clock = clock;
    this.options = options;
    this.windows = { count: number('quota.window.num'), lengthMs: number('quota.window.size.seconds') * 1000 };
    this.broker = new SampledRate(this.windows, clock.now());
    this.listeners = new Meters((nowMs) => new SampledRate(this.windows, nowMs));
    this.addresses = new Meters((nowMs) => new SampledRate(this.windows, nowMs));
    this.update(metadata.clientQuotas);
    metadata.onChange(({ clientQuotasChanged }) => {
      if (clientQuotasChanged) this.update(metadata.clientQuotas);
    });
  }

  /** Counts one connection; how long to wait before it, and others of its listener behind it, are served. */
  chargeListener(listener: string, isProtected: boolean): number {
    const nowMs = this.clock.now();
    const own = this.options.rateOf(listener) ?? UNLIMITED;
    const ofListener = own === UNLIMITED ? 0 : this.delayMs(this.listeners.of(listener, nowMs), own, nowMs);
    const all = Number(this.metadata.brokerConfigValue('max.connection.creation.rate'));
    // The brokers among themselves are not held up by others (kafka ConnectionQuotas).
    const ofBroker = all === UNLIMITED || isProtected ? 0 : this.delayMs(this.broker, all, nowMs);
    return Math.max(ofListener, ofBroker);
  }

  private delayMs(rate: SampledRate, limit: number, nowMs: number): number {
    rate.record(1, nowMs);
    return Math.min(rate.delayMs(limit, nowMs), this.windows.lengthMs);
  }

  /** Counts one connection of an address; when there is a wait, it is not to be served but closed after the wait. */
  chargeAddress(address: string): number {
    const limit = this.limits.get(address) ?? this.limits.get(null) ?? UNLIMITED;
    if (limit === UNLIMITED) return 0;
    const nowMs = this.clock.now();
    const meter = this.addresses.of(address, nowMs);
    meter.record(1, nowMs);
    const delayMs = Math.min(meter.delayMs(limit, nowMs), this.windows.lengthMs);
    if (delayMs > 0) meter.record(-1, nowMs);
    return delayMs;
  }

  private update(images: readonly ClientQuotaImage[]): void {
    const limits = new Map<string | null, number>();
    for (const { entity, quotas } of images) {
      const name = entity.get('ip');
      const limit = quotas.get(KEY);
      if (name === undefined || limit === undefined) continue;
      if (name === null || isIP(name) !== 0) limits.set(name, limit);
      else void this.options.addressOf(name).then((address) => address !== null && limits.set(address, limit));
    }
    this.limits = limits;
  }
}
