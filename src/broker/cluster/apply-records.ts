import { ConfigResourceType } from '../../protocol/enums.ts';
import { MalformedBytesError, type Uuid } from '../../protocol/primitives.ts';
import * as tables from '../../protocol/records/cluster-metadata.ts';
import { type Decoded, type Fields, type Table } from '../../protocol/schema.ts';
import { type MetadataRecord } from './metadata-log/metadata-records.ts';
import { configKey, type MetadataState, quotaKey, scramKey } from './metadata-state.ts';
import { changedPartition, partitionFromRecord, type StoredPartition } from './partition-image.ts';
import { isInternalTopic } from './topic-names.ts';
import { type ConfigResource, type MetadataDelta, type TopicChange } from './types.ts';

/** A record and where it stands in the log; records of a snapshot stand at the snapshot's last offset. */
export interface PlacedRecord {
  readonly offset: bigint;
  readonly record: MetadataRecord;
}

/** A topic while the records of one batch change it. */
interface TopicDraft {
  readonly name: string;
  readonly topicId: Uuid;
  readonly partitions: StoredPartition[];
  kind: TopicChange['kind'];
}

/** One batch being applied: topics are drafts until the end, so that a topic of many partitions is copied once. */
class Batch {
  readonly state: MetadataState;
  readonly drafts = new Map<Uuid, TopicDraft>();
  readonly deleted: TopicChange[] = [];
  readonly configs = new Map<string, ConfigResource>();
  brokersChanged = false;
  aclsChanged = false;
  clientQuotasChanged = false;

  constructor(state: MetadataState) {
    this.state = state;
  }

  draft(topicId: Uuid): TopicDraft {
    const open = this.drafts.get(topicId);
    if (open !== undefined) return open;
    const topic = this.state.topicsById.get(topicId);
    if (topic === undefined) throw new MalformedBytesError(`metadata record of unknown topic ${topicId}`);
    const draft: TopicDraft = { name: topic.name, topicId, partitions: [...topic.partitions], kind: 'partitions' };
    this.drafts.set(topicId, draft);
    return draft;
  }

  broker(brokerId: number, brokerEpoch: bigint) {
    const registration = this.state.brokers.get(brokerId);
    if (registration === undefined || registration.brokerEpoch !== brokerEpoch) {
      throw new MalformedBytesError(`metadata record of unknown broker ${brokerId} with epoch ${brokerEpoch}`);
    }
    this.brokersChanged = true;
    return registration;
  }

  setConfig(resource: ConfigResource, name: string, value: string | null): void {
    const key = configKey(resource);
    const before = this.state.configs.get(key)?.values;
    const values = new Map(before);
    if (value === null) values.delete(name);
    else values.set(name, value);
    if (values.size === 0) this.state.configs.delete(key);
    else this.state.configs.set(key, { resource, values });
    this.configs.set(key, resource);
  }

  finish(): MetadataDelta {
    const { topics, topicsById } = this.state;
    const changes = [...this.deleted];
    for (const { name, topicId, partitions, kind } of this.drafts.values()) {
      const topic = { name, topicId, isInternal: isInternalTopic(name), partitions };
      topics.set(name, topic);
      topicsById.set(topicId, topic);
      changes.push({ name, topicId, kind });
    }
    for (const { type, name } of this.configs.values()) {
      const topic = type === ConfigResourceType.TOPIC ? topics.get(name) : undefined;
      if (topic === undefined || this.drafts.get(topic.topicId)?.kind === 'created') continue;
      changes.push({ name, topicId: topic.topicId, kind: 'config' });
    }
    const { brokersChanged, aclsChanged, clientQuotasChanged } = this;
    return {
      topics: changes,
      configs: [...this.configs.values()],
      brokersChanged,
      ...(aclsChanged ? { aclsChanged } : {}),
      ...(clientQuotasChanged ? { clientQuotasChanged } : {}),
    };
  }
}

type Apply = (batch: Batch, value: never) => void;

function on<F extends Fields>(table: Table<F>, apply: (batch: Batch, value: Decoded<F>) => void): [unknown, Apply] {
  return [table, apply as Apply];
}

function ignore(): void {
  // Records without a meaning for the image: NoOp keeps idle quorums alive, the ZooKeeper migration is history.
}

const FENCED = 1;
const UNFENCED = -1;
const IN_CONTROLLED_SHUTDOWN = 1;

/** What each record does to the image. Source: the replay methods of kafka's *Image and *Delta classes. */
const APPLY = new Map<unknown, Apply>([
  on(tables.topicRecord, ({ state, drafts }, { name, topicId }) => {
    if (state.topics.has(name)) throw new MalformedBytesError(`metadata record makes topic ${name} twice`);
    drafts.set(topicId, { name, topicId, partitions: [], kind: 'created' });
  }),
  on(tables.partitionRecord, (batch, value) => {
    batch.draft(value.topicId).partitions[value.partitionId] = partitionFromRecord(value);
  }),
  on(tables.partitionChangeRecord, (batch, value) => {
    const { partitions, name } = batch.draft(value.topicId);
    const before = partitions[value.partitionId];
    if (before === undefined) throw new MalformedBytesError(`metadata record of unknown ${name}-${value.partitionId}`);
    partitions[value.partitionId] = changedPartition(before, value);
  }),
  on(tables.removeTopicRecord, (batch, { topicId }) => {
    const { name } = batch.draft(topicId);
    batch.drafts.delete(topicId);
    batch.state.topics.delete(name);
    batch.state.topicsById.delete(topicId);
    const resource = { type: ConfigResourceType.TOPIC, name };
    if (batch.state.configs.delete(configKey(resource))) batch.configs.set(configKey(resource), resource);
    batch.deleted.push({ name, topicId, kind: 'deleted' });
  }),
  on(tables.clearElrRecord, (batch, { topicName }) => {
    // A topic made with min.insync.replicas comes with this record in the same batch.
    const known = new Map(
      [...batch.state.topics.values(), ...batch.drafts.values()].map((one) => [one.name, one.topicId]),
    );
    const chosen = topicName === '' ? [...known.values()] : [known.get(topicName)];
    for (const topicId of chosen) {
      if (topicId === undefined) throw new MalformedBytesError(`metadata record of unknown topic ${topicName}`);
      const { partitions } = batch.draft(topicId);
      partitions.forEach((before, index) => {
        partitions[index] = { ...before, eligibleLeaderReplicas: [], lastKnownElr: [] };
      });
    }
  }),
  on(tables.configRecord, (batch, { resourceType, resourceName, name, value }) => {
    batch.setConfig({ type: resourceType, name: resourceName }, name, value);
  }),
  on(tables.registerBrokerRecord, (batch, value) => {
    batch.state.brokers.set(value.brokerId, value);
    batch.brokersChanged = true;
  }),
  on(tables.unregisterBrokerRecord, (batch, { brokerId, brokerEpoch }) => {
    batch.broker(brokerId, brokerEpoch);
    batch.state.brokers.delete(brokerId);
  }),
  on(tables.fenceBrokerRecord, (batch, { id, epoch }) => {
    batch.state.brokers.set(id, { ...batch.broker(id, epoch), fenced: true });
  }),
  on(tables.unfenceBrokerRecord, (batch, { id, epoch }) => {
    batch.state.brokers.set(id, { ...batch.broker(id, epoch), fenced: false });
  }),
  on(tables.brokerRegistrationChangeRecord, (batch, value) => {
    const before = batch.broker(value.brokerId, value.brokerEpoch);
    batch.state.brokers.set(value.brokerId, {
      ...before,
      fenced: value.fenced === FENCED || (before.fenced && value.fenced !== UNFENCED),
      inControlledShutdown: before.inControlledShutdown || value.inControlledShutdown === IN_CONTROLLED_SHUTDOWN,
      logDirs: value.logDirs.length > 0 ? value.logDirs : before.logDirs,
      cordonedLogDirs: value.cordonedLogDirs ?? before.cordonedLogDirs,
    });
  }),
  on(tables.registerControllerRecord, ({ state }, value) => {
    state.controllers.set(value.controllerId, value);
  }),
  on(tables.featureLevelRecord, ({ state }, { name, featureLevel }) => {
    if (featureLevel === 0) state.features.delete(name);
    else state.features.set(name, featureLevel);
  }),
  on(tables.producerIdsRecord, ({ state }, { nextProducerId }) => {
    state.nextProducerId = nextProducerId;
  }),
  on(tables.userScramCredentialRecord, ({ state }, value) => {
    state.scramCredentials.set(scramKey(value), value);
  }),
  on(tables.removeUserScramCredentialRecord, ({ state }, value) => {
    state.scramCredentials.delete(scramKey(value));
  }),
  on(tables.clientQuotaRecord, (batch, value) => {
    const { state } = batch;
    batch.clientQuotasChanged = true;
    if (value.remove) state.clientQuotas.delete(quotaKey(value));
    else state.clientQuotas.set(quotaKey(value), value);
  }),
  on(tables.accessControlEntryRecord, (batch, value) => {
    batch.aclsChanged = true;
    batch.state.accessControlEntries.set(value.id, value);
  }),
  on(tables.removeAccessControlEntryRecord, (batch, { id }) => {
    batch.aclsChanged = true;
    batch.state.accessControlEntries.delete(id);
  }),
  on(tables.delegationTokenRecord, ({ state }, value) => {
    state.delegationTokens.set(value.tokenId, value);
  }),
  on(tables.removeDelegationTokenRecord, ({ state }, { tokenId }) => {
    state.delegationTokens.delete(tokenId);
  }),
  on(tables.noOpRecord, ignore),
  on(tables.zkMigrationStateRecord, ignore),
]);

/**
 * Applies committed records in order, as one step. Begin and end of transactions are the reader's business: see
 * `TransactionGate`. Throws MalformedBytesError when a record contradicts the state: the metadata cannot be trusted then.
 */
export function applyRecords(state: MetadataState, records: Iterable<PlacedRecord>): MetadataDelta {
  const batch = new Batch(state);
  for (const { offset, record } of records) {
    const apply = APPLY.get(record.table);
    if (apply === undefined) throw new MalformedBytesError(`${record.table.name} in a metadata batch`);
    apply(batch, record.value as never);
    state.lastOffset = offset;
  }
  return batch.finish();
}

/** Holds records back between BeginTransaction and EndTransaction; an aborted or unfinished transaction never happened. */
export class TransactionGate {
  private open: PlacedRecord[] | null = null;

  get isOpen(): boolean {
    return this.open !== null;
  }

  /** The records that count from now on. */
  pass(records: readonly PlacedRecord[]): PlacedRecord[] {
    const passed: PlacedRecord[] = [];
    for (const placed of records) {
      const { table } = placed.record;
      if (table === (tables.beginTransactionRecord as unknown)) this.open = [];
      else if (table === (tables.abortTransactionRecord as unknown)) this.open = null;
      else if (table === (tables.endTransactionRecord as unknown)) {
        passed.push(...(this.open ?? []));
        this.open = null;
      } else (this.open ?? passed).push(placed);
    }
    return passed;
  }
}
