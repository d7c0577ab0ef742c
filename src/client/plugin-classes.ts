import { JavaError } from '../util/java-error.ts';
import { type AnyClientValues } from './settings.ts';

const KAFKA_EXCEPTION = 'org.apache.kafka.common.KafkaException';
const JMX_REPORTER = 'org.apache.kafka.common.metrics.JmxReporter';
const ASSIGNOR =
  /^(?:class )?org\.apache\.kafka\.clients\.consumer\.(?:Range|RoundRobin|Sticky|CooperativeSticky)Assignor$/;

/**
 * Java's clients make instances of the classes that their settings name, and fail where there is no such class. Reporters of metrics,
 * interceptors, assignors in this order; of these only Kafka's own exist here. Throws JavaError.
 */
export function refuseUnknownPlugins(values: AnyClientValues): void {
  // The keys are lists in all tables that have them.
  const read = values as unknown as { get(name: string): unknown };
  const listed = (name: string): string[] => {
    const value = read.get(name);
    return Array.isArray(value) ? value.map(String).filter((one) => one !== '') : [];
  };
  const strangers = [
    ...listed('metric.reporters').filter((one) => one !== JMX_REPORTER),
    ...listed('interceptor.classes'),
  ];
  for (const name of strangers) throw new JavaError(KAFKA_EXCEPTION, `Class ${name} cannot be found`, notFound(name));
  const assignor = listed('partition.assignment.strategy').find((one) => !ASSIGNOR.test(one));
  if (assignor === undefined) return;
  throw new JavaError(KAFKA_EXCEPTION, `${assignor} ClassNotFoundException exception occurred`, notFound(assignor));
}

function notFound(name: string): JavaError {
  return new JavaError('java.lang.ClassNotFoundException', name);
}
