import { Errors, errorName, KafkaError } from '../protocol/errors.ts';
import { requestHeader, responseHeader } from '../protocol/headers.ts';
import { apiVersions } from '../protocol/messages/18-api-versions.ts';
import { MalformedBytesError, Reader, Writer } from '../protocol/primitives.ts';
import {
  type Api,
  type ApiRequestInput,
  type ApiResponse,
  type Fields,
  type Input,
  type VersionRange,
} from '../protocol/schema.ts';
import { type RequestChannel, TransportError } from '../transport/index.ts';
import { AuthenticationError, ClosedError, DisconnectError, UnsupportedVersionError } from './errors.ts';

/** Sent with ApiVersions; brokers show it in their metrics. Must match [a-zA-Z0-9](?:[a-zA-Z0-9\-.]*[a-zA-Z0-9])?. */
const SOFTWARE = { clientSoftwareName: 'klamm', clientSoftwareVersion: '0.1.0' };

export type ApiVersionsResponse = ApiResponse<typeof apiVersions>;

/** A request, or what makes one once the version is known. */
export type RequestOf<A> = ApiRequestInput<A> | ((version: number) => ApiRequestInput<A>);

export interface Answer<A> {
  readonly response: ApiResponse<A>;
  readonly version: number;
  /** Counted per connection; Java's log lines name it. */
  readonly correlationId: number;
}

export interface VersionLimits {
  /** Highest version to use although both sides know a higher one. */
  readonly maxVersion?: number | undefined;
  /** Lowest version that can carry what is asked. */
  readonly minVersion?: number | undefined;
}

export interface RequestLimits extends VersionLimits {
  readonly timeoutMs: number;
}

/** One channel whose peer's versions are known: encodes requests, decodes answers. */
export class Connection {
  readonly channel: RequestChannel;
  private readonly clientId: string;
  private ranges: ReadonlyMap<number, VersionRange> = new Map();
  private offer: ApiVersionsResponse | null = null;

  constructor(channel: RequestChannel, clientId: string) {
    this.channel = channel;
    this.clientId = clientId;
  }

  /** What the broker answered to ApiVersions. */
  get apiVersions(): ApiVersionsResponse {
    if (!this.offer) throw new Error('versions were not negotiated');
    return this.offer;
  }

  /** Asks what the peer knows, from our highest version down to what it answers to. */
  async negotiate(timeoutMs: number): Promise<void> {
    let version = apiVersions.request.versions.last;
    for (;;) {
      const frame = await this.exchange(encodeRequest(apiVersions, version, SOFTWARE, this.clientId), timeoutMs);
      // An unknown version is answered with error 35 in the shape of version 0, whatever was asked.
      const errorCode = frame.length >= 6 ? frame.readInt16BE(4) : Errors.UNKNOWN_SERVER_ERROR;
      const isRefused = errorCode === Errors.UNSUPPORTED_VERSION && version > 0;
      const { response } = this.decode(apiVersions, isRefused ? 0 : version, frame);
      if (isRefused) {
        const range = response.apiKeys.find((one) => one.apiKey === apiVersions.key);
        version = Math.min(range?.maxVersion ?? 0, version - 1);
        continue;
      }
      if (response.errorCode !== Errors.NONE) throw new KafkaError(errorName(response.errorCode));
      this.offer = response;
      this.ranges = new Map(
        response.apiKeys.map((one) => [one.apiKey, { first: one.minVersion, last: one.maxVersion }]),
      );
      return;
    }
  }

  /** The highest version that both sides know; undefined when there is none. */
  usableVersion(api: Api<Fields, Fields>, limits: VersionLimits = {}): number | undefined {
    const theirs = this.ranges.get(api.key);
    if (!theirs) return undefined;
    const ours = api.request.versions;
    const version = Math.min(theirs.last, ours.last, limits.maxVersion ?? Number.POSITIVE_INFINITY);
    const lowest = Math.max(theirs.first, ours.first, limits.minVersion ?? 0);
    return version >= lowest ? version : undefined;
  }

  /** Throws UnsupportedVersionError before anything is sent; DisconnectError when the answer does not come. */
  async request<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: RequestOf<Api<Q, R>>,
    limits: RequestLimits,
  ): Promise<Answer<Api<Q, R>>> {
    const version = this.requireVersion(api, limits);
    const parts = encodeRequest(api, version, requestFor(request, version), this.clientId);
    return this.decode(api, version, await this.exchange(parts, limits.timeoutMs));
  }

  /** A request that the broker does not answer (Produce with acks=0). */
  async send<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: RequestOf<Api<Q, R>>,
    limits: VersionLimits = {},
  ): Promise<void> {
    const version = this.requireVersion(api, limits);
    const parts = encodeRequest(api, version, requestFor(request, version), this.clientId);
    await this.channel.send(parts).catch(asClientError);
  }

  close(): void {
    this.channel.close();
  }

  private requireVersion(api: Api<Fields, Fields>, limits: VersionLimits): number {
    const version = this.usableVersion(api, limits);
    if (version !== undefined) return version;
    const theirs = this.ranges.get(api.key);
    const name = upperSnake(api.name);
    if (!theirs) throw new UnsupportedVersionError(`The node does not support ${name}`);
    const first = Math.max(limits.minVersion ?? 0, api.request.versions.first);
    const last = Math.min(limits.maxVersion ?? Number.POSITIVE_INFINITY, api.request.versions.last);
    throw new UnsupportedVersionError(
      `The node does not support ${name} with version in range [${first},${last}]. The supported range is [${theirs.first},${theirs.last}].`,
    );
  }

  private exchange(parts: Buffer[], timeoutMs: number): Promise<Buffer> {
    return this.channel.request(parts, timeoutMs).catch(asClientError);
  }

  private decode<Q extends Fields, R extends Fields>(api: Api<Q, R>, version: number, frame: Buffer) {
    const reader = new Reader(frame);
    try {
      // The answer to ApiVersions keeps the old header, so that a client can read it before anything is agreed.
      const headerVersion = api.response.isFlexible(version) && api.key !== apiVersions.key ? 1 : 0;
      const { correlationId } = responseHeader.read(reader, headerVersion);
      return { response: api.response.read(reader, version) as ApiResponse<Api<Q, R>>, version, correlationId };
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      this.close();
      throw new DisconnectError(`The answer to ${api.name} cannot be read: ${error.message}`, error);
    }
  }
}

function requestFor<A extends Api<Fields, Fields>>(request: RequestOf<A>, version: number): ApiRequestInput<A> {
  return typeof request === 'function' ? request(version) : request;
}

function encodeRequest<Q extends Fields>(
  api: Api<Q, Fields>,
  version: number,
  request: Input<Q>,
  clientId: string,
): Buffer[] {
  const writer = new Writer(512);
  const header = { requestApiKey: api.key, requestApiVersion: version, clientId };
  requestHeader.write(writer, header, api.request.isFlexible(version) ? 2 : 1);
  api.request.write(writer, request, version);
  return writer.finish();
}

/** Transport failures as the client's errors. A channel is only ever closed on purpose by its owner. */
function asClientError(error: unknown): never {
  if (!(error instanceof TransportError)) throw error;
  if (error.failure === 'closed') throw new ClosedError();
  if (error.failure === 'tls-failed') throw new AuthenticationError('SslAuthentication', 'SSL handshake failed', error);
  throw new DisconnectError(error.message, error);
}

/** `ListOffsets` as Java prints it: LIST_OFFSETS. */
export function upperSnake(apiName: string): string {
  return apiName.replace(/(?<=[a-z])(?=[A-Z])/g, '_').toUpperCase();
}
