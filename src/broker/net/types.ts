import { type TLSSocket, type TlsOptions } from 'node:tls';

/** A connection as the rest of the broker sees it. */
export interface ConnectionInfo {
  /** "local host:port-remote host:port-number", as Kafka names its channels. */
  readonly id: string;
  readonly listenerName: string;
  /** As Kafka prints it: "/127.0.0.1". */
  readonly clientHost: string;
  /** "User:ANONYMOUS" until somebody else has authenticated. */
  principal: string;
  /** Fires when the connection is gone. */
  readonly closed: AbortSignal;
  /** No further request is taken for this long; the answer in work goes out at once. */
  throttle(durationMs: number): void;
  /** The answer in work, which must be a promise, is the last one. */
  closeAfterAnswer(): void;
  /** The request in work waits for other clients or for time, not for this broker: its place is free for others. */
  park(): void;
}

/** The parts of an answering frame, none for a request that wants no answer, or the end of the connection. */
export type Answer = readonly Buffer[] | 'no-answer' | 'close-connection';

/** Answers one frame (size prefix removed). Must not throw or reject. */
export type AnswerRequest = (frame: Buffer, connection: ConnectionInfo) => Answer | Promise<Answer>;

/** What makes the connections of a listener secure ones. */
export interface SecureListener {
  readonly options: TlsOptions;
  /** Who the peer is by its certificate. Throws when that cannot be told: the connection ends. */
  principalOf(socket: TLSSocket): string;
}

export interface Listener {
  readonly name: string;
  /** Empty or null binds all addresses. */
  readonly host: string | null;
  /** 0 takes a free port. */
  readonly port: number;
  /** Absent: no TLS. */
  readonly secure?: SecureListener;
}

export interface BoundListener extends Listener {
  readonly port: number;
}

/** Asked for every connection; answers are delays in milliseconds, 0 for none. */
export interface ConnectionGate {
  /** One with a delay is not served, but closed when the delay is over. */
  chargeAddress(address: string): number;
  /** One with a delay is served after it, and so are those behind it on the same listener. */
  chargeListener(listener: string, isProtected: boolean): number;
}

/** The values of Kafka's broker configs of the same names. */
export interface SocketServerConfig {
  readonly socketRequestMaxBytes: number;
  /** Below 1: no limit. */
  readonly queuedMaxRequestBytes: number;
  readonly queuedMaxRequests: number;
  readonly numIoThreads: number;
  readonly connectionsMaxIdleMs: number;
  readonly maxConnections: number;
  /** listener.name.<listener>.max.connections */
  maxConnectionsOf(listener: string): number;
  /** The brokers' own listener, when there are others: it takes connections beyond max.connections, at the others' cost. */
  readonly protectedListener: string | null;
  readonly maxConnectionsPerIp: number;
  /** max.connections.per.ip.overrides, by address. */
  readonly maxConnectionsPerIpOverrides: ReadonlyMap<string, number>;
  readonly socketListenBacklogSize: number;
}
