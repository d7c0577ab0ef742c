import { atLeast, className, int, list, listOfAny, long, string } from '../../../util/config-definition.ts';
import { isKnownClass } from './validators.ts';

/** Metrics and quotas. */
export const metricsConfigs = {
  'metrics.num.samples': int({ default: 2, validator: atLeast(1), importance: 'low' }),
  'metrics.sample.window.ms': long({ default: 30000, validator: atLeast(1), importance: 'low' }),
  'metric.reporters': list({
    default: 'org.apache.kafka.common.metrics.JmxReporter',
    validator: listOfAny(true, false),
    importance: 'low',
  }),
  'metrics.recording.level': string({ default: 'INFO', importance: 'low' }),
  'kafka.metrics.reporters': list({ default: '', validator: listOfAny(true, false), importance: 'low' }),
  'kafka.metrics.polling.interval.secs': int({ default: 10, validator: atLeast(1), importance: 'low' }),
  'telemetry.max.bytes': int({ default: 1048576, validator: atLeast(1), importance: 'low' }),
  'quota.window.num': int({ default: 11, validator: atLeast(1), importance: 'low' }),
  'replication.quota.window.num': int({ default: 11, validator: atLeast(1), importance: 'low' }),
  'alter.log.dirs.replication.quota.window.num': int({ default: 11, validator: atLeast(1), importance: 'low' }),
  'controller.quota.window.num': int({ default: 11, validator: atLeast(1), importance: 'low' }),
  'quota.window.size.seconds': int({ default: 1, validator: atLeast(1), importance: 'low' }),
  'replication.quota.window.size.seconds': int({ default: 1, validator: atLeast(1), importance: 'low' }),
  'alter.log.dirs.replication.quota.window.size.seconds': int({ default: 1, validator: atLeast(1), importance: 'low' }),
  'controller.quota.window.size.seconds': int({ default: 1, validator: atLeast(1), importance: 'low' }),
  'client.quota.callback.class': className({ isKnownClass, default: null, importance: 'low' }),
};
