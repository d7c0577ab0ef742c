import { createServer } from 'node:net';

/**
 * Where the controller of a broker on one person's machine listens: the port after the broker's, or a free one where that is
 * taken: nobody would look for it there.
 */
export async function controllerPortBeside(port: number): Promise<number> {
  return port !== 0 && (await isFree(port + 1)) ? port + 1 : 0;
}

function isFree(port: number): Promise<boolean> {
  const server = createServer();
  return new Promise((resolve) => {
    server.once('error', () => resolve(false));
    server.listen({ port, host: 'localhost' }, () => server.close(() => resolve(true)));
  });
}
