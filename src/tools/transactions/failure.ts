import { JavaError } from '../../util/java-error.ts';
import { toJavaError } from '../java-failures.ts';

/** A failure that Kafka's tool tells in one line: what it could not do and, where there is a `cause`, why. */
export class TransactionsFailure extends JavaError {
  constructor(sentence: string, cause?: unknown) {
    const reason = cause === undefined ? undefined : toJavaError(cause);
    const text = reason === undefined ? sentence : `${sentence}: ${reason.hasMessage ? reason.message : null}`;
    super('org.apache.kafka.tools.TerseException', text, reason);
  }
}

/** Runs calls whose failure is that of the tool. */
export async function orFail<T>(sentence: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof TransactionsFailure ? error : new TransactionsFailure(sentence, error);
  }
}
