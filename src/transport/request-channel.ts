import { connect as connectTcp, isIP, type Socket } from 'node:net';
import { type ConnectionOptions } from 'node:tls';
import { type Clock, systemClock, type Timer } from '../util/clock.ts';
import { ChannelTraffic } from './channel-traffic.ts';
import { FrameSizeError, TransportError } from './errors.ts';
import { foreignProtocol } from './foreign-protocol.ts';
import { FrameSplitter } from './frame-splitter.ts';
import { writeFrame } from './write-frame.ts';

const MAX_FRAME_BYTES = 0x7fffffff;
const CORRELATION_ID_AT = 4;

export interface ConnectOptions {
  readonly host: string;
  readonly port: number;
  /** TLS when given; `servername` defaults to the host. */
  readonly tls?: ConnectionOptions | undefined;
  readonly connectTimeoutMs: number;
  /** Ends the attempt, and the connection later. */
  readonly signal?: AbortSignal | undefined;
  /** Largest answer accepted; 2 GiB - 1 by default. */
  readonly maxFrameBytes?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Counts on here; its own counters otherwise. */
  readonly traffic?: ChannelTraffic | undefined;
}

interface PendingRequest {
  readonly correlationId: number;
  readonly timer: Timer;
  readonly resolve: (frame: Buffer) => void;
  readonly reject: (error: TransportError) => void;
}

/**
 * One connection to a broker, requests pipelined: answers come in the order of the requests. The channel numbers the
 * requests: it writes the correlation id into bytes 4..7 of the first part (protocol guide, request header) and checks it
 * in the answer. A request that times out ends the connection, as every later answer would be stuck behind it.
 */
export class RequestChannel {
  /** Resolves when the connection is gone: null after `close()`, else why. Never rejects. */
  readonly closed: Promise<TransportError | null>;
  /** Where this connection is counted from now on. */
  traffic: ChannelTraffic;
  private readonly socket: Socket;
  private readonly clock: Clock;
  private readonly splitter: FrameSplitter;
  private readonly pending: PendingRequest[] = [];
  private pendingHead = 0;
  private correlationId = 0;
  private isFirstChunk = true;
  private failure: TransportError | null = null;
  private readonly reportClosed: (error: TransportError | null) => void;

  private constructor(socket: Socket, { maxFrameBytes, clock, traffic }: ConnectOptions) {
    this.socket = socket;
    this.clock = clock ?? systemClock;
    this.traffic = traffic ?? new ChannelTraffic();
    this.traffic.connectionTotal++;
    this.splitter = new FrameSplitter(maxFrameBytes ?? MAX_FRAME_BYTES);
    const { promise, resolve } = Promise.withResolvers<TransportError | null>();
    this.closed = promise;
    this.reportClosed = resolve;
    socket.on('data', (chunk: Buffer) => this.onData(chunk));
    socket.on('error', (error) => {
      const text = `Connection lost: ${error.message}`;
      this.end(new TransportError('closed-by-peer', text, { cause: error }));
    });
    socket.on('end', () => this.end(new TransportError('closed-by-peer', 'Connection closed by the other side')));
    socket.on('close', () => this.end(new TransportError('closed-by-peer', 'Connection closed')));
  }

  /** Throws TransportError: connect-failed, connect-timeout, tls-failed, closed (signal). */
  static async connect(options: ConnectOptions): Promise<RequestChannel> {
    const socket = await openSocket(options);
    const channel = new RequestChannel(socket, options);
    const { signal } = options;
    if (signal) {
      const abort = () => channel.close();
      signal.addEventListener('abort', abort, { once: true });
      void channel.closed.then(() => signal.removeEventListener('abort', abort));
      if (signal.aborted) channel.close();
    }
    return channel;
  }

  /** Requests without an answer yet. */
  get pendingCount(): number {
    return this.pending.length - this.pendingHead;
  }

  get isOpen(): boolean {
    return this.failure === null;
  }

  get remoteAddress(): string {
    return `${this.socket.remoteAddress}:${this.socket.remotePort}`;
  }

  /**
   * Sends a request (header and body without size; the buffers belong to the channel until the answer) and gives the
   * answering frame, its header included; the caller owns it. Rejects with TransportError only.
   */
  request(frameParts: readonly Buffer[], timeoutMs: number): Promise<Buffer> {
    if (this.failure) return Promise.reject(this.failure);
    const correlationId = this.number(frameParts);
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(timeoutMs, () => {
        this.end(new TransportError('request-timeout', `No answer within ${timeoutMs} ms`));
      });
      this.pending.push({ correlationId, timer, resolve, reject });
      this.traffic.sent(frameParts);
      writeFrame(this.socket, frameParts);
    });
  }

  /** Sends a request that gets no answer (Produce with acks=0). Resolves when the operating system has taken it. */
  send(frameParts: readonly Buffer[]): Promise<void> {
    if (this.failure) return Promise.reject(this.failure);
    this.number(frameParts);
    this.traffic.sent(frameParts);
    return new Promise((resolve, reject) => {
      writeFrame(this.socket, frameParts, (error) => {
        if (error) reject(this.failure ?? new TransportError('closed-by-peer', error.message, { cause: error }));
        else resolve();
      });
    });
  }

  /** Ends the connection at once; pending requests are rejected. */
  close(): void {
    this.end(new TransportError('closed', 'The connection was closed'));
  }

  private number(frameParts: readonly Buffer[]): number {
    this.correlationId = (this.correlationId + 1) & 0x7fffffff;
    (frameParts[0] as Buffer).writeInt32BE(this.correlationId, CORRELATION_ID_AT);
    return this.correlationId;
  }

  private onData(chunk: Buffer): void {
    if (this.failure) return;
    if (this.isFirstChunk) {
      this.isFirstChunk = false;
      const foreign = foreignProtocol(chunk);
      if (foreign) {
        this.end(new TransportError('protocol', `The other side speaks ${foreign}, not Kafka's protocol`));
        return;
      }
    }
    this.splitter.push(chunk);
    try {
      for (let frame = this.splitter.next(); frame !== null; frame = this.splitter.next()) this.onFrame(frame);
    } catch (error) {
      if (!(error instanceof FrameSizeError)) throw error;
      this.end(new TransportError('protocol', error.message, { cause: error }));
    }
  }

  private onFrame(frame: Buffer): void {
    if (this.failure) return;
    const request = this.pending[this.pendingHead];
    if (request === undefined || frame.length < 4 || frame.readInt32BE(0) !== request.correlationId) {
      this.end(new TransportError('protocol', 'An answer came that no request is waiting for'));
      return;
    }
    this.pendingHead++;
    if (this.pendingHead === this.pending.length) {
      this.pending.length = 0;
      this.pendingHead = 0;
    }
    request.timer.cancel();
    this.traffic.received(frame);
    request.resolve(frame);
  }

  private end(error: TransportError): void {
    if (this.failure) return;
    this.failure = error;
    this.traffic.closeTotal++;
    this.splitter.clear();
    this.socket.destroy();
    const waiting = this.pending.splice(0).slice(this.pendingHead);
    this.pendingHead = 0;
    for (const request of waiting) {
      request.timer.cancel();
      request.reject(error);
    }
    this.reportClosed(error.failure === 'closed' ? null : error);
  }
}

/** Trying several addresses fails with an AggregateError whose own message is empty. */
function reason(error: Error): string {
  const first: unknown = error instanceof AggregateError ? error.errors[0] : error;
  return first instanceof Error ? first.message : error.message;
}

async function openSocket(options: ConnectOptions): Promise<Socket> {
  const { host, port, tls, connectTimeoutMs, signal } = options;
  if (signal?.aborted) throw new TransportError('closed', 'The connection was closed');
  const where = `${host}:${port}`;
  let socket: Socket;
  if (tls) {
    // Loaded on first use: a plaintext tool does not pay for it.
    const { connect: connectTls } = await import('node:tls');
    socket = connectTls({ ...(isIP(host) ? {} : { servername: host }), ...tls, host, port });
  } else {
    socket = connectTcp({ host, port, noDelay: true, keepAlive: true });
  }
  return new Promise((resolve, reject) => {
    let isTcpConnected = false;
    const settle = (error: TransportError | null) => {
      timer.cancel();
      signal?.removeEventListener('abort', onAbort);
      socket.removeAllListeners();
      if (error) {
        // A late failure of a socket nobody waits for has nobody to tell.
        socket.on('error', () => undefined);
        socket.destroy();
        reject(error);
      } else {
        socket.setNoDelay(true);
        resolve(socket);
      }
    };
    const onAbort = () => settle(new TransportError('closed', 'The connection was closed'));
    const timer = (options.clock ?? systemClock).after(connectTimeoutMs, () =>
      settle(new TransportError('connect-timeout', `No connection to ${where} within ${connectTimeoutMs} ms`)),
    );
    signal?.addEventListener('abort', onAbort, { once: true });
    socket.on('error', (error) => {
      const failure = tls && isTcpConnected ? 'tls-failed' : 'connect-failed';
      settle(new TransportError(failure, `Cannot connect to ${where}: ${reason(error)}`, { cause: error }));
    });
    socket.on('close', () => settle(new TransportError('connect-failed', `${where} closed the connection`)));
    socket.on('connect', () => {
      isTcpConnected = true;
      if (!tls) settle(null);
    });
    if (tls) socket.on('secureConnect', () => settle(null));
  });
}
