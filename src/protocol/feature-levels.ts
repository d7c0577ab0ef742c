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

/** Null for a level nobody knows. */
export function metadataVersionName(level: number): string | null {
  return METADATA_VERSIONS.find(([, one]) => one === level)?.[0] ?? null;
}

/** Level of "4.0-IV3", "4.0" or "4.0.1"; null for what is no release. */
export function metadataVersionLevel(name: string): number | null {
  const release = name.split('.').slice(0, 2).join('.');
  const isOf = ([one, level]: readonly [string, number]) =>
    // What is not released has no release to be named after.
    one === release || (level <= LATEST_METADATA_VERSION && one.startsWith(`${release}-`));
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
