/**
 * UpdateFeatures v0-2 (KIP-584): finalised levels of features, all of a request or none: INVALID_UPDATE_VERSION with the
 * reason of the first. v0 upgrades only, as in Kafka, whatever it asks for; v1 adds kinds of downgrades and ValidateOnly;
 * up to v1 a success names each feature.
 */
import { Errors } from '../../protocol/errors.ts';
import { updateFeatures } from '../../protocol/messages/57-update-features.ts';
import { defineHandler } from './handler.ts';

export const updateFeaturesHandler = defineHandler(
  updateFeatures,
  ({ controller }) =>
    async ({ featureUpdates, validateOnly }) => {
      const updates = featureUpdates.map(({ feature, maxVersionLevel, upgradeType }) => ({
        name: feature,
        level: maxVersionLevel,
        upgradeType,
      }));
      const failure = await controller.updateFeatures(updates, validateOnly);
      if (failure !== null) return { errorCode: Errors[failure.error], errorMessage: failure.text };
      return {
        errorMessage: null,
        results: updates.map(({ name }) => ({ feature: name, errorMessage: 'NONE' })),
      };
    },
);
