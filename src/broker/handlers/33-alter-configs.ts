/**
 * AlterConfigs v0-2: replaces all dynamic values of a resource at once; what is not named falls back to its default.
 * Superseded by IncrementalAlterConfigs (KIP-339); kafkajs still speaks it. Each resource judged on its own.
 */
import { Errors } from '../../protocol/errors.ts';
import { alterConfigs } from '../../protocol/messages/33-alter-configs.ts';
import { alterEach } from './alter-each.ts';
import { defineHandler } from './handler.ts';

export const alterConfigsHandler = defineHandler(
  alterConfigs,
  ({ controller }) =>
    async ({ resources, validateOnly }) => {
      const responses = await alterEach(resources, async ({ resourceType, resourceName, configs }) => {
        const values = new Map(configs.map((one) => [one.name, one.value]));
        if (values.size < configs.length) {
          return { error: 'INVALID_REQUEST', text: 'Error due to duplicate config keys' };
        }
        return controller.replaceConfigs({ type: resourceType, name: resourceName }, values, validateOnly);
      });
      return { responses: responses.map(({ error, ...one }) => ({ ...one, errorCode: Errors[error] })) };
    },
);
