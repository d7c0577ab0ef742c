import { type Uuid, ZERO_UUID } from '../../protocol/primitives.ts';
import { type BrokerLoggers } from './broker-loggers.ts';
import { clientQuotaImages, matchingQuotas } from './client-quotas.ts';
import { describeConfigs, topicEntries } from './describe-configs.ts';
import { EffectiveConfigs } from './effective-configs.ts';
import { SUPPORTED_FEATURES } from './features.ts';
import { type MetadataLog } from './metadata-log/metadata-log.ts';
import { type BrokerRegistration, type MetadataState, scramKey } from './metadata-state.ts';
import { type ServerConfig } from './node/server-config.ts';
import {
  type AclBinding,
  type BrokerImage,
  type ClientQuotaImage,
  type ClusterMetadata,
  type ConfigEntry,
  type ConfigResource,
  type MetadataDelta,
  type PartitionImage,
  type QuorumImage,
  type QuotaFilterComponent,
  type ScramCredentialImage,
  type TopicImage,
} from './types.ts';

export interface LiveMetadataOptions {
  readonly clusterId: string;
  readonly server: ServerConfig;
  readonly loggers: BrokerLoggers;
  readonly log: MetadataLog;
  /** Of this node's controller listener, where that asked for any port. */
  readonly controllerPort?: number | undefined;
}

/** The read side of the cluster room, over the state that the controller keeps current. */
export class LiveMetadata implements ClusterMetadata {
  readonly clusterId: string;
  readonly effective: EffectiveConfigs;
  private readonly state: MetadataState;
  private readonly server: ServerConfig;
  private readonly loggers: BrokerLoggers;
  private readonly log: MetadataLog;
  private readonly controllerPort: number | undefined;
  private readonly listeners: ((delta: MetadataDelta) => void)[] = [];
  /** Null after registrations changed. */
  private brokerImages: ReadonlyMap<number, BrokerImage> | null = null;

  /** Null after quotas changed. */
  private quotaImages: readonly ClientQuotaImage[] | null = null;

  constructor(state: MetadataState, options: LiveMetadataOptions) {
    this.state = state;
    this.clusterId = options.clusterId;
    this.server = options.server;
    this.loggers = options.loggers;
    this.log = options.log;
    this.controllerPort = options.controllerPort;
    this.effective = new EffectiveConfigs(state, options.server);
  }

  get nodeId(): number {
    return this.server.nodeId;
  }

  /** Clients send what only a controller can do to any live broker, which passes it on. */
  get controllerId(): number {
    return this.server.nodeId;
  }

  get topics(): ReadonlyMap<string, TopicImage> {
    return this.state.topics;
  }

  get brokers(): ReadonlyMap<number, BrokerImage> {
    this.brokerImages ??= new Map([...this.state.brokers].map(([id, one]) => [id, brokerImage(one)]));
    return this.brokerImages;
  }

  get features(): ReadonlyMap<string, number> {
    const levels = new Map(this.state.features);
    const kRaftVersion = this.log.quorum?.kRaftVersion ?? 0;
    if (kRaftVersion > 0) levels.set('kraft.version', kRaftVersion);
    const known = SUPPORTED_FEATURES.filter(({ name }) => levels.has(name));
    return new Map(known.map(({ name }) => [name, levels.get(name) as number]));
  }

  get featuresEpoch(): bigint {
    return this.state.lastOffset;
  }

  topicById(topicId: Uuid): TopicImage | undefined {
    return this.state.topicsById.get(topicId);
  }

  partition(topic: string, partition: number): PartitionImage | undefined {
    return this.state.topics.get(topic)?.partitions[partition];
  }

  configsOf(resource: ConfigResource): ReadonlyMap<string, string> {
    return this.effective.of(resource);
  }

  topicConfigValue(topic: string, name: string): string | null {
    // Set by Kafka's own tests only: segment.bytes without its lower bound.
    const internal = name === 'segment.bytes' ? this.effective.topicText(topic, 'internal.segment.bytes') : null;
    return internal ?? this.effective.topicText(topic, name);
  }

  brokerConfigValue(name: string): string | null {
    return this.effective.brokerText(name);
  }

  isCordoned(logDir: string): boolean {
    return this.effective.cordons(logDir);
  }

  describeConfigs(resource: ConfigResource, names: readonly string[] | null): ConfigEntry[] {
    return describeConfigs(this.describeContext, resource, names);
  }

  describeNewTopic(configs: ReadonlyMap<string, string>): ConfigEntry[] {
    return topicEntries(this.describeContext, configs);
  }

  private get describeContext() {
    const { nodeId, staticConfigs } = this.server;
    const { state, effective, loggers } = this;
    return { nodeId, staticConfigs, state, effective, loggers };
  }

  configuredResources(type: number): string[] {
    const all = [...this.state.configs.values()].map(({ resource }) => resource);
    return all.filter((one) => one.type === type).map(({ name }) => name);
  }

  get clientQuotas(): readonly ClientQuotaImage[] {
    this.quotaImages ??= clientQuotaImages(this.state.clientQuotas.values());
    return this.quotaImages;
  }

  describeClientQuotas(components: readonly QuotaFilterComponent[], strict: boolean): ClientQuotaImage[] {
    return matchingQuotas(this.clientQuotas, components, strict);
  }

  get scramCredentials(): Iterable<ScramCredentialImage> {
    return this.state.scramCredentials.values();
  }

  scramCredential(mechanism: number, name: string): ScramCredentialImage | undefined {
    return this.state.scramCredentials.get(scramKey({ mechanism, name }));
  }

  get acls(): Iterable<AclBinding> {
    return this.state.accessControlEntries.values();
  }

  get quorum(): QuorumImage {
    const { log, server } = this;
    const { leaderEpoch, endOffset: logEndOffset, highWatermark } = log;
    const fixed = server.quorumVoters.map(({ nodeId, host, port }) => {
      const name = server.controllerListenerNames[0] as string;
      const own = nodeId === server.nodeId ? this.controllerPort : undefined;
      return { nodeId, directoryId: ZERO_UUID, endpoints: [{ name, host, port: own ?? port }] };
    });
    const dynamic = log.quorum?.voters.map(({ voterId, voterDirectoryId, endpoints }) => ({
      nodeId: voterId,
      directoryId: voterDirectoryId,
      endpoints,
    }));
    return { leaderId: server.nodeId, leaderEpoch, logEndOffset, highWatermark, voters: dynamic ?? fixed };
  }

  onChange(listener: (delta: MetadataDelta) => void): void {
    this.listeners.push(listener);
  }

  /** Called by the controller when records were applied. */
  changed(delta: MetadataDelta): void {
    if (delta.brokersChanged) this.brokerImages = null;
    if (delta.clientQuotasChanged) this.quotaImages = null;
    for (const resource of delta.configs) this.effective.changed(resource);
    for (const listener of this.listeners) listener(delta);
  }
}

function brokerImage(registration: BrokerRegistration): BrokerImage {
  return {
    brokerId: registration.brokerId,
    brokerEpoch: registration.brokerEpoch,
    rack: registration.rack,
    isFenced: registration.fenced,
    endpoints: registration.endPoints.map(({ name, host, port, securityProtocol }) => ({
      listener: name,
      host,
      port,
      securityProtocol,
    })),
  };
}
