/**
 * SaslAuthenticate v0-2 (KIP-152): one message of the mechanism each way. v1 tells how long the authentication lasts
 * (connections.max.reauth.ms, KIP-368). Who is refused hears it after connection.failed.authentication.delay.ms
 * (SASL_AUTHENTICATION_FAILED), and the connection ends. Without a handshake before it: ILLEGAL_SASL_STATE.
 */
import { Errors } from '../../protocol/errors.ts';
import { saslAuthenticate } from '../../protocol/messages/36-sasl-authenticate.ts';
import { SaslFailure } from '../security/index.ts';
import { endAuthentication } from './authentication-failure.ts';
import { defineParkingHandler } from './handler.ts';

const TOO_LATE = 'SaslAuthenticate request received after successful authentication';

export const saslAuthenticateHandler = defineParkingHandler(
  saslAuthenticate,
  (rooms) =>
    async ({ authBytes }, { connection }) => {
      const session = rooms.authentication?.sessionOf(connection);
      if (!session || session.isOpen) return { errorCode: Errors.ILLEGAL_SASL_STATE, errorMessage: TOO_LATE };
      try {
        const { authBytes: answer, lifetimeMs } = session.authenticate(authBytes);
        if (session.user !== null) connection.principal = `User:${session.user}`;
        return { errorMessage: null, authBytes: answer, sessionLifetimeMs: BigInt(lifetimeMs) };
      } catch (error) {
        if (!(error instanceof SaslFailure)) throw error;
        await endAuthentication(rooms, connection, error.message);
        return { errorCode: Errors.SASL_AUTHENTICATION_FAILED, errorMessage: session.textFor(error) };
      }
    },
);
