import { type Socket } from 'node:net';
import { createServer, type Server, type TLSSocket } from 'node:tls';
import { type Logger } from '../../util/logger.ts';
import { javaAddress, plainAddress } from './addresses.ts';
import { type SecureListener } from './types.ts';

/** TLS handshakes of one listener: accepted sockets go in, secure ones come out with the principal of their peer. */
export class SecureSockets {
  private readonly server: Server;
  /** In the middle of a handshake. */
  private readonly pending = new Set<Socket>();

  constructor(
    { options, principalOf }: SecureListener,
    logger: Logger,
    onSecure: (socket: TLSSocket, principal: string) => void,
  ) {
    const failed = (socket: Socket, why: string): void => {
      const peer = javaAddress(plainAddress(socket.remoteAddress ?? ''));
      logger.log('INFO', `Failed authentication with ${peer} (SSL handshake failed) (${why})`);
      socket.destroy();
    };
    this.server = createServer({ ...options, noDelay: true }, (socket) => {
      // From here on it is the connection's business.
      socket.removeAllListeners('error');
      try {
        onSecure(socket, principalOf(socket));
      } catch (error) {
        failed(socket, (error as Error).message);
      }
    });
    this.server.on('tlsClientError', (error, socket) => failed(socket, error.message));
  }

  begin(socket: Socket): void {
    this.pending.add(socket);
    socket.once('close', () => this.pending.delete(socket));
    this.server.emit('connection', socket);
  }

  close(): void {
    for (const socket of this.pending) socket.destroy();
  }
}
