import { createServer, type Server, type Socket } from 'node:net';
import { RequestChannel, TransportError, writeFrame } from '../../../src/transport/index.ts';

function requestOf(text: string): Buffer[] {
  return [Buffer.alloc(8), Buffer.from(text)];
}

/** Frames of what a peer received so far. */
function framesOf(bytes: Buffer): { correlationId: number; text: string }[] {
  const frames = [];
  for (let at = 0; at < bytes.length; ) {
    const size = bytes.readInt32BE(at);
    frames.push({ correlationId: bytes.readInt32BE(at + 8), text: bytes.toString('utf8', at + 12, at + 4 + size) });
    at += 4 + size;
  }
  return frames;
}

function answer(correlationId: number, text: string): Buffer[] {
  const header = Buffer.alloc(4);
  header.writeInt32BE(correlationId);
  return [header, Buffer.from(text)];
}

describe('RequestChannel', () => {
  let server: Server;
  let port: number;
  let peer: Promise<Socket>;

  beforeEach(async () => {
    const accepted = Promise.withResolvers<Socket>();
    peer = accepted.promise;
    server = createServer((socket) => {
      socket.on('error', () => undefined);
      accepted.resolve(socket);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    port = (server.address() as { port: number }).port;
  });

  afterEach(async () => {
    (await Promise.race([peer, Promise.resolve(null)]))?.destroy();
    await new Promise((resolve) => server.close(resolve));
  });

  const connect = () => RequestChannel.connect({ host: '127.0.0.1', port, connectTimeoutMs: 2000 });

  it('pipelines requests and hands out the answers in order', async () => {
    const channel = await connect();
    const socket = await peer;
    const answers = ['one', 'two', 'three'].map((text) => channel.request(requestOf(text), 5000));
    expect(channel.pendingCount).toBe(3);
    let received = Buffer.alloc(0);
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        if (received.toString().includes('three')) resolve();
      });
    });
    for (const { correlationId, text } of framesOf(received)) writeFrame(socket, answer(correlationId, `re: ${text}`));
    const texts = (await Promise.all(answers)).map((frame) => frame.toString('utf8', 4));
    expect(texts).toEqual(['re: one', 're: two', 're: three']);
    channel.close();
    expect(await channel.closed).toBeNull();
  });

  it('sends without waiting for an answer and keeps the order of the others', async () => {
    const channel = await connect();
    const socket = await peer;
    await channel.send(requestOf('fire'));
    const asked = channel.request(requestOf('ask'), 5000);
    let received = Buffer.alloc(0);
    await new Promise<void>((resolve) => {
      socket.on('data', (chunk) => {
        received = Buffer.concat([received, chunk]);
        if (received.toString().includes('ask')) resolve();
      });
    });
    const frames = framesOf(received);
    expect(frames.map((one) => one.text)).toEqual(['fire', 'ask']);
    writeFrame(socket, answer(frames[1]!.correlationId, 'ok'));
    expect((await asked).toString('utf8', 4)).toBe('ok');
    channel.close();
  });

  it('rejects what is pending when the peer resets the connection', async () => {
    const channel = await connect();
    const asked = channel.request(requestOf('x'), 5000);
    (await peer).resetAndDestroy();
    await expect(asked).rejects.toMatchObject({ name: 'TransportError', failure: 'closed-by-peer' });
    await expect(channel.request(requestOf('y'), 5000)).rejects.toMatchObject({ failure: 'closed-by-peer' });
    expect((await channel.closed)?.failure).toBe('closed-by-peer');
  });

  it('ends the connection when an answer does not come in time', async () => {
    const channel = await connect();
    await expect(channel.request(requestOf('x'), 20)).rejects.toMatchObject({ failure: 'request-timeout' });
    expect(channel.isOpen).toBe(false);
  });

  it.each([
    ['an answer nobody asked for', Buffer.from([0, 0, 0, 4, 0, 0, 0, 77])],
    ['a negative size', Buffer.from([255, 255, 255, 255])],
    ['a TLS alert', Buffer.from([0x15, 3, 3, 0, 2, 2, 40])],
    ['an HTTP answer', Buffer.from('HTTP/1.1 400 Bad Request\r\n\r\n')],
  ])('ends the connection on %s', async (_name, bytes) => {
    const channel = await connect();
    const asked = channel.request(requestOf('x'), 5000);
    (await peer).write(bytes);
    await expect(asked).rejects.toMatchObject({ failure: 'protocol' });
  });

  it('tells a refused connection from one that was aborted', async () => {
    await new Promise((resolve) => server.close(resolve));
    const refused = RequestChannel.connect({ host: '127.0.0.1', port, connectTimeoutMs: 2000 });
    await expect(refused).rejects.toMatchObject({ failure: 'connect-failed' });
    const signal = AbortSignal.abort();
    const aborted = RequestChannel.connect({ host: '127.0.0.1', port, connectTimeoutMs: 2000, signal });
    await expect(aborted).rejects.toBeInstanceOf(TransportError);
    server.listen(0);
    void peer.catch(() => undefined);
  });

  it('closes when the signal fires later', async () => {
    const abort = new AbortController();
    const options = { host: '127.0.0.1', port, connectTimeoutMs: 2000, signal: abort.signal };
    const channel = await RequestChannel.connect(options);
    const asked = channel.request(requestOf('x'), 5000);
    abort.abort();
    await expect(asked).rejects.toMatchObject({ failure: 'closed' });
    expect(await channel.closed).toBeNull();
  });
});
