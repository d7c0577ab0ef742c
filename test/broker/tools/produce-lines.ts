import { Readable } from 'node:stream';
import ConsoleProducer from '../../../src/commands/console-producer.ts';
import { type Printed, runInProcess } from '../../unit/commands/in-process.ts';
import { type TestBroker } from '../harness.ts';

/** Sends lines as kafka-console-producer does; the topic comes into being where the broker makes topics by itself. */
export function produceLines(
  broker: TestBroker,
  topic: string,
  text: string,
  argv: readonly string[] = [],
): Promise<Printed> {
  const all = [...broker.bootstrapOption, '--topic', topic, ...argv];
  return runInProcess(ConsoleProducer, 'console-producer', all, 'exact', Readable.from([Buffer.from(text)]));
}

/** Numbers from 0, one a line. */
export function numbers(count: number): string {
  return Array.from({ length: count }, (_, at) => `${at}\n`).join('');
}
