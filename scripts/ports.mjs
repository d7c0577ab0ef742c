// Ports of this machine, for scripts that start a broker. Plain JavaScript for any Node from 18 on.
import { once } from 'node:events';
import { connect, createServer } from 'node:net';

/** As many as asked for, all different, that nobody listens on now. */
export async function freePorts(count) {
  const servers = await Promise.all(
    Array.from({ length: count }, async () => {
      const server = createServer().listen(0, '127.0.0.1');
      await once(server, 'listening');
      return server;
    }),
  );
  const ports = servers.map((server) => server.address().port);
  await Promise.all(
    servers.map((server) => {
      server.close();
      return once(server, 'close');
    }),
  );
  return ports;
}

export async function isListening(port) {
  const socket = connect(port, '127.0.0.1');
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    // Nobody listens yet: the caller asks again.
    return false;
  } finally {
    socket.destroy();
  }
}
