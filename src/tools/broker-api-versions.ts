import { apiVersions } from '../protocol/messages/18-api-versions.ts';
import { ConfigError } from '../util/config-definition.ts';
import { JavaError } from '../util/java-error.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, openSession } from './admin-session.ts';
import { type ClientApi, clientApis } from './broker-api-versions/client-apis.ts';
import { toJavaError } from './java-failures.ts';

export interface ApiSupport {
  readonly key: number;
  /** Null: an API this client does not know. */
  readonly name: string | null;
  /** Null: the broker does not offer it. */
  readonly range: { readonly min: number; readonly max: number } | null;
  /** Version that both would take; null: none. */
  readonly usable: number | null;
  /** Why there is none. */
  readonly gap: 'node too old' | 'node too new' | null;
}

export interface BrokerApiVersions {
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
  /** In order of key; null: `error` says why not. */
  readonly apis: readonly ApiSupport[] | null;
  readonly error: string | null;
}

/** What each broker offers. Source: org.apache.kafka.tools.BrokerApiVersionsCommand. */
export async function brokerApiVersions(address: ClusterAddress, context: ToolContext): Promise<BrokerApiVersions[]> {
  if (address.bootstrapServers === '') {
    throw new ConfigError(
      "Configuration 'bootstrap.servers' must not be empty. Valid values include: any non-empty value",
    );
  }
  // This tool has a client of its own, which wraps nothing.
  const cluster = await openSession(address, context).catch((error: unknown) => {
    throw error instanceof JavaError && error.cause instanceof JavaError ? error.cause : error;
  });
  try {
    try {
      await cluster.metadata.refresh([], { timeoutMs: cluster.settings.apiTimeoutMs });
    } catch (error) {
      // A failure of our own making is thrown on here.
      toJavaError(error);
      throw new JavaError(
        'java.lang.RuntimeException',
        `Request METADATA failed on brokers ${cluster.bootstrapText}`,
        error,
      );
    }
    const nodes = cluster.metadata.nodes();
    return await Promise.all(
      nodes.map(async ({ id, host, port, rack }) => {
        try {
          const answer = await cluster.send(
            apiVersions,
            { clientSoftwareName: 'klamm', clientSoftwareVersion: '0.1.0' },
            { node: id },
          );
          return { id, host, port, rack, apis: supportOf(answer.apiKeys), error: null };
        } catch (error) {
          const failure = toJavaError(error);
          return { id, host, port, rack, apis: null, error: failure.message };
        }
      }),
    );
  } finally {
    cluster.close();
  }
}

function supportOf(
  offered: readonly { readonly apiKey: number; readonly minVersion: number; readonly maxVersion: number }[],
): ApiSupport[] {
  const known = new Map(clientApis().map((one) => [one.key, one]));
  const all = offered.map(({ apiKey, minVersion, maxVersion }): ApiSupport => {
    const api = known.get(apiKey);
    const range = { min: minVersion, max: maxVersion };
    return {
      key: apiKey,
      name: api?.name ?? null,
      range,
      ...(api ? agreement(api, range) : { usable: null, gap: null }),
    };
  });
  const keys = new Set(all.map(({ key }) => key));
  const missing = [...known.values()].filter(({ key, isForClients }) => isForClients && !keys.has(key));
  const unsupported = missing.map(({ key, name }) => ({ key, name, range: null, usable: null, gap: null }));
  return [...all, ...unsupported].sort((a, b) => a.key - b.key);
}

function agreement(api: ClientApi, range: { min: number; max: number }): Pick<ApiSupport, 'usable' | 'gap'> {
  if (api.last < range.min) return { usable: null, gap: 'node too new' };
  if (range.max < api.first) return { usable: null, gap: 'node too old' };
  return { usable: Math.min(api.last, range.max), gap: null };
}

/** One broker as Kafka's tool prints it. Source: NodeApiVersions.toString. */
export function brokerApiVersionsText({ id, host, port, rack, apis, error }: BrokerApiVersions): string {
  const node = `${host}:${port} (id: ${id} rack: ${rack} isFenced: false)`;
  if (apis === null) return `${node} -> ERROR: ${error}\n`;
  const lines = apis.map(({ key, name, range, usable, gap }) => {
    const title = `${name ?? 'UNKNOWN'}(${key})`;
    if (range === null) return `${title}: UNSUPPORTED`;
    const versions = range.min === range.max ? `${range.min}` : `${range.min} to ${range.max}`;
    const verdict = usable !== null ? ` [usable: ${usable}]` : gap !== null ? ` [unusable: ${gap}]` : '';
    return `${title}: ${versions}${verdict}`;
  });
  return `${node} -> (\n\t${lines.join(',\n\t')}\n)\n`;
}
