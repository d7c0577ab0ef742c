/**
 * IncrementalAlterConfigs v0-1 (KIP-339): sets, deletes, appends to or subtracts from single values of topics, brokers,
 * loggers, groups and client metrics. Each resource judged on its own; ValidateOnly answers the same, changes nothing.
 */
import { Errors } from '../../protocol/errors.ts';
import { incrementalAlterConfigs } from '../../protocol/messages/44-incremental-alter-configs.ts';
import { alterEach } from './alter-each.ts';
import { defineHandler } from './handler.ts';

export const incrementalAlterConfigsHandler = defineHandler(
  incrementalAlterConfigs,
  ({ controller }) =>
    async ({ resources, validateOnly }) => {
      const responses = await alterEach(resources, async ({ resourceType, resourceName, configs }) => {
        if (new Set(configs.map((one) => one.name)).size < configs.length) {
          return { error: 'INVALID_REQUEST', text: 'Error due to duplicate config keys' };
        }
        const alterations = configs.map(({ name, configOperation, value }) => ({
          name,
          operation: configOperation,
          value,
        }));
        return controller.incrementalAlterConfigs(
          { type: resourceType, name: resourceName },
          alterations,
          validateOnly,
        );
      });
      return { responses: responses.map(({ error, ...one }) => ({ ...one, errorCode: Errors[error] })) };
    },
);
