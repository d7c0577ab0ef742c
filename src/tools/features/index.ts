// The actions behind kafka-features: what features a cluster has, which levels go with a release, changes of levels.
export {
  type FeatureDependency,
  FeaturesFailure,
  featureDependencies,
  type NamedLevel,
  releaseName,
  versionMapping,
} from './levels.ts';
export { describeFeatures, type UpdateResult, type UpdateSpec, updateFeatures } from './update.ts';
