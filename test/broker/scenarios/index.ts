import { classicGroupsScenario } from './classic-groups.ts';
import { configsScenario } from './configs.ts';
import { consumerGroupsScenario } from './consumer-groups.ts';
import { type Exchange } from './exchange.ts';
import { featuresScenario } from './features.ts';
import { fetchScenario } from './fetch.ts';
import { offsetsScenario } from './offsets.ts';
import { produceScenario } from './produce.ts';
import { quotasScenario } from './quotas.ts';

/** Scripts whose answers were recorded from Apache Kafka 4.3.1 (a fresh single node, defaults of run-broker.sh). */
export const scenarios: Record<string, (exchange: Exchange) => Promise<void>> = {
  produce: produceScenario,
  'classic-groups': classicGroupsScenario,
  'consumer-groups': consumerGroupsScenario,
  configs: configsScenario,
  features: featuresScenario,
  fetch: fetchScenario,
  offsets: offsetsScenario,
  quotas: quotasScenario,
};
