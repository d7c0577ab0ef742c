import { createServer, type Server, type Socket } from 'node:net';
import { type Clock, type Timer } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { javaAddress, plainAddress } from './addresses.ts';
import { Connection } from './connection.ts';
import { RequestMemory } from './request-memory.ts';
import { RequestQueue } from './request-queue.ts';
import { SecureSockets } from './secure-sockets.ts';
import {
  type AnswerRequest,
  type BoundListener,
  type ConnectionGate,
  type Listener,
  type SocketServerConfig,
} from './types.ts';

export interface SocketServerOptions {
  /** Looked at for every connection: values may change. */
  readonly config: SocketServerConfig;
  readonly answerRequest: AnswerRequest;
  readonly clock: Clock;
  readonly logger: Logger;
}

/** A listener that could not be opened. `cause` is the operating system's error. */
export class BindError extends Error {
  override name = 'BindError';

  constructor(listener: Listener, cause: NodeJS.ErrnoException) {
    const why = cause.code === 'EADDRINUSE' ? 'Address already in use' : cause.message;
    super(`Socket server failed to bind to ${listener.host || '0.0.0.0'}:${listener.port}: ${why}.`, { cause });
  }
}

interface WaitingSocket {
  readonly socket: Socket;
  readonly listener: Listener;
  isCharged: boolean;
}

/**
 * All listeners and connections of a broker. `bind` takes the ports (clients may connect and wait), `start` begins to
 * answer; `stopRequests` lets what is in work finish, `close` ends everything.
 */
export class SocketServer {
  private readonly options: SocketServerOptions;
  private readonly servers: Server[] = [];
  private readonly connections = new Set<Connection>();
  private readonly memory: RequestMemory;
  private readonly queue: RequestQueue;
  private readonly connectionsPerIp = new Map<string, number>();
  private readonly connectionsPerListener = new Map<string, number>();
  /** Accepted, not yet served: the broker is starting or full. */
  private waiting: WaitingSocket[] = [];
  private gate: ConnectionGate | null = null;
  /** By listener, while connections come too fast to be served. */
  private readonly gateTimers = new Map<string, Timer>();
  /** Too many from their address; open for a while. */
  private readonly refused = new Set<Socket>();
  private isStarted = false;
  private isStopping = false;
  private connectionNumber = 0;
  private unsent = 0;
  private readonly secureSockets = new Map<string, SecureSockets>();
  private idleTimer: Timer | null = null;
  private reportIdle: (() => void) | null = null;

  constructor(options: SocketServerOptions) {
    this.options = options;
    this.memory = new RequestMemory(options.config.queuedMaxRequestBytes);
    this.queue = new RequestQueue(options.config);
  }

  get connectionCount(): number {
    return this.connections.size;
  }

  /** Bytes of answers that wait for slow clients, all connections together. */
  get unsentBytes(): number {
    return this.unsent;
  }

  /** Whole requests that wait for their turn. */
  get queuedRequestCount(): number {
    return this.queue.waitingCount;
  }

  /** Throws BindError; nothing stays open then. */
  async bind(listeners: readonly Listener[]): Promise<BoundListener[]> {
    const bound: BoundListener[] = [];
    try {
      for (const listener of listeners) bound.push(await this.open(listener));
    } catch (error) {
      await this.close();
      throw error;
    }
    return bound;
  }

  start(gate: ConnectionGate | null = null): void {
    this.isStarted = true;
    this.gate = gate;
    const { connectionsMaxIdleMs } = this.options.config;
    if (connectionsMaxIdleMs >= 0) this.watchIdle(Math.max(10, Math.min(connectionsMaxIdleMs / 4, 10_000)));
    this.serveWaiting();
  }

  /** Serves those that waited for a limit which is higher now. */
  limitsChanged(): void {
    this.queue.limitsChanged();
    if (this.isStarted && !this.isStopping) this.serveWaiting();
  }

  /** Closes the listeners and takes no further requests; resolves when those in work are answered. */
  async stopRequests(timeoutMs: number): Promise<void> {
    this.isStopping = true;
    for (const server of this.servers) server.close();
    for (const { socket } of this.waiting) socket.destroy();
    this.waiting = [];
    for (const connection of [...this.connections]) connection.finishAndClose();
    if (this.connections.size === 0) return;
    await new Promise<void>((resolve) => {
      const timer = this.options.clock.after(timeoutMs, resolve);
      this.reportIdle = () => {
        timer.cancel();
        resolve();
      };
    });
  }

  async close(): Promise<void> {
    this.isStopping = true;
    this.idleTimer?.cancel();
    for (const timer of this.gateTimers.values()) timer.cancel();
    for (const { socket } of this.waiting) socket.destroy();
    for (const socket of this.refused) socket.destroy();
    for (const connection of [...this.connections]) connection.destroy();
    for (const secure of this.secureSockets.values()) secure.close();
    await Promise.all(
      this.servers.map((server) => (server.listening ? new Promise((resolve) => server.close(resolve)) : null)),
    );
  }

  private open(listener: Listener): Promise<BoundListener> {
    // Paused until served: a client may connect while the logs are still being recovered.
    const server = createServer({ pauseOnConnect: true, noDelay: true, keepAlive: true }, (socket) =>
      this.onSocket(socket, listener),
    );
    this.servers.push(server);
    if (listener.secure) {
      const { logger } = this.options;
      const serve = (socket: Socket, principal: string) => this.serve(socket, listener, principal);
      this.secureSockets.set(listener.name, new SecureSockets(listener.secure, logger, serve));
    }
    return new Promise((resolve, reject) => {
      server.once('error', (error) => reject(new BindError(listener, error)));
      const { port, host } = listener;
      server.listen({ port, host: host || undefined, backlog: this.options.config.socketListenBacklogSize }, () => {
        server.removeAllListeners('error');
        server.on('error', (error) => this.options.logger.log('ERROR', `Listener ${listener.name} failed`, error));
        resolve({ ...listener, port: (server.address() as { port: number }).port });
      });
    });
  }

  private onSocket(socket: Socket, listener: Listener): void {
    const { config, logger } = this.options;
    const address = plainAddress(socket.remoteAddress ?? '');
    // The peer may be gone before we look at it.
    if (this.isStopping || socket.remoteAddress === undefined) {
      socket.destroy();
      return;
    }
    const delayMs = this.gate?.chargeAddress(address) ?? 0;
    if (delayMs > 0) {
      this.refuseLater(socket, delayMs);
      return;
    }
    const limit = config.maxConnectionsPerIpOverrides.get(address) ?? config.maxConnectionsPerIp;
    const count = this.connectionsPerIp.get(address) ?? 0;
    if (count >= limit) {
      logger.log(
        'INFO',
        `Rejected connection from ${javaAddress(address)}, address already has the configured maximum of ${limit} connections.`,
      );
      socket.destroy();
      return;
    }
    this.connectionsPerIp.set(address, count + 1);
    socket.once('close', () => this.release(address));
    socket.on('error', () => undefined); // Until it is served; a reset while waiting is nobody's business.
    this.waiting.push({ socket, listener, isCharged: false });
    if (this.isStarted) this.serveWaiting();
    if (this.waiting.length > Math.max(config.socketListenBacklogSize, 1) && this.isStarted)
      this.waiting.pop()?.socket.destroy();
  }

  /** KIP-612: whoever connects too often is not told so at once, or would be back at once. */
  private refuseLater(socket: Socket, delayMs: number): void {
    socket.on('error', () => undefined);
    const timer = this.options.clock.after(delayMs, () => socket.destroy());
    socket.once('close', () => timer.cancel());
    this.refused.add(socket);
    socket.once('close', () => this.refused.delete(socket));
  }

  private release(address: string): void {
    const count = (this.connectionsPerIp.get(address) ?? 1) - 1;
    if (count === 0) this.connectionsPerIp.delete(address);
    else this.connectionsPerIp.set(address, count);
  }

  private serveWaiting(): void {
    while (this.waiting.length > 0) {
      const at = this.waiting.findIndex(({ socket, listener }) => socket.destroyed || this.hasRoom(listener));
      const next = this.waiting[at];
      if (next === undefined) return;
      if (next.socket.destroyed || this.isAdmitted(next)) {
        this.waiting.splice(at, 1);
        if (!next.socket.destroyed) this.begin(next.socket, next.listener);
      }
    }
  }

  /** Source: kafka ConnectionQuotas.connectionSlotAvailable. */
  private hasRoom({ name }: Listener): boolean {
    const { config } = this.options;
    const { maxConnections, protectedListener } = config;
    if (this.gateTimers.has(name)) return false;
    if ((this.connectionsPerListener.get(name) ?? 0) >= config.maxConnectionsOf(name)) return false;
    return name === protectedListener || this.connections.size < maxConnections;
  }

  /** The protected listener came in beyond the limit: whoever else was silent for longest has to go. */
  private closeExcess(): void {
    const { maxConnections, protectedListener } = this.options.config;
    if (this.connections.size <= maxConnections) return;
    const others = [...this.connections].filter(({ info }) => info.listenerName !== protectedListener);
    if (others.length === 0) return;
    const oldest = others.reduce((a, b) => (b.lastActiveMs < a.lastActiveMs ? b : a));
    this.options.logger.log('DEBUG', `Closing connection ${oldest.info.id}: max.connections is exceeded`);
    oldest.destroy();
  }

  private isAdmitted(next: WaitingSocket): boolean {
    const { name } = next.listener;
    const isProtected = name === this.options.config.protectedListener;
    const delayMs = next.isCharged ? 0 : (this.gate?.chargeListener(name, isProtected) ?? 0);
    next.isCharged = true;
    if (delayMs === 0) return true;
    const timer = this.options.clock.after(delayMs, () => {
      this.gateTimers.delete(name);
      this.serveWaiting();
    });
    this.gateTimers.set(name, timer);
    return false;
  }

  private begin(socket: Socket, listener: Listener): void {
    const secure = this.secureSockets.get(listener.name);
    if (secure) secure.begin(socket);
    else this.serve(socket, listener, 'User:ANONYMOUS');
  }

  private serve(socket: Socket, listener: Listener, principal: string): void {
    if (this.isStopping) {
      socket.destroy();
      return;
    }
    const { config, answerRequest, logger, clock } = this.options;
    const address = plainAddress(socket.remoteAddress ?? '');
    const local = `${plainAddress(socket.localAddress ?? '')}:${socket.localPort}`;
    const connection = new Connection(socket, {
      info: {
        id: `${local}-${address}:${socket.remotePort}-${this.connectionNumber++}`,
        listenerName: listener.name,
        clientHost: javaAddress(address),
        principal,
      },
      maxRequestBytes: config.socketRequestMaxBytes,
      memory: this.memory,
      queue: this.queue,
      answerRequest,
      logger,
      clock,
      onUnsent: (changeBytes) => {
        this.unsent += changeBytes;
      },
      onClosed: (closed) => this.onClosed(closed),
    });
    this.connections.add(connection);
    this.countListener(listener.name, 1);
    socket.resume();
    this.closeExcess();
  }

  private onClosed(connection: Connection): void {
    this.connections.delete(connection);
    this.countListener(connection.info.listenerName, -1);
    if (this.isStopping) {
      if (this.connections.size === 0) this.reportIdle?.();
    } else this.serveWaiting();
  }

  private countListener(name: string, change: number): void {
    this.connectionsPerListener.set(name, (this.connectionsPerListener.get(name) ?? 0) + change);
  }

  /** One timer for all connections; a connection may live one period longer than configured. */
  private watchIdle(periodMs: number): void {
    const { clock, config, logger } = this.options;
    this.idleTimer = clock.after(periodMs, () => {
      const oldest = clock.now() - config.connectionsMaxIdleMs;
      for (const connection of [...this.connections]) {
        // A long poll or a rebalance in work is not idleness of the client.
        if (connection.lastActiveMs > oldest || connection.isOurTurn) continue;
        logger.log('DEBUG', `Closing idle connection ${connection.info.id}`);
        connection.destroy();
      }
      this.watchIdle(periodMs);
    });
  }
}
