import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseJavaProperties } from '../../util/java-properties.ts';

/** `name=value` words; without `=` the value is empty, as CommandLineUtils.parseKeyValueArgs reads them. */
export function keyValueWords(words: readonly string[]): Map<string, string> {
  return new Map(
    words.map((word) => {
      const at = word.indexOf('=');
      return at < 0 ? [word, ''] : [word.slice(0, at), word.slice(at + 1)];
    }),
  );
}

/** A server.properties with overrides on top. Throws the system's error when the file cannot be read. */
export function serverProperties(file: string, overrides: readonly string[]): Map<string, string> {
  return new Map([...parseJavaProperties(readFileSync(file)), ...keyValueWords(overrides)]);
}

/** The log directories a server.properties names, as absolute paths; for finding the server that runs on them. */
export function configuredLogDirs(file: string): string[] {
  const properties = serverProperties(file, []);
  const names = properties.get('log.dirs') ?? properties.get('log.dir') ?? '/tmp/kafka-logs';
  return names
    .split(',')
    .filter((name) => name.trim() !== '')
    .map((name) => resolve(name.trim()));
}
