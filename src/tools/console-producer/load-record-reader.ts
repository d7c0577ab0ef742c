import { JavaError } from '../../util/java-error.ts';
import { isModulePath, loadUserModule, userFailure } from '../user-module.ts';
import { type RecordReader } from './record-reader.ts';

export const LINE_MESSAGE_READER = 'org.apache.kafka.tools.LineMessageReader';

const INTERFACE = 'org.apache.kafka.tools.api.RecordReader';
/** Classes that exist in every JVM and are no readers: Java finds that out after loading them. */
const OTHER_CLASS = /^java\.(lang\.(Object|String|Exception|Thread|Error)|util\.(ArrayList|HashMap|Properties|Date))$/;

/** The user's reader, configured; null for the built-in line reader. Throws JavaError as Java does for a class that is none. */
export async function loadRecordReader(
  name: string,
  properties: ReadonlyMap<string, string>,
): Promise<RecordReader | null> {
  if (name === LINE_MESSAGE_READER) return null;
  if (!isModulePath(name)) throw classFailure(name);
  const reader = await loadUserModule(name);
  if (!isRecordReader(reader)) {
    throw new JavaError('java.lang.IllegalArgumentException', `The reader must implement ${INTERFACE} interface`);
  }
  try {
    await reader.configure?.(Object.fromEntries(properties));
  } catch (error) {
    throw userFailure(name, error);
  }
  return reader;
}

function classFailure(name: string): JavaError {
  if (name === INTERFACE) return new JavaError('java.lang.NoSuchMethodException', `${INTERFACE}.<init>()`);
  if (OTHER_CLASS.test(name)) {
    return new JavaError('java.lang.IllegalArgumentException', `The reader must implement ${INTERFACE} interface`);
  }
  return new JavaError('java.lang.ClassNotFoundException', name);
}

function isRecordReader(value: unknown): value is RecordReader {
  return (
    typeof value === 'object' && value !== null && 'readRecords' in value && typeof value.readRecords === 'function'
  );
}
