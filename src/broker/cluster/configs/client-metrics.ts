import { defineConfigs, int, list, listOfAny } from '../../../util/config-definition.ts';

/** Configs of a client metrics subscription (KIP-714). */
export const clientMetricsConfigs = defineConfigs({
  metrics: list({ default: '', validator: listOfAny(true, false) }),
  'interval.ms': int({ default: 300000 }),
  match: list({ default: '', validator: listOfAny(true, false) }),
});
