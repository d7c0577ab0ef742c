import { isIP } from 'node:net';
import { type ConnectionOptions } from 'node:tls';
import { type ChannelTraffic, RequestChannel, TransportError } from '../transport/index.ts';
import { type Clock } from '../util/clock.ts';
import { type NamedLogger } from '../util/log-lines.ts';
import { Connection } from './connection.ts';
import { AuthenticationError, ClosedError, ConnectionError } from './errors.ts';
import { type ClientSettings, exponentialBackoffMs } from './settings.ts';
import { wait } from './wait.ts';

export interface BrokerNode {
  /** Negative: an address of the bootstrap list whose broker is not known yet. */
  readonly id: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

export interface LinkContext {
  readonly settings: ClientSettings;
  readonly clock: Clock;
  /** Lines appear as those of Java's NetworkClient. */
  readonly logger: NamedLogger;
  /** `[AdminClient clientId=adminclient-1] `. */
  readonly logPrefix: string;
  readonly isBootstrapReported: boolean;
  readonly tls: ConnectionOptions | undefined;
  readonly signal: AbortSignal;
  /** Where connections to that node are counted. */
  trafficOf(nodeId: number): ChannelTraffic;
}

/**
 * The one connection to a node (per lane): made when first needed, made again after it was lost, with a growing pause after
 * each failure. Calls that want it at the same time share one attempt.
 */
export class NodeLink {
  readonly node: BrokerNode;
  private readonly context: LinkContext;
  private connection: Connection | null = null;
  private opening: Promise<Connection> | null = null;
  private failures = 0;
  private notBeforeMs = 0;
  private lastUsedMs = 0;
  private reauthenticateAtMs = Number.POSITIVE_INFINITY;
  /** Why the last attempt failed; null after a success. */
  lastFailure: ConnectionError | AuthenticationError | null = null;

  constructor(node: BrokerNode, context: LinkContext, connection: Connection | null = null) {
    this.node = node;
    this.context = context;
    if (connection) this.adopt(connection);
  }

  get isReady(): boolean {
    return this.connection?.channel.isOpen === true;
  }

  get pendingCount(): number {
    return this.connection?.channel.pendingCount ?? 0;
  }

  /** How long until another attempt is allowed; 0 when the link is up or may be tried. */
  get pauseMs(): number {
    return this.isReady ? 0 : Math.max(0, this.notBeforeMs - this.context.clock.now());
  }

  /** Waits out the pause, then connects. Throws ConnectionError, AuthenticationError, ClosedError. */
  async open(): Promise<Connection> {
    const now = this.context.clock.now();
    const { connection } = this;
    if (connection?.channel.isOpen) {
      const isIdle = connection.channel.pendingCount === 0;
      const isOld = now - this.lastUsedMs > this.context.settings.maxIdleMs || now >= this.reauthenticateAtMs;
      if (!(isIdle && isOld)) {
        this.lastUsedMs = now;
        return connection;
      }
      this.connection = null;
      connection.close();
    }
    this.opening ??= this.attempt().finally(() => {
      this.opening = null;
    });
    return this.opening;
  }

  /** Hands the connection over to a link that reaches the same broker under its real id. */
  release(): Connection | null {
    const { connection } = this;
    this.connection = null;
    return connection;
  }

  close(): void {
    this.connection?.close();
    this.connection = null;
  }

  private adopt(connection: Connection): void {
    const { clock, settings } = this.context;
    this.connection = connection;
    this.failures = 0;
    this.lastFailure = null;
    this.lastUsedMs = clock.now();
    void connection.channel.closed.then(() => {
      if (this.connection !== connection) return;
      this.connection = null;
      this.notBeforeMs = clock.now() + settings.reconnectBackoffMs;
    });
  }

  private async attempt(): Promise<Connection> {
    const { clock, settings, signal } = this.context;
    await wait(clock, this.pauseMs, signal);
    try {
      const connection = await this.connect();
      this.adopt(connection);
      return connection;
    } catch (error) {
      if (signal.aborted) throw new ClosedError();
      const failure = this.describe(error);
      this.failures++;
      this.lastFailure = failure;
      const pauseMs = exponentialBackoffMs(settings.reconnectBackoffMs, settings.reconnectBackoffMaxMs, this.failures);
      this.notBeforeMs = clock.now() + pauseMs;
      throw failure;
    }
  }

  private async connect(): Promise<Connection> {
    const { settings, signal, clock } = this.context;
    const { host, port } = this.node;
    const { tls } = this.context;
    const traffic = this.context.trafficOf(this.node.id);
    const connectTimeoutMs = Math.min(settings.connectTimeoutMs * 2 ** this.failures, settings.connectTimeoutMaxMs);
    const channel = await RequestChannel.connect({
      host: host || 'localhost',
      port,
      tls,
      connectTimeoutMs,
      signal,
      traffic,
    });
    const connection = new Connection(channel, settings.clientId);
    try {
      await connection.negotiate(settings.requestTimeoutMs);
      if (settings.securityProtocol.startsWith('SASL')) {
        const { authenticate } = await import('./security/sasl.ts');
        const lifetimeMs = await authenticate(connection, settings);
        // Java renews between 85 and 95 % of the session; a new connection does the same for us.
        this.reauthenticateAtMs = lifetimeMs > 0 ? clock.now() + lifetimeMs * 0.85 : Number.POSITIVE_INFINITY;
      }
    } catch (error) {
      connection.close();
      throw error;
    }
    return connection;
  }

  /** Turns a failure into ours, with the log line that Java writes for it. */
  private describe(error: unknown): ConnectionError | AuthenticationError {
    const { logger, logPrefix, isBootstrapReported } = this.context;
    const log = logger.named('org.apache.kafka.clients.NetworkClient');
    const { id, host, port } = this.node;
    const where = `Connection to node ${id} (${javaAddress(this.node, error)})`;
    if (error instanceof TransportError && error.failure === 'tls-failed' && !isReset(error)) {
      error = new AuthenticationError('SslAuthentication', 'SSL handshake failed', error);
    } else if (codesOf(error instanceof Error ? error.cause : error).some((code) => code.startsWith('ERR_SSL_'))) {
      // In TLS 1.3 a broker refuses our certificate only after the handshake is over for us.
      error = new AuthenticationError('SslAuthentication', 'Failed to process post-handshake messages', error);
    }
    if (error instanceof AuthenticationError) {
      log.log('ERROR', `${logPrefix}${where} failed authentication due to: ${error.message}`);
      return error;
    }
    if (error instanceof TransportError && error.failure === 'tls-failed') {
      log.log(
        'WARN',
        `${logPrefix}${where} terminated during authentication. This may happen due to any of the following reasons: (1) Firewall blocking Kafka TLS traffic (eg it may only allow HTTPS traffic), (2) Transient network issue.`,
      );
    } else if (error instanceof TransportError) {
      log.log('WARN', `${logPrefix}${where} could not be established. Node may not be available.`);
    }
    if (isBootstrapReported && id < 0) {
      log.log(
        'WARN',
        `${logPrefix}Bootstrap broker ${host}:${port} (id: ${id} rack: null isFenced: false) disconnected`,
      );
    }
    const cause = error instanceof Error ? error : undefined;
    const inner = cause?.cause instanceof TransportError ? cause.cause : cause;
    const isHopeless = !(inner instanceof TransportError) || inner.failure === 'protocol';
    return new ConnectionError(plainReason(this.node, inner) ?? String(error), { isHopeless, cause });
  }
}

/** Codes of the operating system in words. */
const REASONS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'nobody listens there',
  EHOSTUNREACH: 'the host cannot be reached',
  ENETUNREACH: 'the network cannot be reached',
  ENOTFOUND: 'there is no such host',
  ETIMEDOUT: 'no answer',
};

/** What a person reads about a connection that was not made. */
function plainReason({ host, port }: BrokerNode, error: Error | undefined): string | undefined {
  if (!(error instanceof TransportError)) return error?.message;
  const reason = REASONS[codesOf(error)[0] ?? ''];
  if (reason !== undefined) return `Cannot connect to ${host}:${port}: ${reason}`;
  return error.message.includes(`${port}`) ? error.message : `Cannot connect to ${host}:${port}: ${error.message}`;
}

/** The other side hung up during the TLS handshake, which says nothing about certificates. */
function isReset(error: TransportError): boolean {
  return codesOf(error).some((code) => code === 'ECONNRESET' || code === 'EPIPE');
}

/** Java's InetSocketAddress as text: `/127.0.0.1:9092`, `localhost/127.0.0.1:9092`, `/[0:0:0:0:0:0:0:1]:9092`. */
export function javaAddress(node: { host: string; port: number }, error?: unknown): string {
  const { host, port } = node;
  const family = isIP(host);
  if (family === 4) return `/${host}:${port}`;
  if (family === 6) return `/[${longIpv6(host)}]:${port}`;
  const address =
    (error === undefined ? undefined : failedAddress(error)) ??
    (host === 'localhost' || host === '' ? '127.0.0.1' : undefined);
  const name = host || 'localhost';
  if (address === undefined) return `${name}/<unresolved>:${port}`;
  return isIP(address) === 6 ? `${name}/[${longIpv6(address)}]:${port}` : `${name}/${address}:${port}`;
}

interface SystemError {
  readonly code?: string;
  readonly address?: string;
}

/** What the operating system said: once, or once for each address of a name. */
function systemErrors(error: unknown): readonly SystemError[] {
  const { cause } = (error ?? {}) as { cause?: SystemError & { errors?: readonly SystemError[] } };
  return cause?.errors ?? (cause ? [cause] : []);
}

function codesOf(error: unknown): string[] {
  return systemErrors(error).map(({ code = '' }) => code);
}

/** The address that was tried; Java takes the first, and prefers IPv4. */
function failedAddress(error: unknown): string | undefined {
  const addresses = systemErrors(error).flatMap(({ address = '' }) => (isIP(address) === 0 ? [] : [address]));
  return addresses.find((one) => isIP(one) === 4) ?? addresses[0];
}

function longIpv6(address: string): string {
  const [head = '', tail] = address.split('::');
  const left = head === '' ? [] : head.split(':');
  const right = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : 8 - left.length - right.length;
  const groups = [...left, ...new Array<string>(zeros).fill('0'), ...right];
  return groups.map((one) => one.replace(/^0+(?=.)/, '').toLowerCase()).join(':');
}
