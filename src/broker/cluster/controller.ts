import { ConfigResourceType } from '../../protocol/enums.ts';
import { type ErrorName } from '../../protocol/errors.ts';
import { type ProducerId, type Uuid } from '../../protocol/primitives.ts';
import { abortTransactionRecord, producerIdsRecord } from '../../protocol/records/cluster-metadata.ts';
import { SerialQueue } from '../../util/serial-queue.ts';
import { applyRecords, type TransactionGate } from './apply-records.ts';
import { type BrokerLoggers } from './broker-loggers.ts';
import { decideCreateAcls, decideDeleteAcls } from './decisions/acls.ts';
import {
  checkAlteredNulls,
  checkNodeId,
  decideAlterConfigs,
  decideReplaceConfigs,
  isKnown,
} from './decisions/config-decisions.ts';
import { assignReplicasToDirs, directoryFor, type Placement } from './decisions/directory-decisions.ts';
import { decideUpdateFeatures } from './decisions/feature-decisions.ts';
import { decideAlterClientQuotas } from './decisions/quota-decisions.ts';
import {
  beginShutdown,
  fence,
  fenceFormerSelf,
  loseDirectories,
  registerBroker,
  registerController,
  unfence,
  unregister,
} from './decisions/registration-decisions.ts';
import {
  type Decision,
  decideCreatePartitions,
  decideCreateTopic,
  decideDeleteTopic,
  failure,
  failureOf,
  isFailure,
  MAX_PARTITIONS_PER_REQUEST,
  requestedPartitions,
  type TopicContext,
} from './decisions/topic-decisions.ts';
import { internalTopic } from './internal-topics.ts';
import { type LiveMetadata } from './live-metadata.ts';
import { type MetadataLog } from './metadata-log/metadata-log.ts';
import {
  decodeMetadataRecord,
  encodeMetadataRecord,
  type MetadataRecord,
  record,
} from './metadata-log/metadata-records.ts';
import { type KRaftQuorum } from './metadata-log/snapshot-file.ts';
import { snapshotRecords } from './metadata-log/snapshot-records.ts';
import { emptyState, type MetadataState } from './metadata-state.ts';
import { type ServerConfig } from './node/server-config.ts';
import { decideScramCredentials } from './scram-credentials.ts';
import {
  type AclBinding,
  type AclFilter,
  type ChargePartitions,
  type ConfigAlteration,
  type ConfigResource,
  type Controller,
  type EndpointImage,
  type FeatureUpdate,
  type ItemFailure,
  type NewTopic,
  type QuotaAlteration,
  type QuotaAlterationResult,
  type ScramDeletion,
  type ScramUpsertion,
  type TopicImage,
} from './types.ts';

export interface ControllerOptions {
  readonly state: MetadataState;
  readonly gate: TransactionGate;
  readonly log: MetadataLog;
  readonly metadata: LiveMetadata;
  readonly server: ServerConfig;
  readonly loggers: BrokerLoggers;
  /** In the order of log.dirs. */
  readonly directoryIds: readonly Uuid[];
  readonly randomUuid: () => Uuid;
  readonly randomBelow: (end: number) => number;
  /** Whether a text is an address or a name that resolves to one. */
  readonly isHost: (name: string) => Promise<boolean>;
  /** This node alone, as records state it. */
  readonly ownQuorum: KRaftQuorum;
}

export const PRODUCER_ID_BLOCK = 1000;

/** Decides, writes and applies changes one after another; what is acknowledged is on disk. */
export class QuorumController implements Controller {
  private readonly options: ControllerOptions;
  private readonly queue = new SerialQueue();
  private readonly topicContext: TopicContext;
  private readonly incarnationId: Uuid;

  constructor(options: ControllerOptions) {
    this.options = options;
    const { state, metadata, randomUuid, randomBelow } = options;
    this.incarnationId = randomUuid();
    this.topicContext = {
      state,
      effective: metadata.effective,
      randomUuid,
      randomBelow,
      directoryFor: (brokerId) => directoryFor(state, brokerId),
    };
  }

  /** Runs `decide` when every earlier change is done; its records are durable and applied when the result is there. */
  private change<T>(decide: () => Decision<T>, validateOnly = false): Promise<T | ItemFailure> {
    return this.queue.run(async () => {
      const decision = decide();
      if (isFailure(decision)) return decision;
      if (!validateOnly && decision.records.length > 0) await this.commit(decision.records);
      return decision.result;
    });
  }

  private async commit(records: readonly MetadataRecord[]): Promise<void> {
    const { log, state, gate, metadata } = this.options;
    const baseOffset = log.endOffset;
    log.append(records);
    await log.flush();
    const placed = records.map((one, index) => ({ offset: baseOffset + BigInt(index), record: complete(one) }));
    metadata.changed(applyRecords(state, gate.pass(placed)));
    if (log.isSnapshotDue) log.writeSnapshot(snapshotRecords(state));
  }

  /** Leads the next epoch; `activation` are the records of a cluster that starts for the first time. */
  async activate(activation: readonly MetadataRecord[], endpoints: readonly EndpointImage[]): Promise<void> {
    const { log, gate, server } = this.options;
    await this.queue.run(async () => {
      await log.startEpoch();
      if (gate.isOpen) await this.commit([record(abortTransactionRecord, 0, { reason: 'controller failover' })]);
      if (activation.length > 0) await this.commit(activation);
      await this.commit([registerController(server.nodeId, this.incarnationId, endpoints)]);
    });
  }

  /** Makes this broker known with the addresses clients may use, and leader of what waits for it. */
  async registerBroker(endpoints: readonly EndpointImage[]): Promise<void> {
    const { state, log, server, directoryIds, randomUuid } = this.options;
    const { nodeId: brokerId, rack } = server;
    await this.queue.run(async () => {
      const former = fenceFormerSelf(state, brokerId);
      if (former.length > 0) await this.commit(former);
      const registration = { brokerId, incarnationId: randomUuid(), endpoints, rack, directoryIds };
      await this.commit([registerBroker(registration, log.endOffset)]);
      await this.commit(unfence(state, registered(state, brokerId)));
    });
  }

  /** This broker's replicas are in these directories (AssignReplicasToDirs). */
  async assignReplicasToDirs(placements: readonly Placement[]): Promise<void> {
    const { state, server } = this.options;
    await this.change(() => ({ records: assignReplicasToDirs(state, server.nodeId, placements), result: null }));
  }

  /** Directories of this broker failed while it runs. */
  async loseDirectories(directoryIds: readonly Uuid[]): Promise<void> {
    const { state, server } = this.options;
    await this.change(() => {
      const own = state.brokers.get(server.nodeId);
      return { records: own ? loseDirectories(state, own, directoryIds) : [], result: null };
    });
  }

  /** A clean stop: the partitions have no leader any more when it resolves. No change is accepted behind it. */
  async shutDown(): Promise<void> {
    const { state, log, server } = this.options;
    await this.queue.run(async () => {
      const own = state.brokers.get(server.nodeId);
      if (own !== undefined && !own.fenced) {
        await this.commit(beginShutdown(state, own));
        await this.commit([fence(own)]);
      }
      await log.close(() => snapshotRecords(state));
    });
  }

  async createTopic(topic: NewTopic, validateOnly: boolean): Promise<TopicImage | ItemFailure> {
    const [created] = await this.createTopics([topic], validateOnly);
    return created as TopicImage | ItemFailure;
  }

  /** One write for all; the results are in the order of the topics. */
  createTopics(
    topics: readonly NewTopic[],
    validateOnly: boolean,
    charge?: ChargePartitions,
  ): Promise<(TopicImage | ItemFailure)[]> {
    return this.queue.run(async () => {
      const { state, metadata } = this.options;
      const defaultCount = metadata.effective.brokerValues.get('num.partitions');
      const asked = topics.reduce((sum, topic) => sum + requestedPartitions(topic, defaultCount), 0);
      if (asked > MAX_PARTITIONS_PER_REQUEST) {
        return topics.map(() => failure('POLICY_VIOLATION', 'Excessively large number of partitions per request.'));
      }
      const decisions = topics.map((topic) => decideCreateTopic(this.topicContext, topic, charge));
      if (validateOnly) return decisions.map((one) => (isFailure(one) ? one : plannedTopic(one.records)));
      const records = decisions.flatMap((one) => (isFailure(one) ? [] : one.records));
      if (records.length > 0) await this.commit(records);
      return decisions.map((one) => (isFailure(one) ? one : (state.topicsById.get(one.result) as TopicImage)));
    });
  }

  async deleteTopic(topic: { name: string } | { topicId: Uuid }, charge?: ChargePartitions) {
    return this.change(() => decideDeleteTopic(this.options.state, topic, charge));
  }

  createPartitions(
    topic: string,
    count: number,
    assignments: readonly (readonly number[])[] | null,
    validateOnly: boolean,
    charge?: ChargePartitions,
  ): Promise<ItemFailure | null> {
    return this.change(
      () => decideCreatePartitions(this.topicContext, topic, count, assignments, charge),
      validateOnly,
    );
  }

  async alterClientQuotas(
    alterations: readonly QuotaAlteration[],
    validateOnly: boolean,
  ): Promise<QuotaAlterationResult[]> {
    const { state, isHost } = this.options;
    const addresses = alterations.flatMap(({ entity }) =>
      entity.flatMap(([type, name]) => (type === 'ip' && name ? [name] : [])),
    );
    const hosts = new Map(
      await Promise.all([...new Set(addresses)].map(async (name) => [name, await isHost(name)] as const)),
    );
    const decided = await this.change(
      () => decideAlterClientQuotas(state, alterations, (name) => hosts.get(name) === true),
      validateOnly,
    );
    // Failures stand in their entity's place.
    return decided as QuotaAlterationResult[];
  }

  incrementalAlterConfigs(
    resource: ConfigResource,
    alterations: readonly ConfigAlteration[],
    validateOnly: boolean,
  ): Promise<ItemFailure | null> {
    if (resource.type === ConfigResourceType.BROKER_LOGGER) {
      return Promise.resolve(this.alterLoggers(resource, alterations, validateOnly));
    }
    return this.change(() => decideAlterConfigs(this.configContext, resource, alterations), validateOnly);
  }

  replaceConfigs(
    resource: ConfigResource,
    configs: ReadonlyMap<string, string | null>,
    validateOnly: boolean,
  ): Promise<ItemFailure | null> {
    return this.change(() => decideReplaceConfigs(this.configContext, resource, configs), validateOnly);
  }

  private get configContext() {
    const { state, metadata, server } = this.options;
    return { state, effective: metadata.effective, server };
  }

  /** Levels live in memory only. */
  private alterLoggers(
    { name }: ConfigResource,
    alterations: readonly ConfigAlteration[],
    validateOnly: boolean,
  ): ItemFailure | null {
    try {
      checkAlteredNulls(alterations);
      checkNodeId(name, this.options.server.nodeId, (nodeId, given) => {
        return `Unexpected node id. Expected ${nodeId}, but received ${given}`;
      });
      if (!alterations.every(({ operation }) => isKnown(operation))) return failure('UNKNOWN_SERVER_ERROR');
      this.options.loggers.alter(alterations, validateOnly);
      return null;
    } catch (error) {
      return failureOf(error);
    }
  }

  alterScramCredentials(
    deletions: readonly ScramDeletion[],
    upsertions: readonly ScramUpsertion[],
  ): Promise<ReadonlyMap<string, ItemFailure | null>> {
    return this.queue.run(async () => {
      const { records, results } = decideScramCredentials(this.options.state, deletions, upsertions);
      if (records.length > 0) await this.commit(records);
      return results;
    });
  }

  createAcls(bindings: readonly AclBinding[]): Promise<readonly (ItemFailure | null)[]> {
    return this.queue.run(async () => {
      const { records, results } = decideCreateAcls(this.options.state, bindings, this.options.randomUuid);
      if (records.length > 0) await this.commit(records);
      return results;
    });
  }

  deleteAcls(filters: readonly AclFilter[]): Promise<readonly (readonly AclBinding[] | ItemFailure)[]> {
    return this.queue.run(async () => {
      const { records, results } = decideDeleteAcls(this.options.state, filters);
      if (records.length > 0) await this.commit(records);
      return results;
    });
  }

  unregisterBroker(brokerId: number): Promise<ItemFailure | null> {
    const { state } = this.options;
    return this.change(() => {
      const registration = state.brokers.get(brokerId);
      if (registration !== undefined) return { records: unregister(state, registration), result: null };
      return failure('BROKER_ID_NOT_REGISTERED', `Broker ID ${brokerId} is not currently registered`);
    });
  }

  /** The quorum states itself before the features' records, as in Kafka. */
  updateFeatures(updates: readonly FeatureUpdate[], validateOnly: boolean): Promise<ItemFailure | null> {
    const { state, log, server, metadata, ownQuorum } = this.options;
    return this.queue.run(async () => {
      const change = decideUpdateFeatures(
        {
          state,
          nodeId: server.nodeId,
          kRaftVersion: log.quorum?.kRaftVersion ?? 0,
          minInSyncReplicas: metadata.effective.brokerValues.get('min.insync.replicas'),
        },
        updates,
      );
      if (isFailure(change)) return change;
      if (validateOnly) return null;
      if (change.upgradesKRaft) {
        log.stateQuorum(ownQuorum);
        await log.flush();
      }
      if (change.records.length > 0) await this.commit(change.records);
      return null;
    });
  }

  async allocateProducerIds(): Promise<{ first: ProducerId; count: number }> {
    const { state, server } = this.options;
    return this.queue.run(async () => {
      const first = state.nextProducerId;
      const { brokerId, brokerEpoch } = registered(state, server.nodeId);
      const nextProducerId = first + BigInt(PRODUCER_ID_BLOCK);
      await this.commit([record(producerIdsRecord, 0, { brokerId, brokerEpoch, nextProducerId })]);
      return { first, count: PRODUCER_ID_BLOCK };
    });
  }

  async ensureInternalTopic(name: string): Promise<TopicImage | ItemFailure> {
    const { state, metadata } = this.options;
    const existing = state.topics.get(name);
    if (existing !== undefined) return existing;
    const created = await this.createTopic(internalTopic(name, metadata.effective.brokerValues), false);
    const wasFirst = !isFailure(created) || created.error !== ('TOPIC_ALREADY_EXISTS' satisfies ErrorName);
    return wasFirst ? created : (state.topics.get(name) ?? created);
  }
}

/** As it will be read: every field there. */
function complete(one: MetadataRecord): MetadataRecord {
  return decodeMetadataRecord(encodeMetadataRecord(one));
}

/** The topic that records would make. */
function plannedTopic(records: readonly MetadataRecord[]): TopicImage {
  const state = emptyState();
  applyRecords(
    state,
    records.map((one) => ({ offset: 0n, record: complete(one) })),
  );
  return [...state.topics.values()][0] as TopicImage;
}

function registered(state: MetadataState, brokerId: number) {
  const registration = state.brokers.get(brokerId);
  if (registration === undefined) throw new Error(`broker ${brokerId} is not registered`);
  return registration;
}
