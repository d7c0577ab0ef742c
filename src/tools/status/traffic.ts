import { parseExposition, type Sample } from '../../util/exposition.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { UsageError } from '../../util/usage-error.ts';
import { pause } from '../pause.ts';

export interface MetricsAddress {
  readonly host: string;
  readonly port: number;
}

/** What a broker did, from two looks at its metrics port. Rates are per second of the time between. */
export interface Traffic {
  readonly health: string;
  readonly uptimeSeconds: number;
  readonly messagesIn: number;
  readonly messagesInPerSecond: number;
  readonly bytesInPerSecond: number;
  readonly bytesOutPerSecond: number;
  readonly requestsPerSecond: number;
  readonly failedRequestsPerSecond: number;
  readonly connectionCount: number;
  readonly memoryBytes: number;
  /** 1 is one processor. */
  readonly cpuShare: number;
}

type Metrics = ReadonlyMap<string, readonly Sample[]>;
const TIMEOUT_MS = 5000;

/** Throws UsageError. */
export function parseMetricsAddress(text: string): MetricsAddress {
  const [, host, port] = /^(?:http:\/\/)?(.+):(\d+)(?:\/.*)?$/.exec(text) ?? [];
  if (host === undefined || Number(port) > 65_535) throw new UsageError(`${text} is no HOST:PORT`);
  return { host, port: Number(port) };
}

/** Looks twice. Throws JavaError when nobody answers as a broker's metrics port does. */
export async function trafficOf(address: MetricsAddress, lookMs: number, context: ToolContext): Promise<Traffic> {
  const first = await look(address);
  const begin = context.clock.now();
  await pause(context, lookMs);
  const second = await look(address);
  const now = context.clock.now();
  const seconds = Math.max(now - begin, 1) / 1000;
  const sum = (metrics: Metrics, name: string): number =>
    (metrics.get(name) ?? []).reduce((total, { value }) => total + value, 0);
  const rate = (name: string): number => (sum(second, name) - sum(first, name)) / seconds;
  return {
    health: await healthOf(address),
    uptimeSeconds: Math.max(0, Math.round(now / 1000 - sum(second, 'process_start_time_seconds'))),
    messagesIn: sum(second, 'kafka_server_messages_in_total'),
    messagesInPerSecond: rate('kafka_server_messages_in_total'),
    bytesInPerSecond: rate('kafka_server_bytes_in_total'),
    bytesOutPerSecond: rate('kafka_server_bytes_out_total'),
    requestsPerSecond: rate('kafka_network_requests_total'),
    failedRequestsPerSecond:
      rate('kafka_server_failed_produce_requests_total') + rate('kafka_server_failed_fetch_requests_total'),
    connectionCount: sum(second, 'kafka_network_connections'),
    memoryBytes: sum(second, 'process_resident_memory_bytes'),
    cpuShare: rate('process_cpu_seconds_total'),
  };
}

async function look(address: MetricsAddress): Promise<Metrics> {
  const { ok, text } = await get(address, '/metrics');
  const metrics = parseExposition(text);
  if (!ok || !metrics.has('process_start_time_seconds')) throw unreachable(address, 'this is no port of klamm metrics');
  return metrics;
}

async function healthOf(address: MetricsAddress): Promise<string> {
  return (await get(address, '/healthz')).text.trim();
}

async function get(address: MetricsAddress, path: string): Promise<{ ok: boolean; text: string }> {
  const host = address.host.includes(':') ? `[${address.host}]` : address.host;
  try {
    const response = await fetch(`http://${host}:${address.port}${path}`, { signal: AbortSignal.timeout(TIMEOUT_MS) });
    return { ok: response.ok, text: await response.text() };
  } catch (error) {
    throw unreachable(address, ((error as Error).cause as Error | undefined)?.message ?? (error as Error).message);
  }
}

function unreachable({ host, port }: MetricsAddress, why: string): JavaError {
  return new JavaError('java.io.IOException', `No metrics from ${host}:${port}: ${why}`);
}
