import { featureLevelRecord } from '../../protocol/records/cluster-metadata.ts';
import { type MetadataRecord, record } from './metadata-log/metadata-records.ts';

export * from '../../protocol/feature-levels.ts';

export interface FeatureRange {
  readonly name: string;
  readonly minSupportedVersion: number;
  readonly maxSupportedVersion: number;
}

/** What Apache Kafka 4.3.1 understands of each feature; registrations state it. */
export const SUPPORTED_FEATURES: readonly FeatureRange[] = [
  { name: 'group.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'kraft.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'metadata.version', minSupportedVersion: 7, maxSupportedVersion: 30 },
  { name: 'share.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'streams.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
  { name: 'transaction.version', minSupportedVersion: 0, maxSupportedVersion: 2 },
  { name: 'eligible.leader.replicas.version', minSupportedVersion: 0, maxSupportedVersion: 1 },
];

/** Levels a new cluster starts with, in the order of Kafka's bootstrap file; metadata.version 30 is 4.3-IV0. */
export const INITIAL_FEATURES: readonly (readonly [name: string, level: number])[] = [
  ['metadata.version', 30],
  ['eligible.leader.replicas.version', 1],
  ['group.version', 1],
  ['share.version', 1],
  ['streams.version', 1],
  ['transaction.version', 2],
];

export function featureRecords(features: readonly (readonly [name: string, level: number])[]): MetadataRecord[] {
  return features.map(([name, featureLevel]) => record(featureLevelRecord, 0, { name, featureLevel }));
}

/** Those that changed what the metadata says: nobody goes back behind them (found by asking Kafka 4.3.1). */
export const METADATA_CHANGING_VERSIONS: ReadonlySet<number> = new Set([8, 11, 13, 14, 15, 17, 23, 30]);
