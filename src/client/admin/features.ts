import { apiVersions } from '../../protocol/messages/18-api-versions.ts';
import { updateFeatures as updateFeaturesApi } from '../../protocol/messages/57-update-features.ts';
import { type Cluster } from '../cluster.ts';
import { callAdmin } from './call.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';

export interface FeatureState {
  readonly name: string;
  readonly minSupported: number;
  readonly maxSupported: number;
  /** 0 for one that is not finalised. */
  readonly finalizedLevel: number;
}

export interface Features {
  /** Sorted by name. */
  readonly features: readonly FeatureState[];
  /** Null: the node does not know. */
  readonly epoch: bigint | null;
}

/** What one node supports of each feature, and what the cluster has settled on. */
export function describeFeatures(cluster: Cluster, nodeId?: number): Promise<Features> {
  return callAdmin(cluster, {
    name: 'describeFeatures',
    api: apiVersions,
    target: nodeId === undefined ? 'any' : { node: nodeId },
    minVersion: 3,
    request: { clientSoftwareName: 'klamm', clientSoftwareVersion: '0.1.0' },
    handle(response) {
      throwIfFailed(response.errorCode);
      const levels = new Map(response.finalizedFeatures.map((one) => [one.name, one.maxVersionLevel]));
      const features = response.supportedFeatures.map(({ name, minVersion, maxVersion }) => ({
        name,
        minSupported: minVersion,
        maxSupported: maxVersion,
        finalizedLevel: levels.get(name) ?? 0,
      }));
      const { finalizedFeaturesEpoch } = response;
      return {
        features: features.sort((a, b) => (a.name < b.name ? -1 : 1)),
        epoch: finalizedFeaturesEpoch < 0n ? null : finalizedFeaturesEpoch,
      };
    },
  });
}

export type FeatureUpgradeType = 'upgrade' | 'safe downgrade' | 'unsafe downgrade';

export interface FeatureLevelUpdate {
  readonly name: string;
  readonly level: number;
  readonly type: FeatureUpgradeType;
}

const UPGRADE_TYPES: readonly FeatureUpgradeType[] = ['upgrade', 'safe downgrade', 'unsafe downgrade'];

/** One outcome per update: newer controllers do all or nothing, so that one failure is the failure of each. */
export function updateFeatures(
  cluster: Cluster,
  updates: readonly FeatureLevelUpdate[],
  validateOnly: boolean,
): Promise<Outcome[]> {
  return callAdmin(cluster, {
    name: 'updateFeatures',
    api: updateFeaturesApi,
    target: 'controller',
    minVersion: validateOnly ? 1 : 0,
    request: (version) => ({
      timeoutMs: cluster.settings.apiTimeoutMs,
      ...(version === 0 ? {} : { validateOnly }),
      featureUpdates: updates.map(({ name, level, type }) => ({
        feature: name,
        maxVersionLevel: level,
        ...(version === 0 ? { allowDowngrade: type !== 'upgrade' } : { upgradeType: UPGRADE_TYPES.indexOf(type) + 1 }),
      })),
    }),
    handle(response, version) {
      const whole = failureOf(response.errorCode, response.errorMessage);
      // Only another controller can help here: the call is made anew.
      if (whole?.error === 'NOT_CONTROLLER') throw whole;
      if (whole !== null || version >= 2) return updates.map(() => ({ error: whole }));
      return updates.map(({ name }) => {
        const result = response.results.find(({ feature }) => feature === name);
        return { error: result === undefined ? null : failureOf(result.errorCode, result.errorMessage) };
      });
    },
  });
}
