import { type ClusterNode, describeCluster, unregisterBroker as unregister } from '../client/admin/cluster.ts';
import { UnsupportedVersionError } from '../client/index.ts';
import { KafkaError } from '../protocol/errors.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, withSession } from './admin-session.ts';
import { executionFailure, failingAs } from './java-failures.ts';

/** Null: the brokers are too old to have one. */
export function clusterId(address: ClusterAddress, context: ToolContext): Promise<string | null> {
  return withSession(address, context, async (cluster) => {
    return (await failingAs(executionFailure, () => describeCluster(cluster))).clusterId;
  });
}

/** False: the cluster does not know this request. */
export function unregisterBroker(address: ClusterAddress, brokerId: number, context: ToolContext): Promise<boolean> {
  return withSession(address, context, async (cluster) => {
    try {
      await unregister(cluster, brokerId);
      return true;
    } catch (error) {
      if (isUnsupported(error)) return false;
      throw executionFailure(error);
    }
  });
}

export interface Endpoints {
  readonly kind: 'broker' | 'controller';
  readonly nodes: readonly ClusterNode[];
}

/** A text instead: why the cluster cannot tell. */
export async function listEndpoints(
  address: ClusterAddress,
  { includeFencedBrokers = false },
  context: ToolContext,
): Promise<Endpoints | string> {
  const kind = address.bootstrapControllers === undefined ? 'broker' : 'controller';
  if (includeFencedBrokers && kind === 'controller') {
    throw new JavaError(
      'java.lang.IllegalArgumentException',
      'The option --include-fenced-brokers is only supported with --bootstrap-server option',
    );
  }
  return withSession(address, context, async (cluster) => {
    try {
      return { kind, nodes: (await describeCluster(cluster, { includeFencedBrokers })).nodes };
    } catch (error) {
      if (isUnsupported(error)) return (error as Error).message;
      throw executionFailure(error);
    }
  });
}

function isUnsupported(error: unknown): boolean {
  return (
    error instanceof UnsupportedVersionError || (error instanceof KafkaError && error.error === 'UNSUPPORTED_VERSION')
  );
}

/** Endpoints in the columns of Kafka's tool. Source: ClusterTool.listEndpoints. */
export function endpointsText({ kind, nodes }: Endpoints): string {
  const widest = (texts: readonly string[], otherwise: number) =>
    texts.length === 0 ? otherwise : Math.max(...texts.map((text) => text.length));
  const hostWidth = widest(
    nodes.map(({ host }) => host),
    100,
  );
  const rackWidth = widest(
    nodes.map(({ rack }) => rack ?? '').filter((rack) => rack !== ''),
    10,
  );
  const line = (id: string, host: string, port: string, rack: string, state: string, type: string) => {
    const stateColumn = kind === 'broker' ? `${state.padEnd(10)} ` : '';
    return `${id.padEnd(10)} ${host.padEnd(hostWidth)} ${port.padEnd(10)} ${rack.padEnd(rackWidth)} ${stateColumn}${type.padEnd(15)}\n`;
  };
  const rows = nodes.map(({ id, host, port, rack, isFenced }) =>
    line(`${id}`, host, `${port}`, `${rack}`, isFenced ? 'fenced' : 'unfenced', kind),
  );
  return `${line('ID', 'HOST', 'PORT', 'RACK', 'STATE', 'ENDPOINT_TYPE')}${rows.join('')}`;
}
