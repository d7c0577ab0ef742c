import { connect } from 'node:net';
import { BindError, SocketServer } from '../../../../src/broker/net/index.ts';
import { ManualClock, systemClock } from '../../../../src/util/clock.ts';
import { CONFIG, echo, frame, LISTENER, SocketWorld } from './socket-world.ts';

describe('SocketServer', () => {
  const world = new SocketWorld();
  const { servers, sockets, logged, logger } = world;
  const serve = world.serve.bind(world);
  const open = world.open.bind(world);

  afterEach(() => world.end());

  it('answers pipelined requests one after another in order, though the first takes longest', async () => {
    const order: string[] = [];
    const gate = Promise.withResolvers<void>();
    const { port } = await serve(async (request) => {
      order.push(`begin ${request}`);
      if (request.toString() === 'a') await gate.promise;
      order.push(`end ${request}`);
      return [request];
    });
    const client = await open(port);
    client.socket.write(Buffer.concat(['a', 'b', 'c'].map(frame)));
    setTimeout(() => gate.resolve(), 30);
    expect(await client.until(3)).toEqual(['a', 'b', 'c']);
    expect(order).toEqual(['begin a', 'end a', 'begin b', 'end b', 'begin c', 'end c']);
  });

  it('sends nothing for requests without an answer and goes on', async () => {
    const { port } = await serve((request) => (request.toString() === 'quiet' ? 'no-answer' : [request]));
    const client = await open(port);
    client.socket.write(Buffer.concat(['quiet', 'x', 'quiet', 'y'].map(frame)));
    expect(await client.until(2)).toEqual(['x', 'y']);
  });

  it.each([
    ['negative', Buffer.from([0xff, 0xff, 0xff, 0xff]), /Invalid frame size -1/],
    ['oversized', Buffer.from([0, 0, 3, 0xe9]), /1001 is above the limit of 1000/],
    ['a TLS hello', Buffer.from([0x16, 3, 1, 2, 0, 1, 0]), /TLS spoken on listener PLAINTEXT/],
    ['an HTTP request', Buffer.from('GET / HTTP/1.1\r\n\r\n'), /HTTP spoken/],
  ])('closes the connection on a frame that is %s, with one line in the log', async (_name, bytes, line) => {
    const { port } = await serve(echo);
    const good = await open(port);
    const bad = await open(port);
    bad.socket.write(bytes);
    await bad.closed;
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(line);
    good.socket.write(frame('still here'));
    expect(await good.until(1)).toEqual(['re:still here']);
  });

  it('does not take the next request before a slow reader took the answer', async () => {
    let count = 0;
    const answer = Buffer.alloc(4 << 20, 'x');
    const { server, port } = await serve(() => {
      count++;
      return [answer];
    });
    const slow = connect(port, '127.0.0.1').pause();
    sockets.push(slow);
    slow.write(Buffer.concat(new Array(20).fill(frame('more'))));
    const other = await open(port);
    other.socket.write(frame('x'));
    await other.until(1);
    // The kernel's buffers hold an answer or two; everything else waits in requests, not in answers.
    expect(count).toBeLessThan(6);
    expect(server.unsentBytes).toBeLessThanOrEqual(answer.length + 4);
    let readBytes = 0;
    await new Promise<void>((resolve) => {
      slow.on('data', (chunk) => {
        readBytes += chunk.length;
        if (readBytes === 20 * (answer.length + 4)) resolve();
      });
      slow.resume();
    });
    expect(count).toBe(21);
    expect(server.unsentBytes).toBe(0);
  });

  it('stops reading from a client that floods it while a request is in work', async () => {
    const gate = Promise.withResolvers<void>();
    const { port } = await serve(
      async (request) => {
        await gate.promise;
        return [request.subarray(0, 1)];
      },
      { socketRequestMaxBytes: 1 << 20 },
    );
    const client = await open(port);
    const big = frame(Buffer.alloc(1 << 20, 'y'));
    let sent = 0;
    await new Promise<void>((resolve) => {
      const send = () => {
        while (sent < 64) {
          sent++;
          if (!client.socket.write(big)) return;
        }
        resolve();
      };
      client.socket.on('drain', send);
      send();
      setTimeout(resolve, 300);
    });
    expect(sent).toBeLessThan(64);
    gate.resolve();
    while (sent < 64) {
      sent++;
      client.socket.write(big);
    }
    expect(await client.until(64)).toHaveLength(64);
  });

  it('tells a request in work when its connection is gone, and stays quiet about a reset', async () => {
    const gone = Promise.withResolvers<void>();
    const inWork = Promise.withResolvers<void>();
    const { port } = await serve((_request, connection) => {
      connection.closed.addEventListener('abort', () => gone.resolve());
      inWork.resolve();
      return new Promise(() => undefined);
    });
    const client = await open(port);
    client.socket.write(frame('wait'));
    await inWork.promise;
    client.socket.resetAndDestroy();
    await gone.promise;
    expect(logged).toEqual([]);
  });

  it('closes idle connections but none that waits for an answer', async () => {
    const clock = new ManualClock();
    const inWork = Promise.withResolvers<void>();
    const { server, port } = await serve(
      () => {
        inWork.resolve();
        return new Promise(() => undefined);
      },
      { connectionsMaxIdleMs: 1000 },
      clock,
    );
    const idle = await open(port);
    const busy = await open(port);
    busy.socket.write(frame('poll'));
    await inWork.promise;
    await clock.advance(2000);
    await idle.closed;
    expect(server.connectionCount).toBe(1);
    expect(busy.socket.destroyed).toBe(false);
  });

  it('refuses connections over the limit of an address, and lets others wait for a free place', async () => {
    const perIp = await serve(echo, { maxConnectionsPerIp: 1 });
    const first = await open(perIp.port);
    const second = await open(perIp.port);
    await second.closed;
    expect(logged[0]).toMatch(/Rejected connection from \/127.0.0.1/);
    expect(first.socket.destroyed).toBe(false);

    const total = await serve(echo, { maxConnections: 1 });
    const served = await open(total.port);
    const waiting = await open(total.port);
    waiting.socket.write(frame('later'));
    served.socket.write(frame('now'));
    expect(await served.until(1)).toEqual(['re:now']);
    expect(waiting.received()).toEqual([]);
    served.socket.destroy();
    expect(await waiting.until(1)).toEqual(['re:later']);
  });

  it('serves those who waited when the limit is raised', async () => {
    const limits = { maxConnections: 1 };
    const config = {
      ...CONFIG,
      get maxConnections() {
        return limits.maxConnections;
      },
    };
    const server = new SocketServer({ config, answerRequest: echo, clock: systemClock, logger });
    servers.push(server);
    const [bound] = await server.bind([LISTENER]);
    server.start();
    const served = await open(bound!.port);
    served.socket.write(frame('now'));
    await served.until(1);
    const waiting = await open(bound!.port);
    waiting.socket.write(frame('later'));
    served.socket.write(frame('again'));
    await served.until(2);
    expect(waiting.received()).toEqual([]);
    limits.maxConnections = 2;
    server.limitsChanged();
    expect(await waiting.until(1)).toEqual(['re:later']);
  });

  // KIP-402
  it('keeps a limit for each listener, and takes the connections of brokers at the cost of others', async () => {
    const clock = new ManualClock();
    const config = {
      ...CONFIG,
      maxConnections: 2,
      maxConnectionsOf: (listener: string) => (listener === 'NARROW' ? 1 : 100),
      protectedListener: 'INSIDE',
    };
    const server = new SocketServer({ config, answerRequest: echo, clock, logger });
    servers.push(server);
    const [narrow, wide, inside] = await server.bind(
      ['NARROW', 'WIDE', 'INSIDE'].map((name) => ({ ...LISTENER, name })),
    );
    server.start();
    const greet = async (port: number) => {
      const client = await open(port);
      client.socket.write(frame('hello'));
      return client;
    };
    const first = await greet(narrow!.port);
    await first.until(1);
    const second = await greet(narrow!.port);
    await clock.advance(10);
    const other = await greet(wide!.port);
    await other.until(1);
    expect(second.received()).toEqual([]);

    const broker = await greet(inside!.port);
    await broker.until(1);
    await first.closed;
    expect(other.socket.destroyed).toBe(false);
    // The narrow listener has room again, the broker as a whole has not.
    expect(second.received()).toEqual([]);
    other.socket.destroy();
    expect(await second.until(1)).toEqual(['re:hello']);
  });

  // KIP-219
  it('takes no request of a throttled connection before the longest of its delays is over', async () => {
    const clock = new ManualClock();
    const { port } = await serve(
      (request, connection) => {
        if (request.toString() === 'much') {
          connection.throttle(1000);
          connection.throttle(400);
        }
        return [request];
      },
      {},
      clock,
    );
    const client = await open(port);
    client.socket.write(Buffer.concat([frame('much'), frame('next')]));
    await client.until(1);
    await clock.advance(999);
    const other = await open(port);
    other.socket.write(frame('x'));
    await other.until(1);
    expect(client.received()).toEqual(['much']);
    await clock.advance(1);
    expect(await client.until(2)).toEqual(['much', 'next']);
  });

  // queued.max.request.bytes: kafka SimpleMemoryPool
  it('stops reading a request for which no memory is left, and goes on when another is answered', async () => {
    const gate = Promise.withResolvers<void>();
    const inWork = Promise.withResolvers<void>();
    const { port } = await serve(
      async (request) => {
        if (request.length === 900) {
          inWork.resolve();
          await gate.promise;
        }
        return [Buffer.from(`${request.length}`)];
      },
      { queuedMaxRequestBytes: 900 },
    );
    const [first, second, third] = [await open(port), await open(port), await open(port)];
    first.socket.write(frame('a'.repeat(900)));
    await inWork.promise;
    const late = frame('b'.repeat(800));
    second.socket.write(late.subarray(0, 10));
    third.socket.write(frame('whole'));
    expect(await third.until(1)).toEqual(['5']);
    second.socket.write(late.subarray(10));
    third.socket.write(frame('again'));
    await third.until(2);
    expect(second.received()).toEqual([]);
    gate.resolve();
    expect(await second.until(1)).toEqual(['800']);
    expect(await first.until(1)).toEqual(['900']);
  });

  // KIP-612
  it('lets connections that come too fast wait, and closes those of a hasty address after a while', async () => {
    const clock = new ManualClock();
    const delays = { address: 0, broker: 0 };
    const server = new SocketServer({ config: CONFIG, answerRequest: echo, clock, logger });
    servers.push(server);
    const [bound] = await server.bind([LISTENER]);
    server.start({ chargeAddress: () => delays.address, chargeListener: () => delays.broker });
    const first = await open(bound!.port);
    first.socket.write(frame('first'));
    await first.until(1);

    delays.broker = 500;
    const late = await open(bound!.port);
    late.socket.write(frame('late'));
    first.socket.write(frame('x'));
    await first.until(2);
    expect(late.received()).toEqual([]);
    await clock.advance(500);
    expect(await late.until(1)).toEqual(['re:late']);

    delays.address = 300;
    const hasty = await open(bound!.port);
    hasty.socket.write(frame('hasty'));
    first.socket.write(frame('y'));
    await first.until(3);
    expect([hasty.received(), hasty.socket.destroyed]).toEqual([[], false]);
    await clock.advance(300);
    await hasty.closed;
    expect(server.connectionCount).toBe(2);
  });

  it('lets clients that came before the start wait', async () => {
    const server = new SocketServer({ config: CONFIG, answerRequest: echo, clock: systemClock, logger });
    servers.push(server);
    const [bound] = await server.bind([LISTENER]);
    const client = await open(bound!.port);
    client.socket.write(frame('early'));
    server.start();
    expect(await client.until(1)).toEqual(['re:early']);
  });

  it('answers what is in work before it stops', async () => {
    const gate = Promise.withResolvers<void>();
    const inWork = Promise.withResolvers<void>();
    const { server, port } = await serve(async (request) => {
      inWork.resolve();
      await gate.promise;
      return [request];
    });
    const busy = await open(port);
    const idle = await open(port);
    busy.socket.write(frame('last'));
    await inWork.promise;
    const stopped = server.stopRequests(5000);
    await idle.closed;
    gate.resolve();
    expect(await busy.until(1)).toEqual(['last']);
    await stopped;
    expect(server.connectionCount).toBe(0);
  });

  it('names the address when a port is taken', async () => {
    const { port } = await serve(echo);
    const second = new SocketServer({ config: CONFIG, answerRequest: echo, clock: systemClock, logger });
    await expect(second.bind([{ ...LISTENER, port }])).rejects.toThrow(
      new BindError({ ...LISTENER, port }, Object.assign(new Error(), { code: 'EADDRINUSE' })).message,
    );
  });
});
