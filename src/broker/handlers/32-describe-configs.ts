/**
 * DescribeConfigs v1-4: values of topics, brokers, loggers, groups and client metrics with their source; synonyms and
 * (v3) documentation when asked for. Each resource judged on its own, but one of an unknown type refuses all. A null list of keys: all.
 * A resource is described again as often as it stands in the request, as in Kafka, but not in one of thousands: the answer
 * would be a hundred times the request (INVALID_REQUEST).
 */
import { ConfigResourceType } from '../../protocol/enums.ts';
import { ERRORS, Errors, KafkaError } from '../../protocol/errors.ts';
import { describeConfigs } from '../../protocol/messages/32-describe-configs.ts';
import { type ConfigEntry } from '../cluster/index.ts';
import { defineHandler } from './handler.ts';
import { Repetitions } from './repeated.ts';

const FREE_REPETITIONS = 1000;

const KNOWN_TYPES: readonly number[] = Object.values(ConfigResourceType).filter((type) => type !== 0);

export const describeConfigsHandler = defineHandler(describeConfigs, ({ cluster }) => (request) => {
  const entry = (one: ConfigEntry) => ({
    name: one.name,
    value: one.value,
    readOnly: one.isReadOnly,
    configSource: one.source,
    isSensitive: one.isSensitive,
    synonyms: request.includeSynonyms ? one.synonyms : [],
    configType: one.type,
    documentation: request.includeDocumentation ? one.documentation : null,
  });
  if (request.resources.some(({ resourceType }) => !KNOWN_TYPES.includes(resourceType))) {
    const refusal = { errorCode: Errors.INVALID_REQUEST, errorMessage: ERRORS.INVALID_REQUEST.text };
    return {
      results: request.resources.map(({ resourceType, resourceName }) => ({ ...refusal, resourceType, resourceName })),
    };
  }
  const repetitions = new Repetitions(request.resources.map((one) => `${one.resourceType} ${one.resourceName}`));
  return {
    results: request.resources.map(({ resourceType, resourceName, configurationKeys }, i) => {
      if (i >= FREE_REPETITIONS && !repetitions.isFirst(i)) {
        const errorMessage = 'Each resource must appear at most once.';
        return { resourceType, resourceName, errorCode: Errors.INVALID_REQUEST, errorMessage };
      }
      try {
        const all = cluster.describeConfigs({ type: resourceType, name: resourceName }, configurationKeys);
        return { resourceType, resourceName, errorMessage: '', configs: all.map(entry) };
      } catch (error) {
        if (!(error instanceof KafkaError)) throw error;
        return { resourceType, resourceName, errorCode: error.code, errorMessage: error.message };
      }
    }),
  };
});
