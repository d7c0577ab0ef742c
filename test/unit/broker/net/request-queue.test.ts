import { type Answer, type ConnectionInfo } from '../../../../src/broker/net/index.ts';
import { frame, type OpenClient, SocketWorld } from './socket-world.ts';

/** Requests named "slow..." are answered when the test says so. */
class SlowAnswers {
  readonly begun: string[] = [];
  private readonly pending = new Map<string, () => void>();
  private waiter: (() => void) | null = null;

  readonly answerRequest = (request: Buffer, connection: ConnectionInfo): Answer | Promise<Answer> => {
    const text = request.toString();
    this.begun.push(text);
    this.waiter?.();
    if (text.startsWith('quick')) return [request.subarray(0, 5)];
    if (text.startsWith('parked')) connection.park();
    return new Promise((resolve) => this.pending.set(text, () => resolve([request])));
  };

  async untilBegun(count: number): Promise<void> {
    while (this.begun.length < count) {
      await new Promise<void>((resolve) => {
        this.waiter = resolve;
      });
    }
  }

  answer(text: string): void {
    this.pending.get(text)?.();
  }
}

describe('the request queue', () => {
  const world = new SocketWorld();
  let slow: SlowAnswers;
  beforeEach(() => {
    slow = new SlowAnswers();
  });
  afterEach(() => world.end());

  async function clientsOf(port: number, count: number): Promise<OpenClient[]> {
    const clients: OpenClient[] = [];
    for (let i = 0; i < count; i++) clients.push(await world.open(port));
    return clients;
  }

  async function eventually(isTrue: () => boolean): Promise<void> {
    while (!isTrue()) await new Promise((resolve) => setTimeout(resolve, 5));
  }

  it('num.io.threads bounds how many requests are in work; the others have their turn in order', async () => {
    const { server, port } = await world.serve(slow.answerRequest, { numIoThreads: 2 });
    const clients = await clientsOf(port, 4);
    for (const [at, client] of clients.entries()) {
      client.socket.write(frame(`slow ${at}`));
      await eventually(() => slow.begun.length + server.queuedRequestCount === at + 1);
    }
    expect(slow.begun).toEqual(['slow 0', 'slow 1']);
    expect(server.queuedRequestCount).toBe(2);
    slow.answer('slow 1');
    await clients[1]!.until(1);
    expect(slow.begun).toEqual(['slow 0', 'slow 1', 'slow 2']);
    slow.answer('slow 0');
    slow.answer('slow 2');
    await slow.untilBegun(4);
    slow.answer('slow 3');
    expect(await clients[3]!.until(1)).toEqual(['slow 3']);
    expect(server.queuedRequestCount).toBe(0);
  });

  it('a request that is parked takes no place', async () => {
    const { server, port } = await world.serve(slow.answerRequest, { numIoThreads: 1 });
    const [first, second, third] = await clientsOf(port, 3);
    first!.socket.write(frame('parked'));
    await slow.untilBegun(1);
    second!.socket.write(frame('quick'));
    expect(await second!.until(1)).toEqual(['quick']);
    // Its end frees nothing a second time.
    third!.socket.write(frame('slow'));
    await slow.untilBegun(3);
    slow.answer('parked');
    await first!.until(1);
    first!.socket.write(frame('quick'));
    await eventually(() => server.queuedRequestCount === 1);
    expect(slow.begun).toEqual(['parked', 'quick', 'slow']);
    slow.answer('slow');
    expect(await first!.until(2)).toEqual(['parked', 'quick']);
  });

  it('queued.max.requests bounds how many wait; beyond it nothing is read from sockets, and below it they go on', async () => {
    const { server, port } = await world.serve(slow.answerRequest, {
      numIoThreads: 1,
      queuedMaxRequests: 2,
      socketRequestMaxBytes: 1 << 20,
    });
    const clients = await clientsOf(port, 5);
    for (const [at, client] of clients.slice(0, 3).entries()) {
      client.socket.write(frame(`slow ${at}`));
      await eventually(() => slow.begun.length === 1 && server.queuedRequestCount === at);
    }
    const [flood, small] = clients.slice(3) as [OpenClient, OpenClient];
    const big = frame(Buffer.alloc(1 << 20, 'quick'));
    for (let i = 0; i < 32; i++) flood.socket.write(big);
    small.socket.write(frame('quick'));
    // Whatever the kernel takes, this server does not read on.
    let sentBytes = -1;
    await eventually(() => {
      const isStill = flood.socket.bytesWritten - flood.socket.writableLength === sentBytes;
      sentBytes = flood.socket.bytesWritten - flood.socket.writableLength;
      return isStill && sentBytes > 0;
    });
    expect(flood.socket.writableLength).toBeGreaterThan(8 << 20);
    expect([slow.begun.length, server.queuedRequestCount]).toEqual([1, 2]);
    for (const at of [0, 1, 2]) {
      await slow.untilBegun(at + 1);
      slow.answer(`slow ${at}`);
    }
    expect(await flood.until(32)).toHaveLength(32);
    expect(await small.until(1)).toEqual(['quick']);
    expect(server.queuedRequestCount).toBe(0);
  });

  it('more places mean more requests in work at once', async () => {
    const limits = { count: 1 };
    const { server, port } = await world.serve(slow.answerRequest, {
      get numIoThreads() {
        return limits.count;
      },
    });
    const [first, second] = await clientsOf(port, 2);
    first!.socket.write(frame('slow'));
    await slow.untilBegun(1);
    second!.socket.write(frame('quick'));
    await eventually(() => server.queuedRequestCount === 1);
    expect(slow.begun).toEqual(['slow']);
    limits.count = 2;
    server.limitsChanged();
    expect(await second!.until(1)).toEqual(['quick']);
    slow.answer('slow');
    await first!.until(1);
  });

  // Kafka handles what stands in its queue though the client has gone: records sent with acks=0 are not lost.
  it('what waits is handled though its client has gone, and its place is free afterwards', async () => {
    const { server, port } = await world.serve(slow.answerRequest, { numIoThreads: 1 });
    const [first, second, third] = await clientsOf(port, 3);
    first!.socket.write(frame('slow'));
    await slow.untilBegun(1);
    second!.socket.write(frame('quick and gone'));
    await eventually(() => server.queuedRequestCount === 1);
    second!.socket.destroy();
    await eventually(() => server.connectionCount === 2);
    third!.socket.write(frame('quick'));
    slow.answer('slow');
    expect(await third!.until(1)).toEqual(['quick']);
    expect(slow.begun).toEqual(['slow', 'quick and gone', 'quick']);
    expect(server.queuedRequestCount).toBe(0);
  });
});
