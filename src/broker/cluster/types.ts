import { type AclBinding, type AclFilter } from '../../protocol/acl-binding.ts';
import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type ProducerId, type Uuid } from '../../protocol/primitives.ts';

export interface PartitionImage {
  readonly partition: number;
  readonly replicas: readonly number[];
  readonly isr: readonly number[];
  readonly eligibleLeaderReplicas: readonly number[];
  readonly lastKnownElr: readonly number[];
  readonly addingReplicas: readonly number[];
  readonly removingReplicas: readonly number[];
  /** -1 without a leader. */
  readonly leader: number;
  readonly leaderEpoch: number;
  readonly partitionEpoch: number;
  readonly directories: readonly Uuid[];
}

export interface TopicImage {
  readonly name: string;
  readonly topicId: Uuid;
  readonly isInternal: boolean;
  /** Index = partition. */
  readonly partitions: readonly PartitionImage[];
}

export interface EndpointImage {
  readonly listener: string;
  readonly host: string;
  readonly port: number;
  readonly securityProtocol: number;
}

export interface BrokerImage {
  readonly brokerId: number;
  readonly brokerEpoch: bigint;
  readonly rack: string | null;
  readonly isFenced: boolean;
  readonly endpoints: readonly EndpointImage[];
}

/** Resource types are the numbers of ConfigResourceType in protocol/enums. The broker default has the name "". */
export interface ConfigResource {
  readonly type: number;
  readonly name: string;
}

export interface ConfigSynonym {
  readonly name: string;
  /** Null for passwords. */
  readonly value: string | null;
  /** ConfigSource in protocol/enums. */
  readonly source: number;
}

export interface ConfigEntry extends ConfigSynonym {
  readonly isReadOnly: boolean;
  readonly isSensitive: boolean;
  /** ConfigType in protocol/enums. */
  readonly type: number;
  readonly documentation: string;
  readonly synonyms: readonly ConfigSynonym[];
}

/** Whom a quota is for: a name by type (user, client-id, ip); null stands for all of that type without a quota of their own. */
export type QuotaEntity = ReadonlyMap<string, string | null>;

export interface ClientQuotaImage {
  readonly entity: QuotaEntity;
  /** By key, as producer_byte_rate. */
  readonly quotas: ReadonlyMap<string, number>;
}

/** One part of a filter of DescribeClientQuotas; match types are those of its request. */
export interface QuotaFilterComponent {
  readonly entityType: string;
  readonly matchType: number;
  readonly match: string | null;
}

export interface QuotaAlteration {
  readonly entity: readonly (readonly [type: string, name: string | null])[];
  readonly ops: readonly { readonly key: string; readonly value: number; readonly remove: boolean }[];
}

export interface QuotaAlterationResult {
  readonly entity: QuotaEntity;
  readonly failure: ItemFailure | null;
}

export interface FeatureUpdate {
  readonly name: string;
  readonly level: number;
  /** 1 upgrade, 2 safe downgrade, 3 unsafe downgrade. */
  readonly upgradeType: number;
}

/** Told how many partitions a change adds or removes before it is made; throws KafkaError when that is too many for now. */
export type ChargePartitions = (partitionCount: number) => void;

/** A failure of one item of a request; `NONE` with extra data otherwise. */
export interface ItemFailure {
  readonly error: Exclude<ErrorName, 'NONE'>;
  readonly text: string | null;
}

export interface TopicChange {
  readonly name: string;
  readonly topicId: Uuid;
  readonly kind: 'created' | 'deleted' | 'partitions' | 'config';
}

/** What is kept of a user's password. */
export interface ScramCredentialImage {
  readonly name: string;
  readonly mechanism: number;
  readonly salt: Buffer;
  readonly storedKey: Buffer;
  readonly serverKey: Buffer;
  readonly iterations: number;
}

/** A password salted by the client, or a credential to forget. */
export interface ScramUpsertion {
  readonly name: string;
  readonly mechanism: number;
  readonly iterations: number;
  readonly salt: Buffer;
  readonly saltedPassword: Buffer;
}
export type ScramDeletion = Pick<ScramUpsertion, 'name' | 'mechanism'>;

export type { AclBinding, AclFilter };

/** What changed in one committed batch of metadata records. Listeners run synchronously, in order of registration. */
export interface MetadataDelta {
  readonly topics: readonly TopicChange[];
  readonly configs: readonly ConfigResource[];
  readonly brokersChanged: boolean;
  readonly aclsChanged?: boolean;
  readonly clientQuotasChanged?: boolean;
}

/** A member of the controller quorum. */
export interface QuorumVoterImage {
  readonly nodeId: number;
  /** All zeros while the members are fixed by controller.quorum.voters. */
  readonly directoryId: Uuid;
  readonly endpoints: readonly { readonly name: string; readonly host: string; readonly port: number }[];
}

export interface QuorumImage {
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly logEndOffset: Offset;
  readonly highWatermark: Offset;
  readonly voters: readonly QuorumVoterImage[];
}

/** The committed cluster metadata, read side. Values are snapshots: an image object never changes. */
export interface ClusterMetadata {
  readonly clusterId: string;
  readonly nodeId: number;
  readonly controllerId: number;
  readonly topics: ReadonlyMap<string, TopicImage>;
  readonly brokers: ReadonlyMap<number, BrokerImage>;
  /** Finalised feature levels by name; -1 epoch before the first record. */
  readonly features: ReadonlyMap<string, number>;
  readonly featuresEpoch: bigint;
  topicById(topicId: Uuid): TopicImage | undefined;
  partition(topic: string, partition: number): PartitionImage | undefined;
  /** Explicitly set values of a resource (dynamic configs only). */
  configsOf(resource: ConfigResource): ReadonlyMap<string, string>;
  /** Effective value of a topic config after synonyms: topic, dynamic broker, dynamic default, static, default. */
  topicConfigValue(topic: string, name: string): string | null;
  /** Effective value of this node's broker config. */
  brokerConfigValue(name: string): string | null;
  /** Whether a log directory of this node takes no new replicas (KIP-1066). */
  isCordoned(logDir: string): boolean;
  /** Throws KafkaError when the resource does not exist. `names` null means all. */
  describeConfigs(resource: ConfigResource, names: readonly string[] | null): ConfigEntry[];
  /** What a topic that is created with these configs would describe as. */
  describeNewTopic(configs: ReadonlyMap<string, string>): ConfigEntry[];
  /** Resources of a type that have dynamic configs. */
  configuredResources(type: number): string[];
  /** Quotas of all entities, in Kafka's order. */
  readonly clientQuotas: readonly ClientQuotaImage[];
  /** Throws KafkaError for a filter that is none. */
  describeClientQuotas(components: readonly QuotaFilterComponent[], strict: boolean): ClientQuotaImage[];
  readonly quorum: QuorumImage;
  /** Of a user by a mechanism (numbers of ScramMechanism). */
  scramCredential(mechanism: number, user: string): ScramCredentialImage | undefined;
  readonly scramCredentials: Iterable<ScramCredentialImage>;
  /** All access control entries. */
  readonly acls: Iterable<AclBinding>;
  onChange(listener: (delta: MetadataDelta) => void): void;
}

export interface NewTopic {
  readonly name: string;
  /** -1 means the default, also when `assignments` is not empty. */
  readonly partitionCount: number;
  readonly replicationFactor: number;
  readonly assignments: ReadonlyMap<number, readonly number[]>;
  readonly configs: ReadonlyMap<string, string | null>;
}

export interface ConfigAlteration {
  readonly name: string;
  /** AlterConfigOperation in protocol/enums. */
  readonly operation: number;
  readonly value: string | null;
}

/** The write side: every call is validated against the image, written to `__cluster_metadata-0`, then applied. */
export interface Controller {
  createTopic(topic: NewTopic, validateOnly: boolean): Promise<TopicImage | ItemFailure>;
  /** All in one write; results in the order of the topics. */
  createTopics(
    topics: readonly NewTopic[],
    validateOnly: boolean,
    charge?: ChargePartitions,
  ): Promise<(TopicImage | ItemFailure)[]>;
  deleteTopic(
    topic: { name: string } | { topicId: Uuid },
    charge?: ChargePartitions,
  ): Promise<{ name: string; topicId: Uuid } | ItemFailure>;
  createPartitions(
    topic: string,
    count: number,
    assignments: readonly (readonly number[])[] | null,
    validateOnly: boolean,
    charge?: ChargePartitions,
  ): Promise<ItemFailure | null>;
  incrementalAlterConfigs(
    resource: ConfigResource,
    alterations: readonly ConfigAlteration[],
    validateOnly: boolean,
  ): Promise<ItemFailure | null>;
  /** AlterConfigs: replaces all dynamic values of the resource. */
  replaceConfigs(
    resource: ConfigResource,
    configs: ReadonlyMap<string, string | null>,
    validateOnly: boolean,
  ): Promise<ItemFailure | null>;
  /** One result per entity, in Kafka's order. */
  alterClientQuotas(alterations: readonly QuotaAlteration[], validateOnly: boolean): Promise<QuotaAlterationResult[]>;
  /** One result per user, null for success; users that are named twice are refused. */
  alterScramCredentials(
    deletions: readonly ScramDeletion[],
    upsertions: readonly ScramUpsertion[],
  ): Promise<ReadonlyMap<string, ItemFailure | null>>;
  /** Null for what is there now, also for what was there before. In the order of the bindings. */
  createAcls(bindings: readonly AclBinding[]): Promise<readonly (ItemFailure | null)[]>;
  /** What each filter removed, in the order of the filters. Throws KafkaError when it would be too much at once. */
  deleteAcls(filters: readonly AclFilter[]): Promise<readonly (readonly AclBinding[] | ItemFailure)[]>;
  unregisterBroker(brokerId: number): Promise<ItemFailure | null>;
  /** All or none. */
  updateFeatures(updates: readonly FeatureUpdate[], validateOnly: boolean): Promise<ItemFailure | null>;
  /** A block of producer ids nobody else gets, even after a restart. */
  allocateProducerIds(): Promise<{ first: ProducerId; count: number }>;
  /** Creates `__consumer_offsets` or `__transaction_state` with their configured counts unless they exist. */
  ensureInternalTopic(name: string): Promise<TopicImage | ItemFailure>;
}
