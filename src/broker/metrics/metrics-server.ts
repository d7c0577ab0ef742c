import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { EXPOSITION_TYPE, exposition, type Family } from '../../util/exposition.ts';
import { JavaError } from '../../util/java-error.ts';

export interface MetricsListener {
  readonly host: string;
  /** 0 takes a free one. */
  readonly port: number;
}

export interface MetricsServer extends MetricsListener {
  close(): Promise<void>;
}

/** `/metrics` for Prometheus; `/healthz` is 200 while the broker serves, else 503 with the reason. */
export async function startMetricsServer(
  listener: MetricsListener,
  source: { families: () => Iterable<Family>; trouble: () => string | null },
): Promise<MetricsServer> {
  const server = createServer((request, response) => {
    const reply = (status: number, type: string, text: string): void => {
      response.writeHead(status, { 'content-type': type, 'content-length': Buffer.byteLength(text) });
      response.end(request.method === 'HEAD' ? undefined : text);
    };
    const [path] = (request.url ?? '').split('?');
    if (request.method !== 'GET' && request.method !== 'HEAD') reply(405, 'text/plain', 'GET only\n');
    else if (path === '/metrics') reply(200, EXPOSITION_TYPE, exposition(source.families()));
    else if (path === '/healthz') {
      const trouble = source.trouble();
      reply(trouble === null ? 200 : 503, 'text/plain', `${trouble ?? 'ok'}\n`);
    } else reply(404, 'text/plain', 'Here are /metrics and /healthz\n');
  });
  // A scraper asks and goes; nobody may keep the broker from stopping.
  server.headersTimeout = 5000;
  server.maxConnections = 64;
  await listening(server, listener);
  return {
    host: listener.host,
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function listening(server: Server, { host, port }: MetricsListener): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const why = error.code === 'EADDRINUSE' ? 'Address already in use' : error.message;
      const text = `Metrics server failed to bind to ${host}:${port}: ${why}.`;
      reject(new JavaError('org.apache.kafka.common.KafkaException', text, error));
    });
    server.listen({ host, port }, resolve);
  });
}
