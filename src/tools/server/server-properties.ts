import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { parseJavaProperties } from '../../util/java-properties.ts';
import { keyValues } from '../property-sources.ts';

/** A server.properties with overrides on top. Throws the system's error when the file cannot be read. */
export function serverProperties(file: string, overrides: readonly string[]): Map<string, string> {
  return new Map([...parseJavaProperties(readFileSync(file)), ...keyValues(overrides)]);
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
