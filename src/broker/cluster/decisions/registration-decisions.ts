import { type Uuid } from '../../../protocol/primitives.ts';
import * as tables from '../../../protocol/records/cluster-metadata.ts';
import { SUPPORTED_FEATURES } from '../features.ts';
import { type MetadataRecord, record } from '../metadata-log/metadata-records.ts';
import { RECORD_VERSIONS } from '../metadata-log/snapshot-records.ts';
import { type BrokerRegistration, type MetadataState } from '../metadata-state.ts';
import { SECURITY_PROTOCOLS } from '../node/listeners.ts';
import { NO_LEADER, type StoredPartition } from '../partition-image.ts';
import { type EndpointImage } from '../types.ts';
import { directoryOf, isOnline, offlineDirectories } from './directory-decisions.ts';

const FENCE = 1;
const UNFENCE = -1;
const SHUTTING_DOWN = 1;
const RECOVERED = 0;

function endPoints(endpoints: readonly EndpointImage[]) {
  return endpoints.map(({ listener, host, port, securityProtocol }) => ({
    name: listener,
    host,
    port,
    securityProtocol,
  }));
}

/** A listener as registrations name it. */
export function endpoint(listener: string, protocol: keyof typeof SECURITY_PROTOCOLS, host: string, port: number) {
  return { listener, host, port, securityProtocol: SECURITY_PROTOCOLS[protocol] };
}

export function registerController(
  controllerId: number,
  incarnationId: Uuid,
  endpoints: readonly EndpointImage[],
): MetadataRecord {
  return record(tables.registerControllerRecord, 0, {
    controllerId,
    incarnationId,
    endPoints: endPoints(endpoints),
    features: [...SUPPORTED_FEATURES],
  });
}

export interface Registration {
  readonly brokerId: number;
  readonly incarnationId: Uuid;
  readonly endpoints: readonly EndpointImage[];
  readonly rack: string | null;
  readonly directoryIds: readonly Uuid[];
}

/** `brokerEpoch` is the offset the record gets. The broker stays fenced until `unfence`. */
export function registerBroker(registration: Registration, brokerEpoch: bigint): MetadataRecord {
  const { brokerId, incarnationId, endpoints, rack, directoryIds } = registration;
  return record(tables.registerBrokerRecord, RECORD_VERSIONS.registerBroker, {
    brokerId,
    incarnationId,
    brokerEpoch,
    endPoints: endPoints(endpoints),
    features: [...SUPPORTED_FEATURES],
    rack,
    fenced: true,
    logDirs: [...directoryIds],
    cordonedLogDirs: [],
  });
}

interface Replica {
  readonly topicId: Uuid;
  readonly partition: StoredPartition;
}

function* replicasOn(state: MetadataState, brokerId: number): Generator<Replica> {
  for (const { topicId, partitions } of state.topics.values()) {
    for (const partition of partitions) if (partition.replicas.includes(brokerId)) yield { topicId, partition };
  }
}

/** The broker takes part again and leads what has no leader and lists it among the eligible (KIP-966). */
export function unfence(state: MetadataState, registration: BrokerRegistration): MetadataRecord[] {
  const { brokerId, brokerEpoch } = registration;
  const records = [record(tables.brokerRegistrationChangeRecord, 0, { brokerId, brokerEpoch, fenced: UNFENCE })];
  for (const { topicId, partition } of replicasOn(state, brokerId)) {
    if (partition.leader !== NO_LEADER) continue;
    const isEligible = partition.eligibleLeaderReplicas.includes(brokerId) || partition.isr.includes(brokerId);
    const isLastResort = partition.eligibleLeaderReplicas.length === 0 && partition.lastKnownElr.includes(brokerId);
    // Who is back may have come without the directory of this one.
    if ((!isEligible && !isLastResort) || !isOnline(partition, registration)) continue;
    records.push(
      record(tables.partitionChangeRecord, RECORD_VERSIONS.partitionChange, {
        partitionId: partition.partition,
        topicId,
        isr: [brokerId],
        leader: brokerId,
        eligibleLeaderReplicas: partition.eligibleLeaderReplicas.filter((id) => id !== brokerId),
        lastKnownElr: [],
        // Nobody else has what this replica has not: there is nothing to recover from.
        ...(partition.leaderRecoveryState === RECOVERED ? {} : { leaderRecoveryState: RECOVERED }),
      }),
    );
  }
  return records;
}

/** Takes the broker out of every ISR; what it led goes to another member, or waits for it as eligible leader (KIP-966). */
function withoutBroker(
  state: MetadataState,
  brokerId: number,
  isConcerned: (partition: StoredPartition) => boolean = () => true,
): MetadataRecord[] {
  const records = [];
  for (const { topicId, partition } of replicasOn(state, brokerId)) {
    if (!partition.isr.includes(brokerId) || !isConcerned(partition)) continue;
    const isr = partition.isr.filter((id) => id !== brokerId);
    const isLeader = partition.leader === brokerId;
    const isLast = isr.length === 0;
    records.push(
      record(tables.partitionChangeRecord, RECORD_VERSIONS.partitionChange, {
        partitionId: partition.partition,
        topicId,
        isr,
        ...(isLeader ? { leader: isr[0] ?? NO_LEADER } : {}),
        ...(isLast ? { eligibleLeaderReplicas: [brokerId], lastKnownElr: [brokerId] } : {}),
      }),
    );
  }
  return records;
}

/** Log directories of the broker failed: it leads no more what lay there. Source: kafka 4.x handleDirectoriesOffline. */
export function loseDirectories(
  state: MetadataState,
  registration: BrokerRegistration,
  failed: readonly Uuid[],
): MetadataRecord[] {
  const { brokerId } = registration;
  const isThere = (partition: StoredPartition) => failed.includes(directoryOf(partition, brokerId));
  return [...offlineDirectories(registration, failed), ...withoutBroker(state, brokerId, isThere)];
}

/** A clean stop, first half: the broker gives its partitions away. */
export function beginShutdown(state: MetadataState, { brokerId, brokerEpoch }: BrokerRegistration): MetadataRecord[] {
  const inControlledShutdown = SHUTTING_DOWN;
  return [
    record(tables.brokerRegistrationChangeRecord, 1, { brokerId, brokerEpoch, inControlledShutdown }),
    ...withoutBroker(state, brokerId),
  ];
}

/** Nothing reminds of the broker but the replicas that it has. */
export function unregister(state: MetadataState, { brokerId, brokerEpoch }: BrokerRegistration): MetadataRecord[] {
  return [...withoutBroker(state, brokerId), record(tables.unregisterBrokerRecord, 0, { brokerId, brokerEpoch })];
}

export function fence({ brokerId, brokerEpoch }: BrokerRegistration): MetadataRecord {
  return record(tables.brokerRegistrationChangeRecord, 0, { brokerId, brokerEpoch, fenced: FENCE });
}

/** What a broker that was killed left behind: it still counts as alive. Empty after a clean stop. */
export function fenceFormerSelf(state: MetadataState, brokerId: number): MetadataRecord[] {
  const former = state.brokers.get(brokerId);
  if (former === undefined || former.fenced) return [];
  return [...withoutBroker(state, brokerId), fence(former)];
}
