// Owns: kafka-storage: log directories formatted and looked at, feature levels of releases.
// In: a server.properties, options. Out: what was done or found; failures as JavaError in Kafka's words.
export { randomUuid } from '../../protocol/random-uuid.ts';
export {
  type FeatureDependencies,
  type FeatureLevel,
  featureDependencies,
  versionMapping,
} from './feature-levels.ts';
export {
  type DirectoryKind,
  type FormatStorageOptions,
  type FormattedStorage,
  formatStorage,
} from './format-storage.ts';
export { dependenciesText, formattedText, infoText, mappingText } from './report-text.ts';
export { TERSE_FAILURE } from './storage-error.ts';
export { type StorageInfo, storageInfo } from './storage-info.ts';
