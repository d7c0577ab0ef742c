import { JavaError } from '../../util/java-error.ts';
import { UsageError } from '../../util/usage-error.ts';
import { type Face } from './face.ts';
import { differs } from './face-differences.ts';
import { asJavaError } from './failure.ts';

/**
 * How kafka-consumer-groups and kafka-share-groups tell that an action failed, and the status they end with.
 * Source: ConsumerGroupCommand.run, ShareGroupCommand.run.
 */
export async function groupCommandFailed(kind: 'consumer' | 'share', error: unknown, face: Face): Promise<number> {
  if (error instanceof UsageError || differs('failureForm', face.name) === 'one-line') throw error;
  let failure = await asJavaError(error);
  if (failure.className.startsWith('java.nio.file.')) failure = JavaError.wrap('java.lang.RuntimeException', failure);
  const reason = failure.hasMessage ? failure.message : null;
  face.out(`\nError: Executing ${kind} group command failed due to ${reason}\n`);
  face.err(failure.trace());
  return 0;
}
