/**
 * AlterClientQuotas v0-1 (KIP-546): sets and removes quotas of users, client ids, both together, and addresses. Each entity
 * judged on its own (INVALID_REQUEST); one that comes twice is answered once. ValidateOnly answers the same, changes nothing.
 */
import { Errors } from '../../protocol/errors.ts';
import { alterClientQuotas } from '../../protocol/messages/49-alter-client-quotas.ts';
import { defineHandler } from './handler.ts';
import { entityParts } from './quota-entity.ts';

export const alterClientQuotasHandler = defineHandler(
  alterClientQuotas,
  ({ controller }) =>
    async ({ entries, validateOnly }) => {
      const alterations = entries.map(({ entity, ops }) => ({
        entity: entity.map(({ entityType, entityName }) => [entityType, entityName] as const),
        ops,
      }));
      const results = await controller.alterClientQuotas(alterations, validateOnly);
      return {
        entries: results.map(({ entity, failure }) => ({
          errorCode: Errors[failure?.error ?? 'NONE'],
          errorMessage: failure?.text ?? null,
          entity: entityParts(entity),
        })),
      };
    },
);
