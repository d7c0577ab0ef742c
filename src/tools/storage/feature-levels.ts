import {
  defaultLevel,
  FEATURE_DEFAULTS,
  LATEST_METADATA_VERSION,
  METADATA_VERSIONS,
  metadataVersionLevel,
  metadataVersionName,
} from '../../broker/cluster/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { illegalArgument, terse } from './storage-error.ts';

export const METADATA_VERSION = 'metadata.version';
export const KRAFT_VERSION = 'kraft.version';

/** Level of a release; `accepts` is the highest one to take. Throws JavaError. */
export function releaseLevel(release: string, accepts = LATEST_METADATA_VERSION): number {
  const level = metadataVersionLevel(release);
  if (level !== null && level <= accepts) return level;
  const known = METADATA_VERSIONS.filter(([, one]) => one <= accepts).map(([name]) => name);
  throw terse(`Unknown metadata.version '${release}'. Supported metadata.version are: ${known.join(', ')}`);
}

export interface FeatureLevel {
  readonly name: string;
  readonly level: number;
}

/** `feature=level` words; the last level given for a feature counts. Throws JavaError. */
export function parseFeatureLevels(words: readonly string[]): Map<string, number> {
  const levels = new Map<string, number>();
  for (const word of words) {
    const fail = (text: string) =>
      new JavaError('java.lang.RuntimeException', `Can't parse feature=level string ${word}: ${text}`);
    const at = word.indexOf('=');
    if (at < 0) throw fail('equals sign not found.');
    const level = word.slice(at + 1).trim();
    if (!/^[+-]?[0-9]{1,5}$/.test(level)) throw fail(`unable to parse ${level} as a short.`);
    levels.set(word.slice(0, at).trim(), Number(level));
  }
  return levels;
}

/** Levels a new cluster gets, metadata.version first, level 0 left out, kraft.version apart. Throws JavaError. */
export function effectiveFeatures(
  metadataVersion: number,
  given: ReadonlyMap<string, number>,
): (readonly [name: string, level: number])[] {
  const levels = new Map<string, number>([[METADATA_VERSION, metadataVersion]]);
  const byName = [...FEATURE_DEFAULTS].sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const name of given.keys()) {
    if (name === METADATA_VERSION || byName.some((one) => one.name === name)) continue;
    const supported = byName.map((one) => one.name).join(', ');
    throw terse(`Unsupported feature: ${name}. Supported features are: ${supported}`);
  }
  for (const feature of byName) {
    const level = given.get(feature.name) ?? defaultLevel(feature, metadataVersion);
    if (level < 0 || level > feature.latest) {
      throw illegalArgument(`No feature:${feature.name} with feature level ${level}`);
    }
    levels.set(feature.name, level);
  }
  for (const { name, requires } of byName) {
    for (const [needed, least] of requires?.[levels.get(name) ?? 0] ?? []) {
      if ((levels.get(needed) ?? 0) >= least) continue;
      const text = `it depends on ${needed} level ${least}`;
      throw illegalArgument(`${name} could not be set to ${levels.get(name)} because ${text}`);
    }
  }
  return [...levels].filter(([name, level]) => level > 0 && name !== KRAFT_VERSION);
}

/** Levels that go with a release, metadata.version first. Throws JavaError. */
export function versionMapping(release: string | undefined): FeatureLevel[] {
  const unreleased = METADATA_VERSIONS.at(-1)?.[1];
  const level = release === undefined ? LATEST_METADATA_VERSION : releaseLevel(release, unreleased);
  const features = FEATURE_DEFAULTS.map((one) => ({ name: one.name, level: defaultLevel(one, level) }));
  return [{ name: METADATA_VERSION, level }, ...features];
}

export interface FeatureDependencies extends FeatureLevel {
  /** Of metadata.version alone: the release of the level. */
  readonly release: string | null;
  readonly requires: readonly (FeatureLevel & { readonly release: string | null })[];
}

/** What each `feature=level` needs. Throws JavaError. */
export function featureDependencies(words: readonly string[]): FeatureDependencies[] {
  return words.map((word) => {
    const [name, text, more] = word.split('=');
    if (name === undefined || text === undefined || more !== undefined) {
      const form = "Expected format: 'feature=version' (e.g. 'group.version=1')";
      throw terse(`Invalid feature format: ${word}. ${form}`);
    }
    if (!/^[+-]?[0-9]+$/.test(text)) throw terse(`Invalid version format: ${text} for feature ${name}`);
    const level = Number(text);
    if (name === METADATA_VERSION) {
      const release = metadataVersionName(level);
      if (release === null) throw terse(`Unknown metadata.version ${level}`);
      return { name, level, release, requires: [] };
    }
    const feature = FEATURE_DEFAULTS.find((one) => one.name === name);
    if (feature === undefined) throw terse(`Unknown feature: ${name}`);
    if (level < 0 || level > feature.latest) {
      throw terse(`Feature level ${level} is not supported for feature ${name}`);
    }
    const requires = (feature.requires?.[level] ?? []).map(([needed, least]) => ({
      name: needed,
      level: least,
      release: needed === METADATA_VERSION ? metadataVersionName(least) : null,
    }));
    return { name, level, release: null, requires };
  });
}
