import * as tables from '../../../protocol/records/cluster-metadata.ts';
import { type MetadataState } from '../metadata-state.ts';
import { type MetadataRecord, record } from './metadata-records.ts';

/** Record versions at metadata.version 30 (4.3-IV0), the only level this broker writes. */
export const RECORD_VERSIONS = { partition: 2, partitionChange: 2, registerBroker: 4 } as const;

/** Always first: it decides how the other records are read. */
const METADATA_VERSION = 'metadata.version';

/** The whole state as records, in the order of Kafka's snapshots (kafka MetadataImage.write). */
export function* snapshotRecords(state: MetadataState): Generator<MetadataRecord> {
  for (const [name, featureLevel] of [...state.features].sort(([a], [b]) => byFeature(a, b))) {
    yield record(tables.featureLevelRecord, 0, { name, featureLevel });
  }
  for (const broker of state.brokers.values()) {
    yield record(tables.registerBrokerRecord, RECORD_VERSIONS.registerBroker, broker);
  }
  for (const controller of state.controllers.values()) yield record(tables.registerControllerRecord, 0, controller);
  for (const { name, topicId, partitions } of state.topics.values()) {
    yield record(tables.topicRecord, 0, { name, topicId });
    for (const { partition, ...rest } of partitions) {
      yield record(tables.partitionRecord, RECORD_VERSIONS.partition, {
        ...rest,
        partitionId: partition,
        topicId,
        replicas: [...rest.replicas],
        isr: [...rest.isr],
        removingReplicas: [...rest.removingReplicas],
        addingReplicas: [...rest.addingReplicas],
        directories: [...rest.directories],
        eligibleLeaderReplicas: nullIfEmpty(rest.eligibleLeaderReplicas),
        lastKnownElr: nullIfEmpty(rest.lastKnownElr),
      });
    }
  }
  for (const { resource, values } of state.configs.values()) {
    for (const [name, value] of values) {
      const { type: resourceType, name: resourceName } = resource;
      yield record(tables.configRecord, 0, { resourceType, resourceName, name, value });
    }
  }
  for (const quota of state.clientQuotas.values()) yield record(tables.clientQuotaRecord, 0, quota);
  if (state.nextProducerId > 0n) {
    yield record(tables.producerIdsRecord, 0, {
      brokerId: -1,
      brokerEpoch: -1n,
      nextProducerId: state.nextProducerId,
    });
  }
  for (const entry of state.accessControlEntries.values()) yield record(tables.accessControlEntryRecord, 0, entry);
  for (const credential of state.scramCredentials.values()) {
    yield record(tables.userScramCredentialRecord, 0, credential);
  }
  for (const token of state.delegationTokens.values()) yield record(tables.delegationTokenRecord, 0, token);
}

function byFeature(a: string, b: string): number {
  if (a === METADATA_VERSION || b === METADATA_VERSION) return a === METADATA_VERSION ? -1 : 1;
  return a < b ? -1 : 1;
}

/** Kafka leaves the tagged field out when there is nothing to say. */
function nullIfEmpty(replicas: readonly number[]): number[] | null {
  return replicas.length === 0 ? null : [...replicas];
}
