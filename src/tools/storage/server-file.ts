import { readFileSync } from 'node:fs';
import { parseServerConfig, type ServerConfig } from '../../broker/cluster/index.ts';
import { parseJavaProperties } from '../../util/java-properties.ts';

/** A server.properties that a node would start with. Throws the system's error, ConfigError and JavaError. */
export function readServerConfig(file: string): ServerConfig {
  return parseServerConfig(parseJavaProperties(readFileSync(file)));
}

/** Where a node keeps its data, sorted, the metadata log included. */
export function storageDirectories({ logDirs, metadataLogDir }: ServerConfig): string[] {
  return [...new Set([...logDirs, metadataLogDir])].sort();
}
