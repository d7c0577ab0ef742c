import { requestHeader, responseHeader } from '../../src/protocol/headers.ts';
import { Reader, Writer } from '../../src/protocol/primitives.ts';
import { type Api, type ApiRequestInput, type ApiResponse } from '../../src/protocol/schema.ts';
import { RequestChannel } from '../../src/transport/index.ts';

const API_VERSIONS = 18;

/** Speaks the wire protocol at the version the test names, and nothing on its own account. */
export class RawClient {
  readonly channel: RequestChannel;
  private readonly clientId: string;

  private constructor(channel: RequestChannel, clientId: string) {
    this.channel = channel;
    this.clientId = clientId;
  }

  static async connect(port: number, clientId = 'raw-client'): Promise<RawClient> {
    return new RawClient(await RequestChannel.connect({ host: '127.0.0.1', port, connectTimeoutMs: 5000 }), clientId);
  }

  async send<A extends Api>(api: A, version: number, request: ApiRequestInput<A>): Promise<ApiResponse<A>> {
    const frame = await this.channel.request(this.encode(api, version, request), 30_000);
    const reader = new Reader(frame);
    responseHeader.read(reader, api.key !== API_VERSIONS && api.response.isFlexible(version) ? 1 : 0);
    const response = api.response.read(reader, version);
    if (reader.remaining > 0) throw new Error(`${reader.remaining} bytes behind the response`);
    return response as ApiResponse<A>;
  }

  /** For requests without a response. */
  async post<A extends Api>(api: A, version: number, request: ApiRequestInput<A>): Promise<void> {
    await this.channel.send(this.encode(api, version, request));
  }

  encode<A extends Api>(api: A, version: number, request: ApiRequestInput<A>): Buffer[] {
    const writer = new Writer();
    const header = { requestApiKey: api.key, requestApiVersion: version, clientId: this.clientId };
    requestHeader.write(writer, header, api.request.isFlexible(version) ? 2 : 1);
    api.request.write(writer, request, version);
    return writer.finish();
  }

  close(): void {
    this.channel.close();
  }
}
