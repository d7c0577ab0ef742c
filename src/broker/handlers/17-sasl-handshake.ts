/**
 * SaslHandshake v0-1 (KIP-43): chooses the mechanism on a listener that speaks SASL; after it only authentication follows,
 * in v0 without headers (KIP-152). A mechanism that is not enabled: UNSUPPORTED_SASL_MECHANISM with those that are, and the
 * connection ends. Where nothing is to be authenticated (any more): ILLEGAL_SASL_STATE. KIP-368: again before time is up.
 */
import { Errors } from '../../protocol/errors.ts';
import { saslHandshake } from '../../protocol/messages/17-sasl-handshake.ts';
import { endAuthentication } from './authentication-failure.ts';
import { defineParkingHandler } from './handler.ts';

export const saslHandshakeHandler = defineParkingHandler(
  saslHandshake,
  (rooms) =>
    async ({ mechanism }, { apiVersion, connection }) => {
      const session = rooms.authentication?.sessionOf(connection);
      if (!session?.expectsHandshake) return { errorCode: Errors.ILLEGAL_SASL_STATE };
      const { error, mechanisms } = session.handshake(mechanism, apiVersion);
      if (error !== 'NONE') await endAuthentication(rooms, connection, `Unsupported SASL mechanism ${mechanism}`);
      return { errorCode: Errors[error], mechanisms };
    },
);
