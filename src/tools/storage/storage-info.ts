import { statSync } from 'node:fs';
import { type MetaProperties, metaPropertiesPath, readLogDirectories } from '../../broker/cluster/index.ts';
import { nodeFileSystem } from '../../broker/log/index.ts';
import { readServerConfig, storageDirectories } from './server-file.ts';

export interface StorageInfo {
  readonly directories: readonly string[];
  /** Of the first directory that says something. */
  readonly metadata: MetaProperties | null;
  readonly problems: readonly string[];
}

/** What the log directories of a server.properties hold. Throws what reading and checking the file throws. */
export function storageInfo(configFile: string): StorageInfo {
  const directories: string[] = [];
  const problems: string[] = [];
  let metadata: MetaProperties | null = null;
  const mismatches = new Set<string>();
  for (const path of storageDirectories(readServerConfig(configFile))) {
    const state = statSync(path, { throwIfNoEntry: false });
    if (state === undefined) {
      problems.push(`${path} does not exist`);
      continue;
    }
    if (!state.isDirectory()) {
      problems.push(`${path} is not a directory`);
      continue;
    }
    directories.push(path);
    const { formatted, failed } = readLogDirectories(nodeFileSystem, [path]);
    const failure = failed.get(path);
    const own = formatted.get(path);
    if (failure !== undefined) {
      const reason = failure instanceof Error ? failure.message : String(failure);
      problems.push(`Error loading ${metaPropertiesPath(path)}: ${reason}`);
    } else if (own === undefined) {
      problems.push(`${path} is not formatted.`);
    } else {
      if (metadata !== null && metadata.nodeId !== own.nodeId) mismatches.add('node');
      if (metadata !== null && metadata.clusterId !== own.clusterId) mismatches.add('cluster');
      metadata ??= own;
    }
  }
  for (const what of mismatches) problems.push(`Mismatched ${what} IDs between storage directories.`);
  return { directories, metadata, problems };
}
