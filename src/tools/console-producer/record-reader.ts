import { pathToFileURL } from 'node:url';
import { JavaError } from '../../util/java-error.ts';

/** One record as a reader of the user's own gives it. Text is sent as UTF-8. */
export interface ReadRecord {
  /** Absent: the topic of the command line. */
  readonly topic?: string;
  readonly key?: Uint8Array | string | null;
  readonly value?: Uint8Array | string | null;
  readonly headers?: Iterable<readonly [key: string, value: Uint8Array | string | null]>;
  /** Absent: the partitioner decides. */
  readonly partition?: number;
  /** Milliseconds since the epoch; absent: now. */
  readonly timestamp?: number;
}

/**
 * What `--line-reader ./my-reader.js` loads: the module's default export, an object of this shape or a class of it without
 * constructor arguments. It stands where Java takes the name of a class that implements RecordReader.
 *
 *     export default class {
 *       configure(properties) { this.prefix = properties.prefix ?? ''; }     // --reader-property, --reader-config, topic
 *       async *readRecords(input) {                                          // input: chunks of bytes of stdin
 *         for await (const chunk of input) yield { value: this.prefix + chunk };
 *       }
 *       close() {}                                                           // always called at the end
 *     }
 */
export interface RecordReader {
  configure?(properties: Readonly<Record<string, string>>): void | Promise<void>;
  readRecords(input: AsyncIterable<Uint8Array>): AsyncIterable<ReadRecord> | Iterable<ReadRecord>;
  close?(): void | Promise<void>;
}

export const LINE_MESSAGE_READER = 'org.apache.kafka.tools.LineMessageReader';

const INTERFACE = 'org.apache.kafka.tools.api.RecordReader';
/** Classes that exist in every JVM and are no readers: Java finds that out after loading them. */
const OTHER_CLASS = /^java\.(lang\.(Object|String|Exception|Thread|Error)|util\.(ArrayList|HashMap|Properties|Date))$/;
const MODULE_PATH = /[/\\]|\.[cm]?[jt]s$/;

/** The user's reader, configured; null for the built-in line reader. Throws JavaError as Java does for a class that is none. */
export async function loadRecordReader(
  name: string,
  properties: ReadonlyMap<string, string>,
): Promise<RecordReader | null> {
  if (name === LINE_MESSAGE_READER) return null;
  if (!MODULE_PATH.test(name)) throw classFailure(name);
  const module = (await import(pathToFileURL(name).href)) as { default?: unknown };
  const reader = instantiate(module.default);
  if (!isRecordReader(reader)) {
    throw new JavaError('java.lang.IllegalArgumentException', `The reader must implement ${INTERFACE} interface`);
  }
  await reader.configure?.(Object.fromEntries(properties));
  return reader;
}

function classFailure(name: string): JavaError {
  if (name === INTERFACE) return new JavaError('java.lang.NoSuchMethodException', `${INTERFACE}.<init>()`);
  if (OTHER_CLASS.test(name)) {
    return new JavaError('java.lang.IllegalArgumentException', `The reader must implement ${INTERFACE} interface`);
  }
  return new JavaError('java.lang.ClassNotFoundException', name);
}

function instantiate(exported: unknown): unknown {
  if (typeof exported !== 'function') return exported;
  return new (exported as new () => unknown)();
}

function isRecordReader(value: unknown): value is RecordReader {
  return (
    typeof value === 'object' && value !== null && 'readRecords' in value && typeof value.readRecords === 'function'
  );
}
