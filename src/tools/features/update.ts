import * as admin from '../../client/admin/features.ts';
import { KafkaError } from '../../protocol/errors.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type ClusterAddress, withSession } from '../admin-session.ts';
import { executionFailure, toJavaError } from '../java-failures.ts';
import {
  FeaturesFailure,
  METADATA_VERSION,
  type NamedLevel,
  parseLevel,
  releaseLevel,
  versionMapping,
} from './levels.ts';

/** Every failure is told in one line: the message alone. */
async function failingShortly<T>(work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (error instanceof FeaturesFailure) throw error;
    throw new FeaturesFailure(toJavaError(error).message, error);
  }
}

/** Throws FeaturesFailure. */
export function describeFeatures(
  address: ClusterAddress,
  nodeId: number | undefined,
  context: ToolContext,
): Promise<admin.Features> {
  return failingShortly(() =>
    withSession(address, context, async (cluster) => {
      if (nodeId !== undefined && nodeId < 0) {
        throw new FeaturesFailure(`Invalid node id ${nodeId}: must be non-negative.`);
      }
      try {
        return await admin.describeFeatures(cluster, nodeId);
      } catch (error) {
        throw executionFailure(error);
      }
    }),
  );
}

export interface UpdateSpec {
  readonly operation: 'upgrade' | 'downgrade' | 'disable';
  /** --metadata: a release, for metadata.version alone. */
  readonly metadata?: string | undefined;
  readonly releaseVersion?: string | undefined;
  /** `feature=level`; names alone to disable. */
  readonly features: readonly string[];
  readonly isUnsafe: boolean;
  readonly dryRun: boolean;
}

export interface UpdateResult {
  readonly name: string;
  readonly level: number;
  readonly error: string | null;
}

/** Results sorted by name. Throws FeaturesFailure. */
export function updateFeatures(
  address: ClusterAddress,
  spec: UpdateSpec,
  context: ToolContext,
): Promise<UpdateResult[]> {
  return failingShortly(() =>
    withSession(address, context, async (cluster) => {
      const type = upgradeType(spec);
      const updates = levelsOf(spec).map((one) => ({ ...one, type }));
      for (const update of updates) checkUpdate(update);
      const errors = await admin.updateFeatures(cluster, updates, spec.dryRun).then(
        (outcomes) => outcomes.map(({ error }) => (error === null ? null : messageOf(error))),
        (error: unknown) => updates.map(() => messageOf(error)),
      );
      return updates.map(({ name, level }, i) => ({ name, level, error: errors[i] ?? null }));
    }),
  );
}

function messageOf(error: unknown): string {
  return error instanceof KafkaError ? error.message : toJavaError(error).message;
}

function upgradeType({ operation, isUnsafe }: UpdateSpec): admin.FeatureUpgradeType {
  if (operation === 'upgrade') return 'upgrade';
  return isUnsafe ? 'unsafe downgrade' : 'safe downgrade';
}

function levelsOf(spec: UpdateSpec): NamedLevel[] {
  const { operation, metadata, releaseVersion, features } = spec;
  const levels = new Map<string, number>();
  if (releaseVersion !== undefined) {
    if (metadata !== undefined || features.length > 0) {
      throw new FeaturesFailure('Can not specify `release-version` with other feature flags.');
    }
    for (const { name, level } of versionMapping(releaseVersion)) {
      // An upgrade leaves features alone that the release did not have.
      if (level > 0 || operation !== 'upgrade') levels.set(name, level);
    }
  }
  if (metadata !== undefined) levels.set(METADATA_VERSION, releaseLevel(metadata));
  for (const word of features) {
    const { name, level } = operation === 'disable' ? { name: word, level: 0 } : parseLevel(word);
    if (levels.has(name)) throw new FeaturesFailure(`Feature ${name} was specified more than once.`);
    levels.set(name, level);
  }
  if (levels.size === 0) throw new FeaturesFailure(`You must specify at least one feature to ${operation}`);
  return [...levels].map(([name, level]) => ({ name, level })).sort((a, b) => (a.name < b.name ? -1 : 1));
}

/** Source: FeatureUpdate and KafkaAdminClient.updateFeatures. */
function checkUpdate({ name, level, type }: admin.FeatureLevelUpdate): void {
  if (level === 0 && type === 'upgrade') {
    const flag = 'The upgradeType flag should be set to SAFE_DOWNGRADE or UNSAFE_DOWNGRADE';
    throw new FeaturesFailure(`${flag} when the provided maxVersionLevel:${level} is < 1.`);
  }
  if (level < 0) throw new FeaturesFailure('Cannot specify a negative version level.');
  if (name.trim() === '') throw new FeaturesFailure('Provided feature can not be empty.');
}
