import { type ClusterMetadata } from '../cluster/index.ts';

/** Share groups are a feature of the cluster: with share.version=0 members and administrators get UNSUPPORTED_VERSION. */
export function servesShareGroups({ features }: Pick<ClusterMetadata, 'features'>): boolean {
  return (features.get('share.version') ?? 0) > 0;
}
