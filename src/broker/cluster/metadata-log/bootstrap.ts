import { ConfigResourceType } from '../../../protocol/enums.ts';
import * as tables from '../../../protocol/records/cluster-metadata.ts';
import { type FileSystem } from '../../log/index.ts';
import { featureRecords, INITIAL_FEATURES } from '../features.ts';
import { type MetadataRecord, record } from './metadata-records.ts';
import { decodeSnapshot, encodeSnapshot } from './snapshot-file.ts';

export const BOOTSTRAP_CHECKPOINT = 'bootstrap.checkpoint';

/** The file that `kafka-storage format` leaves for the first controller. `now` is asked once per batch. */
export function bootstrapContent(records: readonly MetadataRecord[], now: () => number): Buffer {
  return encodeSnapshot({ records, quorum: null, lastContainedLogTimestamp: 0n }, 0, now);
}

/** Records of the bootstrap file; of a new cluster of this version when there is none. Throws MalformedBytesError. */
export function readBootstrap(fileSystem: FileSystem, metadataLogDir: string): readonly MetadataRecord[] {
  const path = `${metadataLogDir}/${BOOTSTRAP_CHECKPOINT}`;
  if (fileSystem.status(path) === undefined) return featureRecords(INITIAL_FEATURES);
  return decodeSnapshot(fileSystem.readFile(path)).records;
}

/**
 * What the first controller writes: the bootstrap records as one transaction, and, with eligible leader replicas on, the
 * cluster's min.insync.replicas (KIP-966).
 */
export function activationRecords(bootstrap: readonly MetadataRecord[], minInSyncReplicas: number): MetadataRecord[] {
  const hasElr = bootstrap.some(({ value }) => isElrLevel(value as { name?: string; featureLevel?: number }));
  const minIsr = record(tables.configRecord, 0, {
    resourceType: ConfigResourceType.BROKER,
    resourceName: '',
    name: 'min.insync.replicas',
    value: String(minInSyncReplicas),
  });
  return [
    record(tables.beginTransactionRecord, 0, { name: 'Bootstrap records' }),
    ...bootstrap,
    ...(hasElr ? [minIsr] : []),
    record(tables.endTransactionRecord, 0, {}),
  ];
}

function isElrLevel({ name, featureLevel }: { name?: string; featureLevel?: number }): boolean {
  return name === 'eligible.leader.replicas.version' && (featureLevel ?? 0) > 0;
}
