import { type Clock } from '../../util/clock.ts';
import { type Family } from '../../util/exposition.ts';
import { type AnswerRequest } from '../net/index.ts';
import { type ReplicaManager } from '../replicas/index.ts';
import { type ShareObserver } from '../share-groups/index.ts';
import { type BrokerState, brokerFamilies } from './broker-families.ts';
import { MeasuredReplicas, TrafficMeters } from './measured-replicas.ts';
import { type MetricsListener, type MetricsServer, startMetricsServer } from './metrics-server.ts';
import { RequestMeters } from './request-meters.ts';
import { ShareMeters } from './share-meters.ts';

export interface BrokerMetricsOptions {
  /** Null: nobody asked for metrics; nothing is measured. */
  readonly listener: MetricsListener | null;
  /** '' for a key that is not served. */
  readonly apiName: (key: number) => string;
  /** Null until every room is there. */
  readonly state: () => BrokerState | null;
  readonly clock: Clock;
}

/** Everything a broker knows about its own work, if it was asked for. */
export class BrokerMetrics {
  /** Why the broker does not serve as it should; null while it does. */
  trouble: string | null = 'starting';
  private readonly options: BrokerMetricsOptions;
  private readonly requests: RequestMeters;
  private readonly traffic = new TrafficMeters();
  private readonly shares = new ShareMeters();
  private readonly startedAtMs: number;
  private server: MetricsServer | null = null;

  constructor(options: BrokerMetricsOptions) {
    this.options = options;
    this.requests = new RequestMeters(options.apiName);
    this.startedAtMs = options.clock.now();
  }

  /** Where it is served; null unless asked for. */
  get listener(): MetricsListener | null {
    return this.server;
  }

  /** Throws JavaError when the port is taken. */
  async start(): Promise<void> {
    const { listener } = this.options;
    if (listener === null) return;
    const families = () => this.families();
    this.server = await startMetricsServer(listener, { families, trouble: () => this.trouble });
  }

  measureRequests(answerRequest: AnswerRequest): AnswerRequest {
    return this.options.listener ? this.requests.measured(answerRequest) : answerRequest;
  }

  measureTraffic(replicas: ReplicaManager): ReplicaManager {
    return this.options.listener ? new MeasuredReplicas(replicas, this.traffic) : replicas;
  }

  get shareObserver(): ShareObserver | null {
    return this.options.listener ? this.shares : null;
  }

  async close(): Promise<void> {
    await this.server?.close();
    this.server = null;
  }

  private families(): Family[] {
    const state = this.options.state();
    if (state === null) return [];
    const traffic = this.traffic.families((topic) => state.cluster.topics.has(topic));
    const shares = this.shares.families(state.shareGroups.report(), (id) => state.cluster.topicById(id)?.name);
    return [...traffic, ...shares, ...this.requests.families(), ...brokerFamilies(state, this.startedAtMs)];
  }
}
