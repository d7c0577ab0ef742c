import { type Uuid } from '../../../protocol/primitives.ts';
import * as tables from '../../../protocol/records/cluster-metadata.ts';
import { type MetadataRecord, record } from '../metadata-log/metadata-records.ts';
import { RECORD_VERSIONS } from '../metadata-log/snapshot-records.ts';
import { type BrokerRegistration, type MetadataState } from '../metadata-state.ts';
import { type StoredPartition } from '../partition-image.ts';

/** kafka DirectoryId.UNASSIGNED and the two below it: no directory of a broker has such an id. */
export const UNASSIGNED_DIRECTORY: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';
const RESERVED: ReadonlySet<Uuid> = new Set(['AAAAAAAAAAAAAAAAAAAAAA', UNASSIGNED_DIRECTORY, 'AAAAAAAAAAAAAAAAAAAAAg']);
const REGISTRATION_CHANGE_VERSION = 2;

/** Where a broker has put a replica. */
export interface Placement {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly directoryId: Uuid;
}

/** The directory of a new replica: the broker's only one, else the broker says it once it has chosen (KIP-858). */
export function directoryFor(state: MetadataState, brokerId: number): Uuid {
  const logDirs = state.brokers.get(brokerId)?.logDirs ?? [];
  return logDirs.length === 1 ? (logDirs[0] as Uuid) : UNASSIGNED_DIRECTORY;
}

export function directoryOf(partition: StoredPartition, brokerId: number): Uuid {
  return partition.directories[partition.replicas.indexOf(brokerId)] ?? UNASSIGNED_DIRECTORY;
}

/** Whether a replica lies where the broker can still read it, as far as anybody has said. */
export function isOnline(partition: StoredPartition, { brokerId, logDirs }: BrokerRegistration): boolean {
  const directory = directoryOf(partition, brokerId);
  return RESERVED.has(directory) || logDirs.length === 0 || logDirs.includes(directory);
}

/** AssignReplicasToDirs: the partitions' records say where their replicas are. Source: kafka 4.x ReplicationControlManager. */
export function assignReplicasToDirs(
  state: MetadataState,
  brokerId: number,
  placements: readonly Placement[],
): MetadataRecord[] {
  return placements.flatMap(({ topicId, partition: partitionId, directoryId }) => {
    const partition = state.topicsById.get(topicId)?.partitions[partitionId];
    if (!partition?.replicas.includes(brokerId)) return [];
    const stored = partition as StoredPartition;
    if (directoryOf(stored, brokerId) === directoryId) return [];
    const directories = stored.replicas.map((id, at) =>
      id === brokerId ? directoryId : (stored.directories[at] ?? UNASSIGNED_DIRECTORY),
    );
    return [
      record(tables.partitionChangeRecord, RECORD_VERSIONS.partitionChange, { partitionId, topicId, directories }),
    ];
  });
}

/** The broker's registration without the directories that failed; what lay there is given up by `withoutBroker`. */
export function offlineDirectories(registration: BrokerRegistration, failed: readonly Uuid[]): MetadataRecord[] {
  const { brokerId, brokerEpoch, logDirs } = registration;
  const left = logDirs.filter((id) => !failed.includes(id));
  if (left.length === logDirs.length || left.length === 0) return [];
  const change = { brokerId, brokerEpoch, logDirs: left };
  return [record(tables.brokerRegistrationChangeRecord, REGISTRATION_CHANGE_VERSION, change)];
}
