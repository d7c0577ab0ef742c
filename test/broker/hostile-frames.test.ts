import { connect } from 'node:net';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { TestBroker } from './harness.ts';

function frame(body: Buffer): Buffer {
  const bytes = Buffer.concat([Buffer.alloc(4), body]);
  bytes.writeInt32BE(body.length);
  return bytes;
}

describe('hostile input', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ properties: { 'socket.request.max.bytes': '1000000' } });
  });
  afterAll(() => broker.stop());
  beforeEach(() => {
    broker.logged.length = 0;
  });

  it.each([
    ['a size above socket.request.max.bytes', Buffer.from([0x7f, 0xff, 0xff, 0xff])],
    ['a negative size', Buffer.from([0x80, 0, 0, 0])],
    ['an empty frame', frame(Buffer.alloc(0))],
    ['a header that ends early', frame(Buffer.from([0, 3, 0, 1, 0, 0]))],
    ['an unknown key', frame(Buffer.from('7fff0000000000010000', 'hex'))],
    ['a key for controllers', frame(Buffer.from('003e0000000000010000', 'hex'))],
    ['a version that is not served', frame(Buffer.from('0003007f000000010000', 'hex'))],
    ['an array of two billion topics', frame(Buffer.from('00030001000000010000' + '7fffffff', 'hex'))],
    ['a string longer than the frame', frame(Buffer.from('00030001000000010000' + '00000001' + '7fff', 'hex'))],
    ['a client id longer than the frame', frame(Buffer.from('000300010000000170ff', 'hex'))],
    ['a TLS hello', Buffer.from('16030100c8010000c40303', 'hex')],
    ['an HTTP request', Buffer.from('GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n')],
  ])('closes the connection on %s, says so once, and serves the others', async (_name, bytes) => {
    const good = await broker.connect();
    const bad = connect(broker.port, '127.0.0.1');
    const closed = new Promise((resolve) => bad.on('close', resolve));
    bad.on('error', () => undefined);
    bad.write(bytes);
    bad.resume();
    await closed;
    expect(broker.logged).toHaveLength(1);
    expect(broker.logged[0]).toMatch(
      /^WARN Closing connection 127\.0\.0\.1:\d+-127\.0\.0\.1:\d+-\d+ from \/127\.0\.0\.1: /,
    );
    expect((await good.send(metadata, 12, { topics: [] })).brokers).toHaveLength(1);
  });

  it('answers after many mutilated requests', async () => {
    const good = await broker.connect();
    const request = Buffer.concat(good.encode(metadata, 12, { topics: null }));
    let seed = 42;
    const random = (below: number) => {
      seed = (seed * 1103515245 + 12345) & 0x7fffffff;
      return seed % below;
    };
    for (let round = 0; round < 300; round++) {
      const mutated = Buffer.from(request);
      for (let i = 0; i <= random(4); i++) mutated[random(mutated.length)] = random(256);
      const socket = connect(broker.port, '127.0.0.1');
      const done = new Promise<void>((resolve) => {
        socket.on('close', () => resolve());
        socket.on('data', () => socket.destroy());
      });
      socket.on('error', () => undefined);
      socket.end(frame(mutated.subarray(0, 1 + random(mutated.length))));
      await done;
    }
    expect((await good.send(metadata, 12, { topics: [] })).brokers).toHaveLength(1);
    expect(broker.logged.filter((line) => line.startsWith('ERROR'))).toEqual([]);
  });
});
