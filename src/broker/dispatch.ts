/**
 * From a frame to an answer: header, version gate, decode, route, encode. A request this broker does not serve ends the
 * connection, as there is no error response for it (protocol guide, version negotiation; only ApiVersions answers).
 */
import { ERRORS, Errors, KafkaError } from '../protocol/errors.ts';
import { requestHeader, responseHeader } from '../protocol/headers.ts';
import { apiVersions } from '../protocol/messages/18-api-versions.ts';
import { MAX_REQUEST_ELEMENTS, MalformedBytesError, Reader, Writer } from '../protocol/primitives.ts';
import { type Api, includesVersion } from '../protocol/schema.ts';
import { type Logger } from '../util/logger.ts';
import {
  CloseConnectionError,
  type ConnectionContext,
  delayed,
  endAuthentication,
  guarded,
  type Handle,
  type Handler,
  quotaClient,
  type RequestContext,
  type Rooms,
} from './handlers/index.ts';
import { SaslFailure, type SaslSession } from './security/index.ts';

/** As the net room wants it. */
export type Answer = readonly Buffer[] | 'no-answer' | 'close-connection';
export type Dispatch = (frame: Buffer, connection: ConnectionContext) => Answer | Promise<Answer>;

interface Route {
  readonly api: Api;
  readonly handle: Handle<Api>;
  readonly parks: boolean;
}

interface Request extends RequestContext {
  clientId: string | null;
  readonly route: Route;
  readonly correlationId: number;
  /** Time of this process that the request took; measured where somebody has a quota for it. */
  busyMs: number;
}

type Response = NonNullable<Awaited<ReturnType<Handle<Api>>>>;

/** Key and version stand before the part of the header that depends on them. */
const FIXED_HEADER_BYTES = 8;

export function isServedVersion(api: Api, version: number): boolean {
  return (
    api.advertised !== null &&
    includesVersion(api.advertised, version) &&
    includesVersion(api.request.versions, version)
  );
}

/** `processTimeMs` counts this process's time, with fractions. */
export function createDispatch(
  handlers: readonly Handler[],
  rooms: Rooms,
  logger: Logger,
  processTimeMs: () => number = () => performance.now(),
): Dispatch {
  const { quotas } = rooms;
  const routes = new Map<number, Route>(
    handlers.map(({ api, bind, parks }) => [api.key, { api, handle: guarded(api, bind(rooms), rooms), parks }]),
  );

  function refuse(connection: ConnectionContext, why: string): 'close-connection' {
    logger.log('WARN', `Closing connection ${connection.id} from ${connection.clientHost}: ${why}`);
    return 'close-connection';
  }

  function failed(request: Request, error: unknown): Answer {
    const { route, apiVersion, connection } = request;
    const name: string = `${route.api.name} v${apiVersion}`;
    if (error instanceof CloseConnectionError) return refuse(connection, error.message);
    const failure = error instanceof KafkaError ? error : new KafkaError('UNKNOWN_SERVER_ERROR');
    if (failure !== error) logger.log('ERROR', `Error when handling ${name} from ${connection.clientHost}`, error);
    const { fields } = route.api.response.struct;
    if (!fields.errorCode || !includesVersion(fields.errorCode.versions, apiVersion)) {
      return refuse(connection, `${name} failed with ${failure.error} and its response has no place for that`);
    }
    const response: Record<string, unknown> = { errorCode: Errors[failure.error] };
    if (fields.errorMessage && includesVersion(fields.errorMessage.versions, apiVersion)) {
      response.errorMessage = failure.message || ERRORS[failure.error].text;
    }
    try {
      return encode(request, response);
    } catch (cause) {
      logger.log('ERROR', `Cannot encode ${failure.error} for ${name}`, cause);
      return 'close-connection';
    }
  }

  function encode(request: Request, response: Response): Answer {
    const { api } = request.route;
    const writer = new Writer(512);
    // KIP-511: a client must be able to read this answer before it knows our versions.
    const headerVersion = api !== apiVersions && api.response.isFlexible(request.apiVersion) ? 1 : 0;
    responseHeader.write(writer, { correlationId: request.correlationId }, headerVersion);
    api.response.write(writer, response, request.apiVersion);
    return writer.finish();
  }

  function answered(request: Request, response: Response | null): Answer {
    const throttleMs = request.busyMs > 0 ? throttled(request) : 0;
    if (response === null) return 'no-answer';
    try {
      if (throttleMs === 0) return encode(request, response);
      const { throttleTimeMs = 0 } = response as { readonly throttleTimeMs?: number };
      return encode(request, { ...response, throttleTimeMs: Math.max(throttleMs, throttleTimeMs) } as Response);
    } catch (error) {
      return failed(request, error);
    }
  }

  function throttled(request: Request): number {
    return delayed(request, quotas.chargeRequest(quotaClient(request), request.busyMs));
  }

  /** SaslHandshake v0: a mechanism's message, and the answer to it, without headers; a refusal has no words (KIP-152). */
  async function rawToken(session: SaslSession, frame: Buffer, connection: ConnectionContext): Promise<Answer> {
    try {
      const { authBytes } = session.authenticate(frame);
      if (session.user !== null) connection.principal = `User:${session.user}`;
      return [authBytes];
    } catch (error) {
      if (!(error instanceof SaslFailure)) throw error;
      connection.park();
      await endAuthentication(rooms, connection, error.message);
      return 'close-connection';
    }
  }

  /** Versions are asked for where a message of the mechanism is due: the one request of strangers that is told so. */
  async function outOfTurn(request: Request, why: string): Promise<Answer> {
    request.connection.park();
    await endAuthentication(rooms, request.connection, why);
    return failed(request, new KafkaError('ILLEGAL_SASL_STATE'));
  }

  return function dispatch(frame, connection) {
    const startedMs = quotas.hasRequestQuotas ? processTimeMs() : null;
    const session = rooms.authentication?.sessionOf(connection) ?? null;
    if (session !== null) {
      const limit = rooms.authentication?.maxReceiveBytes ?? 0;
      if (session.user === null && frame.length > limit) {
        return refuse(connection, `${frame.length} bytes from somebody who has not authenticated`);
      }
      if (session.isRaw) return rawToken(session, frame, connection);
    }
    if (frame.length < FIXED_HEADER_BYTES) return refuse(connection, `a request of ${frame.length} bytes`);
    const key = frame.readInt16BE(0);
    const apiVersion = frame.readInt16BE(2);
    const correlationId = frame.readInt32BE(4);
    const route = routes.get(key);
    if (route === undefined) return refuse(connection, `API key ${key} is not served`);
    const { api, handle } = route;
    const refusal = session?.refusal(key, upperName(api.name)) ?? null;
    const isOutOfTurn = api === apiVersions && session?.expectsToken === true && isServedVersion(api, apiVersion);
    if (refusal !== null && !isOutOfTurn) return refuse(connection, refusal);
    if (!isServedVersion(api, apiVersion)) {
      if (api === apiVersions) return unsupportedApiVersions(correlationId);
      return refuse(connection, `version ${apiVersion} of ${api.name} is not served`);
    }
    const requestBytes = frame.length;
    const request = {
      route,
      apiVersion,
      correlationId,
      connection,
      requestBytes,
      clientId: null,
      busyMs: 0,
    } as Request;
    if (refusal !== null) return outOfTurn(request, refusal);
    let given: Parameters<typeof handle>[0];
    try {
      const reader = new Reader(frame, 0, frame.length, MAX_REQUEST_ELEMENTS);
      request.clientId = requestHeader.read(reader, api.request.isFlexible(apiVersion) ? 2 : 1).clientId;
      given = api.request.read(reader, apiVersion);
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      return refuse(connection, `${api.name} v${apiVersion} does not parse: ${error.message}`);
    }
    try {
      const response = handle(given, request);
      // What waits takes nobody's time; what runs on after a wait is a small part.
      if (startedMs !== null) request.busyMs = processTimeMs() - startedMs;
      if (!(response instanceof Promise)) return answered(request, response);
      if (route.parks) connection.park();
      return response.then(
        (late) => answered(request, late),
        (error: unknown) => failed(request, error),
      );
    } catch (error) {
      return failed(request, error);
    }
  };
}

/** "SaslHandshake" as Kafka's enumeration writes it. */
function upperName(name: string): string {
  return name.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}

/** KIP-511: version 0, error 35, and which versions of ApiVersions itself may be tried. */
function unsupportedApiVersions(correlationId: number): Answer {
  const writer = new Writer(64);
  const { first, last } = apiVersions.request.versions;
  responseHeader.write(writer, { correlationId }, 0);
  const own = { apiKey: apiVersions.key, minVersion: first, maxVersion: last };
  apiVersions.response.write(writer, { errorCode: Errors.UNSUPPORTED_VERSION, apiKeys: [own] }, 0);
  return writer.finish();
}
