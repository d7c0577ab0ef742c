import { readFile } from 'node:fs/promises';
import { JavaError } from '../util/java-error.ts';

/** The text of a plan that a tool is given as a file. Throws JavaError with the causes that Kafka's tools name. */
export async function readPlanFile(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (error) {
    const isDirectory = (error as NodeJS.ErrnoException).code === 'EISDIR';
    const cause = isDirectory
      ? new JavaError('java.io.IOException', 'Is a directory')
      : new JavaError('java.nio.file.NoSuchFileException', file);
    throw new JavaError('java.io.IOException', `Unable to read file ${file}`, cause);
  }
}
