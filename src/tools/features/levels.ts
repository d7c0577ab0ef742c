import {
  defaultLevel,
  FEATURE_DEFAULTS,
  LATEST_METADATA_VERSION,
  METADATA_VERSIONS,
  metadataVersionLevel,
  metadataVersionName,
} from '../../protocol/feature-levels.ts';
import { JavaError } from '../../util/java-error.ts';

export const METADATA_VERSION = 'metadata.version';

/** A failure that Kafka's tool tells in one line. */
export class FeaturesFailure extends JavaError {
  constructor(text: string, cause?: unknown) {
    super('org.apache.kafka.tools.TerseException', text, cause);
  }
}

export interface NamedLevel {
  readonly name: string;
  readonly level: number;
}

/** Throws FeaturesFailure. */
export function releaseLevel(release: string): number {
  const level = metadataVersionLevel(release);
  if (level !== null) return level;
  const known = METADATA_VERSIONS.map(([name]) => name).join(', ');
  throw new FeaturesFailure(`Unknown metadata.version '${release}'. Supported metadata.version are: ${known}`);
}

/** Release of a level of metadata.version, null for other features and unknown levels. */
export function releaseName({ name, level }: NamedLevel): string | null {
  return name === METADATA_VERSION ? metadataVersionName(level) : null;
}

/** Levels that go with a release, metadata.version first. Throws FeaturesFailure. */
export function versionMapping(release: string | undefined): NamedLevel[] {
  const level = release === undefined ? LATEST_METADATA_VERSION : releaseLevel(release);
  const others = FEATURE_DEFAULTS.map((one) => ({ name: one.name, level: defaultLevel(one, level) }));
  return [{ name: METADATA_VERSION, level }, ...others];
}

const SHORT_MAX = 32767;

/** `feature=level`. Throws FeaturesFailure. */
export function parseLevel(word: string): NamedLevel {
  const fail = (why: string) => new FeaturesFailure(`Can't parse feature=level string ${word}: ${why}`);
  const at = word.indexOf('=');
  if (at < 0) throw fail('equals sign not found.');
  const text = word.slice(at + 1).trim();
  const level = Number(text);
  if (!/^[+-]?[0-9]+$/.test(text) || level > SHORT_MAX || level < -SHORT_MAX - 1) {
    throw fail(`unable to parse ${text} as a short.`);
  }
  return { name: word.slice(0, at).trim(), level };
}

export interface FeatureDependency extends NamedLevel {
  /** Of metadata.version alone. */
  readonly release: string | null;
  readonly requires: readonly (NamedLevel & { readonly release: string | null })[];
}

/** What each `feature=level` needs. Throws FeaturesFailure. */
export function featureDependencies(words: readonly string[]): FeatureDependency[] {
  return words.map((word) => {
    const asked = parseLevel(word);
    const { name, level } = asked;
    if (name === METADATA_VERSION) {
      const release = releaseName(asked);
      if (release === null) throw new FeaturesFailure(`Unknown metadata.version ${level}`);
      return { ...asked, release, requires: [] };
    }
    const feature = FEATURE_DEFAULTS.find((one) => one.name === name);
    if (feature === undefined) throw new FeaturesFailure(`Unknown feature: ${name}`);
    if (level < 0 || level > feature.latest) {
      throw new FeaturesFailure(`No feature:${name} with feature level ${level}`);
    }
    const requires = (feature.requires?.[level] ?? []).map(([needed, least]) => {
      const one = { name: needed, level: least };
      return { ...one, release: releaseName(one) };
    });
    return { ...asked, release: null, requires };
  });
}
