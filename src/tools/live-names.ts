import { listGroups } from '../client/admin/groups.ts';
import { listTopics } from '../client/admin/topics.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, withSession } from './admin-session.ts';
import { pause } from './pause.ts';

export type LiveKind = 'topics' | 'groups';

/** A person waits with a finger on the key. */
const PATIENCE_MS = 1500;
const ADDRESS_OPTIONS = {
  bootstrapServers: ['bootstrap-server', 'b'],
  bootstrapControllers: ['bootstrap-controller', 'C'],
  configFile: ['command-config', 'c', 'consumer.config', 'producer.config', 'admin.config'],
} as const;

/** Sorted names; none when the cluster does not answer at once. */
export async function liveNames(kind: LiveKind, address: ClusterAddress, context: ToolContext): Promise<string[]> {
  const defaults = { 'default.api.timeout.ms': String(PATIENCE_MS), 'request.timeout.ms': String(PATIENCE_MS) };
  const quick = { ...address, defaults, connectPatienceMs: PATIENCE_MS };
  const names = withSession(quick, context, async (cluster) =>
    kind === 'topics'
      ? (await listTopics(cluster)).map(({ name }) => name)
      : (await listGroups(cluster, { timeoutMs: PATIENCE_MS })).map(({ groupId }) => groupId),
  );
  const answered = new AbortController();
  const late = pause({ clock: context.clock, signal: answered.signal }, PATIENCE_MS).then(() => []);
  try {
    return (await Promise.race([names, late])).sort();
  } finally {
    answered.abort();
  }
}

/** The cluster that a command line names so far; undefined: none. */
export function addressIn(words: readonly string[]): ClusterAddress | undefined {
  const found = Object.entries(ADDRESS_OPTIONS).flatMap(([key, names]) => {
    const value = names.map((name) => optionValue(words, name)).find((one) => one !== undefined);
    return value === undefined ? [] : [[key, value] as const];
  });
  const address: ClusterAddress = Object.fromEntries(found);
  return address.bootstrapServers === undefined && address.bootstrapControllers === undefined ? undefined : address;
}

/** The last value of an option in words as a shell has them: `--name value`, `--name=value`, with one dash or two. */
export function optionValue(words: readonly string[], name: string): string | undefined {
  let found: string | undefined;
  for (const [at, word] of words.entries()) {
    const [, option, value] = /^--?([^=]+)(?:=(.*))?$/.exec(word) ?? [];
    if (option === name) found = value ?? words[at + 1] ?? found;
  }
  return found;
}
