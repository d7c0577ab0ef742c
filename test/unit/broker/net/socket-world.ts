import { connect, type Socket } from 'node:net';
import { type AnswerRequest, SocketServer, type SocketServerConfig } from '../../../../src/broker/net/index.ts';
import { type Clock, systemClock } from '../../../../src/util/clock.ts';
import { type LogLevel } from '../../../../src/util/logger.ts';

export const LISTENER = { name: 'PLAINTEXT', host: '127.0.0.1', port: 0 };
export const CONFIG: SocketServerConfig = {
  socketRequestMaxBytes: 1000,
  queuedMaxRequestBytes: -1,
  queuedMaxRequests: 500,
  numIoThreads: 8,
  connectionsMaxIdleMs: 600_000,
  maxConnections: 100,
  maxConnectionsOf: () => 100,
  protectedListener: null,
  maxConnectionsPerIp: 100,
  maxConnectionsPerIpOverrides: new Map(),
  socketListenBacklogSize: 50,
};

export function frame(body: string | Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), Buffer.from(body)]);
  bytes.writeInt32BE(bytes.length - 4, 0);
  return bytes;
}

export const echo: AnswerRequest = (request) => [Buffer.from(`re:${request}`)];

export interface OpenClient {
  readonly socket: Socket;
  readonly received: () => string[];
  readonly closed: Promise<void>;
  readonly until: (count: number) => Promise<string[]>;
}

/** Servers and clients of one test. */
export class SocketWorld {
  readonly servers: SocketServer[] = [];
  readonly sockets: Socket[] = [];
  readonly logged: string[] = [];
  readonly logger = {
    log: (level: LogLevel, text: string) => void (level !== 'DEBUG' && this.logged.push(`${level} ${text}`)),
  };

  async serve(answerRequest: AnswerRequest, config: Partial<SocketServerConfig> = {}, clock: Clock = systemClock) {
    // Not spread: limits that change are getters.
    const whole = Object.defineProperties({ ...CONFIG }, Object.getOwnPropertyDescriptors(config));
    const server = new SocketServer({ config: whole, answerRequest, clock, logger: this.logger });
    this.servers.push(server);
    const [bound] = await server.bind([LISTENER]);
    server.start();
    return { server, port: bound!.port };
  }

  async open(port: number): Promise<OpenClient> {
    const socket = connect(port, '127.0.0.1');
    this.sockets.push(socket);
    let bytes = Buffer.alloc(0);
    const waiters: (() => void)[] = [];
    const received = () => {
      const frames: string[] = [];
      for (let at = 0; bytes.length >= at + 4 && bytes.length >= at + 4 + bytes.readInt32BE(at); ) {
        const size = bytes.readInt32BE(at);
        frames.push(bytes.toString('utf8', at + 4, at + 4 + size));
        at += 4 + size;
      }
      return frames;
    };
    socket.on('data', (chunk) => {
      bytes = Buffer.concat([bytes, chunk]);
      for (const waiter of waiters) waiter();
    });
    socket.on('error', () => undefined);
    const closed = new Promise<void>((resolve) => socket.on('close', () => resolve()));
    await new Promise<void>((resolve) => socket.on('connect', () => resolve()));
    const until = (count: number) =>
      new Promise<string[]>((resolve) => {
        const look = () => received().length >= count && resolve(received());
        waiters.push(look);
        look();
      });
    return { socket, received, closed, until };
  }

  async end(): Promise<void> {
    for (const socket of this.sockets.splice(0)) socket.destroy();
    for (const server of this.servers.splice(0)) await server.close();
    this.logged.length = 0;
  }
}
