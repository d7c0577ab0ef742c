import { ConfigResourceType } from '../../../protocol/enums.ts';
import { FEATURE_DEFAULTS } from '../../../protocol/feature-levels.ts';
import { configRecord, featureLevelRecord } from '../../../protocol/records/cluster-metadata.ts';
import { inHashOrder } from '../../../util/java-hash-map.ts';
import { METADATA_CHANGING_VERSIONS, SUPPORTED_FEATURES } from '../features.ts';
import { type MetadataRecord, record } from '../metadata-log/metadata-records.ts';
import { configKey, type MetadataState } from '../metadata-state.ts';
import { type FeatureUpdate, type ItemFailure } from '../types.ts';
import { failure } from './topic-decisions.ts';

export interface FeatureContext {
  readonly state: MetadataState;
  readonly nodeId: number;
  /** Level of kraft.version: the quorum's own records say it. */
  readonly kRaftVersion: number;
  /** What min.insync.replicas is worth for all brokers. */
  readonly minInSyncReplicas: number;
}

export interface FeatureChange {
  readonly records: readonly MetadataRecord[];
  /** The quorum is to become one that its own records state. */
  readonly upgradesKRaft: boolean;
}

const UPGRADE = 1;
const SAFE_DOWNGRADE = 2;
const UNSAFE_DOWNGRADE = 3;
const METADATA_VERSION = 'metadata.version';
const KRAFT_VERSION = 'kraft.version';
const ELR_VERSION = 'eligible.leader.replicas.version';

/** UpdateFeatures: all of them or none, for the reason of the first that will not do (kafka FeatureControlManager). */
export function decideUpdateFeatures(
  context: FeatureContext,
  updates: readonly FeatureUpdate[],
): FeatureChange | ItemFailure {
  const { state } = context;
  const proposed = new Map([...state.features, ...updates.map(({ name, level }) => [name, level] as const)]);
  const records: MetadataRecord[] = [];
  let upgradesKRaft = false;
  // Of an update that comes twice the last one counts.
  const once = [...new Map(updates.map((update) => [update.name, update])).values()];
  for (const update of inHashOrder(once, ({ name }) => name)) {
    const fault = faultOf(context, update, proposed);
    if (fault !== null) {
      const text = `The update failed for all features since the following feature had an error: ${fault}`;
      return failure('INVALID_UPDATE_VERSION', text);
    }
    const { name, level } = update;
    if (name === KRAFT_VERSION) upgradesKRaft = level > context.kRaftVersion;
    else records.push(record(featureLevelRecord, 0, { name, featureLevel: level }));
    if (name === ELR_VERSION && level > 0) records.push(...elrSafetyRecords(context));
  }
  return { records, upgradesKRaft };
}

function faultOf(context: FeatureContext, update: FeatureUpdate, proposed: ReadonlyMap<string, number>): string | null {
  const { name, level, upgradeType } = update;
  const current = currentLevel(context, name);
  const invalid = (why: string) => `Invalid update version ${level} for feature ${name}. ${why}`;
  if (upgradeType !== UPGRADE && upgradeType !== SAFE_DOWNGRADE && upgradeType !== UNSAFE_DOWNGRADE) {
    return invalid('The controller does not support the given upgrade type.');
  }
  if (level < 0) return invalid('A feature version cannot be less than 0.');
  const unsupported = unsupportedBy(context.nodeId, name, level);
  if (unsupported !== null) return invalid(unsupported);
  if (level < current && upgradeType === UPGRADE) {
    const type = 'without setting the upgrade type to either safe or unsafe downgrade.';
    return invalid(`Can't downgrade the version of this feature ${type}`);
  }
  if (level > current && upgradeType !== UPGRADE) return invalid("Can't downgrade to a newer version.");
  if (name === METADATA_VERSION) return metadataDowngradeFault(current, level, upgradeType);
  if (name === KRAFT_VERSION) {
    return level < current ? invalid("Can't downgrade the version of this feature.") : null;
  }
  const missing = missingDependency(name, level, proposed);
  return missing === null ? null : invalid(missing);
}

function currentLevel({ state, kRaftVersion }: FeatureContext, name: string): number {
  return name === KRAFT_VERSION ? kRaftVersion : (state.features.get(name) ?? 0);
}

function unsupportedBy(nodeId: number, name: string, level: number): string | null {
  const range = SUPPORTED_FEATURES.find((one) => one.name === name);
  if (range === undefined) return level === 0 ? null : `Local controller ${nodeId} does not support this feature.`;
  const { minSupportedVersion, maxSupportedVersion } = range;
  if (level >= minSupportedVersion && level <= maxSupportedVersion) return null;
  return `Local controller ${nodeId} only supports versions ${minSupportedVersion}-${maxSupportedVersion}`;
}

/** Kafka goes back only where no version in between changed what records say. */
function metadataDowngradeFault(current: number, level: number, upgradeType: number): string | null {
  const isChanged = [...METADATA_CHANGING_VERSIONS].some((one) => one > level && one <= current);
  if (!isChanged) return null;
  const why =
    upgradeType === UNSAFE_DOWNGRADE
      ? 'Unsafe metadata downgrade is not supported in this version.'
      : 'Refusing to perform the requested downgrade because it might delete metadata information.';
  return `Unsupported metadata.version downgrade from ${current} to ${level}. ${why}`;
}

function missingDependency(name: string, level: number, proposed: ReadonlyMap<string, number>): string | null {
  const feature = FEATURE_DEFAULTS.find((one) => one.name === name);
  if (feature === undefined) return `Feature ${name} not found.`;
  for (const [required, atLeast] of feature.requires?.[level] ?? []) {
    if ((proposed.get(required) ?? 0) >= atLeast) continue;
    return `${name} could not be set to ${level} because it depends on ${required} level ${atLeast}`;
  }
  return null;
}

/** KIP-966: eligible leader replicas need one min.insync.replicas that holds for all brokers. */
function elrSafetyRecords({ state, minInSyncReplicas }: FeatureContext): MetadataRecord[] {
  const name = 'min.insync.replicas';
  const resourceType = ConfigResourceType.BROKER;
  const records: MetadataRecord[] = [];
  if (!state.configs.get(configKey({ type: resourceType, name: '' }))?.values.has(name)) {
    records.push(record(configRecord, 0, { resourceType, resourceName: '', name, value: String(minInSyncReplicas) }));
  }
  for (const { resource, values } of state.configs.values()) {
    if (resource.type !== resourceType || resource.name === '' || !values.has(name)) continue;
    records.push(record(configRecord, 0, { resourceType, resourceName: resource.name, name, value: null }));
  }
  return records;
}
