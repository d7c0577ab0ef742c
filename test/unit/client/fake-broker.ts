import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { adminConfigs } from '../../../src/client/configs/admin.ts';
import { Cluster, type ClusterOptions } from '../../../src/client/index.ts';
import { requestHeader, responseHeader } from '../../../src/protocol/headers.ts';
import { apiVersions } from '../../../src/protocol/messages/18-api-versions.ts';
import { Reader, Writer } from '../../../src/protocol/primitives.ts';
import { type Api, type Fields } from '../../../src/protocol/schema.ts';
import { FrameSplitter } from '../../../src/transport/index.ts';
import { systemClock } from '../../../src/util/clock.ts';
import { type NamedLogger } from '../../../src/util/log-lines.ts';

export interface ReceivedRequest {
  readonly api: string;
  readonly version: number;
  readonly clientId: string | null;
  readonly body: Record<string, unknown>;
}

/** Answers one request; undefined: none is given; 'close': the connection ends. */
export type Answering = (body: never, version: number) => object | undefined | 'close';

export interface FakeApi {
  readonly api: Api<Fields, Fields>;
  /** Range the broker says it knows; the table's own when absent. */
  readonly versions?: readonly [first: number, last: number];
  readonly answer: Answering;
}

/** A broker on a real port that answers as a test says, and remembers what it was asked. */
export class FakeBroker {
  readonly requests: ReceivedRequest[] = [];
  connectionCount = 0;
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private apis: readonly FakeApi[] = [];
  /** Highest version of ApiVersions that it answers; above it error 35 in the shape of version 0. */
  private readonly apiVersionsLast: number;

  private constructor(apiVersionsLast: number) {
    this.apiVersionsLast = apiVersionsLast;
    this.server = createServer((socket) => this.serve(socket));
  }

  static async start(apis: readonly FakeApi[], { apiVersionsLast = 4 } = {}): Promise<FakeBroker> {
    const broker = new FakeBroker(apiVersionsLast);
    broker.apis = apis;
    await new Promise<void>((resolve) => broker.server.listen(0, '127.0.0.1', resolve));
    return broker;
  }

  get port(): number {
    return (this.server.address() as AddressInfo).port;
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  answerWith(apis: readonly FakeApi[]): void {
    this.apis = apis;
  }

  /** Ends connections, goes on listening. */
  dropConnections(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  async stop(): Promise<void> {
    this.dropConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }

  private serve(socket: Socket): void {
    this.connectionCount++;
    this.sockets.add(socket);
    socket.on('close', () => this.sockets.delete(socket));
    socket.on('error', () => undefined);
    const splitter = new FrameSplitter(1 << 20);
    socket.on('data', (chunk: Buffer) => {
      splitter.push(chunk);
      for (let frame = splitter.next(); frame; frame = splitter.next()) this.answer(socket, frame);
    });
  }

  private answer(socket: Socket, frame: Buffer): void {
    const key = frame.readInt16BE(0);
    const version = frame.readInt16BE(2);
    const known = [{ api: apiVersions as never as Api<Fields, Fields>, answer: () => this.offer() }, ...this.apis];
    const found = known.find(({ api }) => api.key === key);
    if (!found) return void socket.destroy();
    const { api } = found;
    const isTooNew = key === apiVersions.key && version > this.apiVersionsLast;
    const reader = new Reader(frame);
    const header = requestHeader.read(reader, api.request.isFlexible(version) ? 2 : 1);
    const body = isTooNew ? {} : api.request.read(reader, version);
    this.requests.push({ api: api.name, version, clientId: header.clientId, body });
    const answer = isTooNew ? this.refusal() : found.answer(body as never, version);
    if (answer === 'close') return void socket.destroy();
    if (answer === undefined) return;
    const writer = new Writer();
    const answerVersion = isTooNew ? 0 : version;
    responseHeader.write(
      writer,
      { correlationId: header.correlationId },
      api.response.isFlexible(answerVersion) && key !== apiVersions.key ? 1 : 0,
    );
    api.response.write(writer, answer, answerVersion);
    const bytes = writer.toBuffer();
    const size = Buffer.alloc(4);
    size.writeInt32BE(bytes.length);
    socket.write(Buffer.concat([size, bytes]));
  }

  private offer() {
    const apiKeys = this.apis.map(({ api, versions = [api.request.versions.first, api.request.versions.last] }) => ({
      apiKey: api.key,
      minVersion: versions[0],
      maxVersion: versions[1],
    }));
    return { apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: this.apiVersionsLast }, ...apiKeys] };
  }

  private refusal() {
    return { errorCode: 35, apiKeys: [{ apiKey: 18, minVersion: 0, maxVersion: this.apiVersionsLast }] };
  }
}

/** An entry of a fake broker, typed by its table. */
export function fakeApi<Q extends Fields, R extends Fields>(
  api: Api<Q, R>,
  answer: Answering,
  versions?: readonly [number, number],
): FakeApi {
  return { api: api as never as Api<Fields, Fields>, answer, ...(versions ? { versions } : {}) };
}

/** A logger that keeps its lines as `LEVEL text (name)`. */
export function keptLog(): NamedLogger & { readonly lines: string[] } {
  const lines: string[] = [];
  const named = (name: string): NamedLogger => ({
    log: (level, text) => void lines.push(`${level} ${text} (${name.replace(/^.*\./, '')})`),
    named,
  });
  return { ...named('test'), lines };
}

/** A cluster of the admin kind with short times. */
export function openCluster(
  bootstrapServers: string,
  settings: Readonly<Record<string, string>> = {},
  options: Partial<ClusterOptions> = {},
): Promise<Cluster> {
  const given = new Map(
    Object.entries({
      'bootstrap.servers': bootstrapServers,
      'request.timeout.ms': '1000',
      'default.api.timeout.ms': '1000',
      ...settings,
    }),
  );
  const config = adminConfigs.parse(given);
  const logger = keptLog();
  return Cluster.open({ config, clientId: 'test-1', kind: 'admin', logger, clock: systemClock, ...options });
}
