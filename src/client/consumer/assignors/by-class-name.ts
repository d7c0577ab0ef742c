import { JavaError } from '../../../util/java-error.ts';
import { type Assignor } from './assignor.ts';
import { rangeAssignor } from './range-assignor.ts';
import { roundRobinAssignor } from './round-robin-assignor.ts';
import { CooperativeStickyAssignor, StickyAssignor } from './sticky-assignor.ts';

const PACKAGE = 'org.apache.kafka.clients.consumer.';
const KAFKA_EXCEPTION = 'org.apache.kafka.common.KafkaException';

const ASSIGNORS: Readonly<Record<string, () => Assignor>> = {
  RangeAssignor: () => rangeAssignor,
  RoundRobinAssignor: () => roundRobinAssignor,
  StickyAssignor: () => new StickyAssignor(),
  CooperativeStickyAssignor: () => new CooperativeStickyAssignor(),
};

/**
 * The assignors that `partition.assignment.strategy` names, in its order. Throws JavaError as Java's constructor does: an unknown class,
 * one twice. Source: ConsumerPartitionAssignor.getAssignorInstances.
 */
export function assignorsByClassName(classNames: readonly string[]): Assignor[] {
  const assignors = new Map<string, Assignor>();
  for (const text of classNames) {
    const className = text.replace(/^class /, '').trim();
    const make = className.startsWith(PACKAGE) ? ASSIGNORS[className.slice(PACKAGE.length)] : undefined;
    if (!make) {
      const missing = new JavaError('java.lang.ClassNotFoundException', className);
      throw refused(`${className} ClassNotFoundException exception occurred`, missing);
    }
    const assignor = make();
    if (assignors.has(assignor.name)) {
      throw refused(
        `The assignor name: '${assignor.name}' is used in more than one assignor: ${className}, ${className}`,
      );
    }
    assignors.set(assignor.name, assignor);
  }
  return [...assignors.values()];
}

function refused(text: string, cause?: JavaError): JavaError {
  return new JavaError(
    KAFKA_EXCEPTION,
    'Failed to construct kafka consumer',
    new JavaError(KAFKA_EXCEPTION, text, cause),
  );
}
