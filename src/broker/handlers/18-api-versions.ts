/**
 * ApiVersions v0-4: which APIs and versions this broker serves, and the cluster's feature levels.
 * v3+ names the client's software and must do so in the characters of KIP-511, else INVALID_REQUEST; up to v3 a feature
 * whose lowest version is 0 is left out, as those clients refuse it (KIP-1022). Unsupported versions: see dispatch.ts.
 * Recorded from Apache Kafka 4.3.1: order of keys, features and finalised features.
 */
import { Errors } from '../../protocol/errors.ts';
import { apiVersions } from '../../protocol/messages/18-api-versions.ts';
import { SUPPORTED_FEATURES } from '../cluster/index.ts';
import { defineHandler } from './handler.ts';

const SOFTWARE_NAME = /^[a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?$/;

export const apiVersionsHandler = defineHandler(apiVersions, ({ cluster, servedApis }) => {
  const apiKeys = servedApis
    .flatMap(({ key, advertised }) =>
      advertised ? [{ apiKey: key, minVersion: advertised.first, maxVersion: advertised.last }] : [],
    )
    .sort((a, b) => a.apiKey - b.apiKey);

  return ({ clientSoftwareName, clientSoftwareVersion }, { apiVersion }) => {
    const isNamed = SOFTWARE_NAME.test(clientSoftwareName) && SOFTWARE_NAME.test(clientSoftwareVersion);
    if (apiVersion >= 3 && !isNamed) return { errorCode: Errors.INVALID_REQUEST };
    const finalized = [...cluster.features].filter(([, level]) => level > 0);
    return {
      apiKeys,
      supportedFeatures: SUPPORTED_FEATURES.map(({ name, minSupportedVersion, maxSupportedVersion }) => ({
        name,
        minVersion: minSupportedVersion,
        maxVersion: maxSupportedVersion,
      })).filter(({ minVersion }) => apiVersion >= 4 || minVersion > 0),
      finalizedFeaturesEpoch: cluster.featuresEpoch,
      finalizedFeatures: finalized.map(([name, level]) => ({ name, maxVersionLevel: level, minVersionLevel: level })),
    };
  };
});
