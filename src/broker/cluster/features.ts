import { featureLevelRecord } from '../../protocol/records/cluster-metadata.ts';
import { type MetadataRecord, record } from './metadata-records.ts';

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

/** Releases and their metadata.version; those of one release stand together, the last is what the release itself means. */
export const METADATA_VERSIONS: readonly (readonly [name: string, level: number])[] = [
  ['3.3-IV3', 7],
  ['3.4-IV0', 8],
  ['3.5-IV0', 9],
  ['3.5-IV1', 10],
  ['3.5-IV2', 11],
  ['3.6-IV0', 12],
  ['3.6-IV1', 13],
  ['3.6-IV2', 14],
  ['3.7-IV0', 15],
  ['3.7-IV1', 16],
  ['3.7-IV2', 17],
  ['3.7-IV3', 18],
  ['3.7-IV4', 19],
  ['3.8-IV0', 20],
  ['3.9-IV0', 21],
  ['4.0-IV0', 22],
  ['4.0-IV1', 23],
  ['4.0-IV2', 24],
  ['4.0-IV3', 25],
  ['4.1-IV0', 26],
  ['4.1-IV1', 27],
  ['4.2-IV0', 28],
  ['4.2-IV1', 29],
  ['4.3-IV0', 30],
  // Not released yet: known, but not to be written.
  ['4.4-IV0', 31],
];
export const LATEST_METADATA_VERSION = 30;
/** Those that changed what the metadata says: nobody goes back behind them (found by asking Kafka 4.3.1). */
export const METADATA_CHANGING_VERSIONS: ReadonlySet<number> = new Set([8, 11, 13, 14, 15, 17, 23, 30]);

/** Null for a level nobody knows. */
export function metadataVersionName(level: number): string | null {
  return METADATA_VERSIONS.find(([, one]) => one === level)?.[0] ?? null;
}

/** Level of "4.0-IV3", "4.0" or "4.0.1"; null for what is no release. */
export function metadataVersionLevel(name: string): number | null {
  const release = name.split('.').slice(0, 2).join('.');
  const isOf = ([one]: readonly [string, number]) => one === release || one.startsWith(`${release}-`);
  return METADATA_VERSIONS.filter(isOf).at(-1)?.[1] ?? null;
}

/** Features beside metadata.version, in Kafka's order: the metadata.version from which on a level is the default. */
export const FEATURE_DEFAULTS: readonly {
  readonly name: string;
  readonly latest: number;
  readonly defaults: readonly (readonly [fromMetadataVersion: number, level: number])[];
  /** Levels that need others. */
  readonly requires?: Readonly<Record<number, readonly (readonly [name: string, level: number])[]>>;
}[] = [
  { name: 'kraft.version', latest: 1, defaults: [[21, 1]] },
  { name: 'transaction.version', latest: 2, defaults: [[24, 2]] },
  { name: 'group.version', latest: 1, defaults: [[22, 1]] },
  {
    name: 'eligible.leader.replicas.version',
    latest: 1,
    defaults: [[26, 1]],
    requires: { 1: [['metadata.version', 23]] },
  },
  { name: 'share.version', latest: 1, defaults: [[28, 1]] },
  { name: 'streams.version', latest: 1, defaults: [[29, 1]] },
];

/** A feature's level in a new cluster of the given metadata.version. */
export function defaultLevel(feature: (typeof FEATURE_DEFAULTS)[number], metadataVersion: number): number {
  return feature.defaults.filter(([from]) => metadataVersion >= from).at(-1)?.[1] ?? 0;
}
