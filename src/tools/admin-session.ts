import { openAdmin } from '../client/admin/open-admin.ts';
import { type Cluster } from '../client/index.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { readPropertiesFile } from './property-sources.ts';

/** Which cluster an admin tool speaks to. */
export interface ClusterAddress {
  readonly bootstrapServers?: string | undefined;
  readonly bootstrapControllers?: string | undefined;
  /** File with client settings (--command-config). */
  readonly configFile?: string | undefined;
  readonly connectPatienceMs?: number | undefined;
  /** Wins over a client.id in the file. */
  readonly clientId?: string;
  /** Settings where the file has none. */
  readonly defaults?: Readonly<Record<string, string>>;
}

/** A cluster that is open; commands hand it from one action to the next. */
export type Session = Cluster;

/** An open cluster; the caller closes it. Throws what openAdmin throws, and the failure to read the file. */
export async function openSession(address: ClusterAddress, context: ToolContext): Promise<Cluster> {
  const { configFile, clientId, defaults, ...target } = address;
  const properties = await readPropertiesFile(configFile);
  for (const [name, value] of Object.entries(defaults ?? {})) if (!properties.has(name)) properties.set(name, value);
  if (clientId !== undefined) properties.set('client.id', clientId);
  return openAdmin({ ...target, properties }, context);
}

/** Opens a cluster, works with it, closes it. */
export async function withSession<T>(
  address: ClusterAddress,
  context: ToolContext,
  work: (cluster: Cluster) => Promise<T>,
): Promise<T> {
  const cluster = await openSession(address, context);
  try {
    return await work(cluster);
  } finally {
    cluster.close();
  }
}
