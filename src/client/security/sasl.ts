import { Errors, errorName, KafkaError } from '../../protocol/errors.ts';
import { saslHandshake } from '../../protocol/messages/17-sasl-handshake.ts';
import { saslAuthenticate } from '../../protocol/messages/36-sasl-authenticate.ts';
import { type LoginModule, parseJaas } from '../../util/jaas.ts';
import { JavaError } from '../../util/java-error.ts';
import { type Connection } from '../connection.ts';
import { AuthenticationError } from '../errors.ts';
import { type ClientSettings } from '../settings.ts';

/** The client's messages of one mechanism; each is answered before the next is asked for. */
type Exchange = (login: LoginModule) => AsyncGenerator<Buffer, void, Buffer>;

function option(login: LoginModule, name: string): string {
  const value = login.options.get(name);
  if (value !== undefined) return value;
  throw new JavaError('java.lang.IllegalArgumentException', `No ${name} in sasl.jaas.config`);
}

async function* plain(login: LoginModule): AsyncGenerator<Buffer, void, Buffer> {
  yield Buffer.from(`\0${option(login, 'username')}\0${option(login, 'password')}`);
}

function scram(hash: 'sha256' | 'sha512'): Exchange {
  return async function* (login) {
    const scramModule = await import('./scram.ts');
    const extensions = login.options.get('tokenauth') === 'true' ? ',tokenauth=true' : '';
    yield* scramModule.scram(hash, option(login, 'username'), option(login, 'password'), undefined, extensions);
  };
}

const MECHANISMS: Readonly<Record<string, Exchange>> = {
  PLAIN: plain,
  'SCRAM-SHA-256': scram('sha256'),
  'SCRAM-SHA-512': scram('sha512'),
};

/** Settings that can never authenticate fail when the client is made, as in Java. Throws JavaError. */
export function loginModule(settings: ClientSettings): LoginModule {
  const mechanism = settings.security.get('sasl.mechanism');
  const jaas = settings.security.get('sasl.jaas.config');
  if (jaas === null) {
    throw new JavaError(
      'java.lang.IllegalArgumentException',
      "Could not find a 'KafkaClient' entry in the JAAS configuration. System property 'java.security.auth.login.config' is not set",
    );
  }
  if (!(mechanism in MECHANISMS)) {
    const known = Object.keys(MECHANISMS).join(', ');
    throw new JavaError(
      'org.apache.kafka.common.errors.UnsupportedSaslMechanismException',
      `sasl.mechanism ${mechanism} is not supported; klamm knows ${known}`,
    );
  }
  return parseJaas(jaas.value);
}

/** Authenticates a fresh connection; gives the session's lifetime in ms, 0 for no end. Throws AuthenticationError. */
export async function authenticate(connection: Connection, settings: ClientSettings): Promise<number> {
  const mechanism = settings.security.get('sasl.mechanism');
  const limits = { timeoutMs: settings.requestTimeoutMs };
  const { response: handshake } = await connection.request(saslHandshake, { mechanism }, { ...limits, minVersion: 1 });
  if (handshake.errorCode === Errors.UNSUPPORTED_SASL_MECHANISM) {
    const enabled = `[${handshake.mechanisms.join(', ')}]`;
    throw failed(`Client SASL mechanism '${mechanism}' not enabled in the server, enabled mechanisms are ${enabled}`);
  }
  if (handshake.errorCode === Errors.ILLEGAL_SASL_STATE) {
    const enabled = `[${handshake.mechanisms.join(', ')}]`;
    const text = `Unexpected handshake request with client mechanism ${mechanism}, enabled mechanisms are ${enabled}`;
    throw new AuthenticationError('IllegalSaslState', text);
  }
  if (handshake.errorCode !== Errors.NONE) throw new KafkaError(errorName(handshake.errorCode));
  const exchange = (MECHANISMS[mechanism] as Exchange)(loginModule(settings));
  let lifetimeMs = 0n;
  let step = await next(exchange);
  while (!step.done) {
    const { response } = await connection.request(saslAuthenticate, { authBytes: step.value }, limits);
    if (response.errorCode === Errors.SASL_AUTHENTICATION_FAILED)
      throw failed(response.errorMessage ?? 'Authentication failed');
    if (response.errorCode !== Errors.NONE) throw new KafkaError(errorName(response.errorCode));
    lifetimeMs = response.sessionLifetimeMs;
    step = await next(exchange, response.authBytes);
  }
  return Number(lifetimeMs);
}

async function next(exchange: AsyncGenerator<Buffer, void, Buffer>, answer: Buffer = Buffer.alloc(0)) {
  try {
    return await exchange.next(answer);
  } catch (error) {
    if (error instanceof JavaError) throw error;
    throw failed(error instanceof Error ? error.message : String(error), error);
  }
}

function failed(text: string, cause?: unknown): AuthenticationError {
  return new AuthenticationError('SaslAuthentication', text, cause);
}
