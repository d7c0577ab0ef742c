/**
 * ListConfigResources v0-1 (KIP-1142): names of what has, or can have, dynamic configs. v0 lists client metrics
 * subscriptions; v1 the types asked for, none meaning all: topics and brokers (and their loggers) that are there, groups
 * and subscriptions with configs of their own. A type that cannot be listed: UNSUPPORTED_VERSION.
 */
import { ConfigResourceType } from '../../protocol/enums.ts';
import { Errors } from '../../protocol/errors.ts';
import { listConfigResources } from '../../protocol/messages/74-list-config-resources.ts';
import { defineHandler } from './handler.ts';

const { TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP } = ConfigResourceType;
const LISTED: readonly number[] = [TOPIC, BROKER, BROKER_LOGGER, CLIENT_METRICS, GROUP];

export const listConfigResourcesHandler = defineHandler(
  listConfigResources,
  ({ cluster }) =>
    ({ resourceTypes }, { apiVersion }) => {
      const wanted = apiVersion === 0 ? [CLIENT_METRICS] : resourceTypes.length === 0 ? LISTED : resourceTypes;
      if (wanted.some((type) => !LISTED.includes(type))) return { errorCode: Errors.UNSUPPORTED_VERSION };
      const namesOf = (type: number): Iterable<string> => {
        if (type === TOPIC) return cluster.topics.keys();
        if (type === BROKER || type === BROKER_LOGGER) return Array.from(cluster.brokers.keys(), String);
        return cluster.configuredResources(type);
      };
      const configResources = [...new Set(wanted)].flatMap((resourceType) =>
        Array.from(namesOf(resourceType), (resourceName) => ({ resourceName, resourceType })),
      );
      return { configResources };
    },
);
