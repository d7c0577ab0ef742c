import { JavaError } from '../../util/java-error.ts';
import { UsageError } from '../../util/usage-error.ts';
import { type Face } from './face.ts';
import { differs } from './face-differences.ts';

/** Failures of Node's file functions, as java.nio.file names them; the message is the path as the user gave it. */
const FILE_EXCEPTIONS: Readonly<Record<string, string>> = {
  ENOENT: 'java.nio.file.NoSuchFileException',
  EACCES: 'java.nio.file.AccessDeniedException',
  EPERM: 'java.nio.file.AccessDeniedException',
};

/** Any failure as the Java exception that Kafka's tool would have met. Our own bugs come out as RuntimeException. */
export async function asJavaError(error: unknown): Promise<JavaError> {
  if (error instanceof JavaError) return error;
  if (!isError(error)) return new JavaError('java.lang.RuntimeException', String(error));
  if (error.name === 'KafkaError') {
    const { KafkaError, exceptionClass } = await import('./kafka-failure.ts');
    if (error instanceof KafkaError) return new JavaError(exceptionClass(error), error.message, error.cause);
  }
  const named = classNameOf(error);
  if (named !== undefined) return new JavaError(named, error.message, error.cause);
  const { code, path } = error as NodeJS.ErrnoException;
  // Reading a directory fails after it was opened: Node then has no path to tell.
  if (code === 'EISDIR') return new JavaError('java.io.IOException', 'Is a directory');
  const fileException = code === undefined ? undefined : FILE_EXCEPTIONS[code];
  if (fileException !== undefined && typeof path === 'string') return new JavaError(fileException, path);
  return new JavaError('java.lang.RuntimeException', error.message, error);
}

/** For `catch`: under its own name, Kafka's tool takes whatever goes wrong here for a matter of usage. */
export function asUsageError(face: Face): (error: unknown) => Promise<never> {
  return async (error) => {
    if (differs('failureForm', face.name) === 'one-line') throw error;
    throw new UsageError((await asJavaError(error)).message);
  };
}

/** Also of another realm: Node's own modules and a test runner's sandbox do not share one Error. */
function isError(value: unknown): value is Error {
  return value instanceof Error || Object.prototype.toString.call(value) === '[object Error]';
}

/** Errors of other rooms name their Java class themselves: `javaClass` (client), `exceptionClass` (configurations). */
function classNameOf(error: Error): string | undefined {
  for (const key of ['javaClass', 'exceptionClass'] as const) {
    const value = (error as { javaClass?: unknown; exceptionClass?: unknown })[key];
    if (typeof value === 'string') return value;
  }
  return undefined;
}

const FILE_REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EISDIR: 'is a directory',
};

/** One clear sentence for a person. */
export function plainSentence(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const unreachable = connectionFailure(error);
  if (unreachable !== undefined) return unreachable;
  const { code, path } = error as NodeJS.ErrnoException;
  const reason = code === undefined ? undefined : FILE_REASONS[code];
  if (reason !== undefined && path !== undefined) return `${path}: ${reason}`;
  if (!(error instanceof JavaError)) return error.message;
  const { className, message } = unwrapped(error);
  const text = message.trim() || simpleName(className);
  // The exceptions of java.nio.file have nothing but the path for a message.
  return className.startsWith('java.nio.file.') ? `${text}: ${simpleName(className)}` : text;
}

/** Java's ExecutionException and its like only repeat what they wrap; that a client was not made says nothing yet. */
function unwrapped(error: JavaError): JavaError {
  let inner = error;
  while (
    inner.cause instanceof JavaError &&
    (inner.message === inner.cause.toString() || NOT_MADE.test(inner.message))
  ) {
    inner = inner.cause;
  }
  return inner;
}

const NOT_MADE = /^Failed to (?:create new (?:KafkaAdminClient|NetworkClient)|construct kafka (?:consumer|producer))$/;

/** Why no broker could be reached, where time ran out because of that. */
function connectionFailure(error: Error): string | undefined {
  const isExpired = /Timed out waiting for a node assignment|not present in metadata after/.test(error.message);
  if (!isExpired) return undefined;
  let cause: unknown = error;
  while (cause instanceof Error && cause.name !== 'ConnectionError') cause = cause.cause;
  return cause instanceof Error ? cause.message : undefined;
}

function simpleName(className: string): string {
  return className.replace(/^.*\./, '');
}
