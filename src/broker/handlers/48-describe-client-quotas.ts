/**
 * DescribeClientQuotas v0-1 (KIP-546): quotas of the entities that match every part of the filter; strict: of no others
 * besides. A filter that is none: INVALID_REQUEST; a type of entity nobody knows: UNSUPPORTED_VERSION.
 */
import { KafkaError } from '../../protocol/errors.ts';
import { describeClientQuotas } from '../../protocol/messages/48-describe-client-quotas.ts';
import { defineHandler } from './handler.ts';
import { entityParts } from './quota-entity.ts';

export const describeClientQuotasHandler = defineHandler(
  describeClientQuotas,
  ({ cluster }) =>
    ({ components, strict }) => {
      try {
        const entries = cluster.describeClientQuotas(components, strict).map(({ entity, quotas }) => ({
          entity: entityParts(entity),
          values: [...quotas].map(([key, value]) => ({ key, value })),
        }));
        return { errorMessage: '', entries };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return { errorCode: error.code, errorMessage: error.message, entries: null };
      }
    },
);
