import { readFile } from 'node:fs/promises';
import { parseJavaProperties } from '../util/java-properties.ts';
import { UsageError } from '../util/usage-error.ts';

/** The settings of a properties file; none without a path. */
export async function readPropertiesFile(path: string | undefined): Promise<Map<string, string>> {
  return path === undefined ? new Map() : parseJavaProperties(await readFile(path));
}

/** The same for tools that take a file which is not there for a mistake of the command line. */
export async function readNamedPropertiesFile(path: string | undefined): Promise<Map<string, string>> {
  try {
    return await readPropertiesFile(path);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') throw new UsageError(path ?? '');
    throw error;
  }
}

/**
 * `key=value` texts, split at the first `=`; without one, or with nothing behind it, the value is empty. The last of a name wins.
 * Source: CommandLineUtils.parseKeyValueArgs.
 */
export function keyValues(texts: readonly string[]): Map<string, string> {
  return new Map(
    texts.map((text) => {
      const at = text.indexOf('=');
      return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
