import { type FetchedRecords, type TopicPartition } from '../../client/consumer/index.ts';
import { JavaError } from '../../util/java-error.ts';
import { type NamedLogger } from '../../util/log-lines.ts';
import { UsageError } from '../../util/usage-error.ts';
import { isModulePath } from '../user-module.ts';
import { type OutputChunks } from './output-chunks.ts';

export type FormatterProperties = ReadonlyMap<string, string>;

/** Records as a cursor, out of a partition or out of a share group. */
export interface RecordsToShow extends Pick<FetchedRecords, 'cursor' | 'currentBatch' | 'handedOut' | 'next'> {
  readonly partition: TopicPartition;
  /** Of share groups: how often the record was handed out. */
  readonly deliveryCount?: number;
}

/** Turns records into output, one at a time. */
export interface Formatter {
  /** Writes the record the cursor stands on. Throws JavaError when it cannot be shown; what came before it stays written. */
  write(records: RecordsToShow, output: OutputChunks): void;
  /**
   * Only where a record can never fail: writes records until they end, `limit` of them are done, or the output is full. The
   * hot path: no object per record.
   */
  writeMany?(records: FetchedRecords, output: OutputChunks, limit: number): void;
  /** At the end, also after a failure. */
  close?(): Promise<void>;
}

type Make = (properties: FormatterProperties, logger: NamedLogger) => Promise<Formatter>;

const PACKAGE = 'org.apache.kafka.tools.consumer.';
export const DEFAULT_FORMATTER = `${PACKAGE}DefaultMessageFormatter`;

/** By class name below the package; each is loaded when it is asked for. */
const FORMATTERS: Readonly<Record<string, Make>> = {
  DefaultMessageFormatter: async (properties, logger) =>
    (await import('./default-formatter.ts')).defaultFormatter(properties, logger.named(DEFAULT_FORMATTER)),
  LoggingMessageFormatter: async (properties, logger) =>
    (await import('./logging-formatter.ts')).loggingFormatter(properties, logger),
  NoOpMessageFormatter: async () => ({ write: () => undefined }),
  OffsetsMessageFormatter: async () => (await import('./coordinator-formatters.ts')).offsetsFormatter(),
  GroupMetadataMessageFormatter: async () => (await import('./coordinator-formatters.ts')).groupMetadataFormatter(),
  TransactionLogMessageFormatter: async () => (await import('./coordinator-formatters.ts')).transactionLogFormatter(),
  ShareGroupMessageFormatter: async () => (await import('./coordinator-formatters.ts')).shareGroupFormatter(),
  'group.share.ShareGroupStateMessageFormatter': async () =>
    (await import('./coordinator-formatters.ts')).shareGroupStateFormatter(),
};

/**
 * By class name, or by the path of a module (message-formatter.ts). Undefined: there is no such class. Throws JavaError for a module
 * that cannot be used.
 */
export async function findFormatter(
  className: string,
  properties: FormatterProperties,
  logger: NamedLogger,
): Promise<Formatter | undefined> {
  if (isModulePath(className)) return (await import('./user-formatter.ts')).userFormatter(className, properties);
  if (!className.startsWith(PACKAGE)) return undefined;
  const name = className.slice(PACKAGE.length);
  return Object.hasOwn(FORMATTERS, name) ? FORMATTERS[name]?.(properties, logger) : undefined;
}

/** What --formatter names, as JSON lines instead where that is wanted of the default one. Throws UsageError, undefined as above. */
export async function chooseFormatter(
  className: string,
  properties: FormatterProperties,
  wants: { readonly json: boolean },
  logger: NamedLogger,
): Promise<Formatter | undefined> {
  if (wants.json && className === DEFAULT_FORMATTER) {
    return (await import('./json-lines-formatter.ts')).jsonLinesFormatter(properties, logger);
  }
  return findFormatter(className, properties, logger).catch((error: unknown) => {
    if (!(error instanceof JavaError)) throw error;
    throw new UsageError(error.message, false);
  });
}
