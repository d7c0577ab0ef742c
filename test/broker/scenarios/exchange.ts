import { createTopics } from '../../../src/protocol/messages/19-create-topics.ts';
import { type Uuid } from '../../../src/protocol/primitives.ts';
import { batches } from '../../../src/protocol/records/index.ts';
import { type Api, type ApiRequestInput, type ApiResponse } from '../../../src/protocol/schema.ts';
import { TransportError } from '../../../src/transport/index.ts';
import { RawClient } from '../raw-client.ts';

/** Milliseconds of this decade's second half, negated and in ranges too: the recorded records are older. */
const BROKER_TIME = /\b1(?:7[1-9]|[89]\d)\d{10}\b|-9223370\d{12}\b|-74\d{11}\b/g;

/** Kafka may add the beginning of a batch that no client can use; we do not send it. */
function wholeBatches(records: Buffer): Buffer {
  let end = 0;
  for (const batch of batches(records)) end += batch.sizeInBytes;
  return records.subarray(0, end);
}

/** Beside the error of a produced batch, Kafka tells the log start offset or not depending on where it was refused. */
function isFailedProduce(value: object): boolean {
  return 'logAppendTimeMs' in value && 'errorCode' in value && value.errorCode !== 0;
}

/** Kafka answers topics and log dirs' partitions in the order of a hash map. */
function inOrder(values: unknown[]): unknown[] {
  const keyOf = (one: unknown): string => {
    const { name, topic, partitionIndex, isFutureKey } = (one ?? {}) as Record<string, unknown>;
    return String(name ?? topic ?? (isFutureKey === undefined ? '' : partitionIndex));
  };
  return values.every((one) => keyOf(one) !== '') ? values.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)) : values;
}

/**
 * Runs a script of requests against one broker and writes down the answers, with what differs between two runs replaced:
 * topic ids, session ids, producer ids, times of the broker. The same script runs against Apache Kafka (see record.ts) and
 * against ours; both must give the same list.
 */
export class Exchange {
  readonly recorded: [step: string, answer: unknown][] = [];
  readonly prefix: string;
  private readonly port: number;
  private client: RawClient;
  private readonly names = new Map<string, string>();

  private constructor(port: number, prefix: string, client: RawClient) {
    this.port = port;
    this.prefix = prefix;
    this.client = client;
  }

  static async open(port: number): Promise<Exchange> {
    const prefix = `x${Math.random().toString(36).slice(2, 8)}-`;
    return new Exchange(port, prefix, await RawClient.connect(port));
  }

  /** Gives a value of this run a name that holds for every run. */
  alias(value: string | number | bigint, name: string): void {
    this.names.set(String(value), `<${name}>`);
  }

  async createTopic(name: string, partitionCount = 1, configs: Record<string, string> = {}): Promise<Uuid> {
    const response = await this.client.send(createTopics, 7, {
      topics: [
        {
          name: this.prefix + name,
          numPartitions: partitionCount,
          replicationFactor: 1,
          // The records of the scripts are old on purpose and must stay.
          configs: Object.entries({ 'retention.ms': '-1', ...configs }).map(([key, value]) => ({ name: key, value })),
        },
      ],
    });
    const { topicId, errorCode, errorMessage } = response.topics[0]!;
    if (errorCode !== 0) throw new Error(`cannot create ${name}: ${errorCode} ${errorMessage}`);
    this.alias(topicId, `id of ${name}`);
    return topicId;
  }

  /** Sends and records; the raw answer is returned for scripts that go on from it. */
  async step<A extends Api>(
    name: string,
    api: A,
    version: number,
    request: ApiRequestInput<A>,
    normalise: (response: ApiResponse<A>) => unknown = (response) => response,
  ): Promise<ApiResponse<A>> {
    let response: ApiResponse<A>;
    try {
      response = await this.client.send(api, version, request);
    } catch (error) {
      if (!(error instanceof TransportError)) throw error;
      this.recorded.push([`${name} (v${version})`, '<connection closed>']);
      await this.reconnect();
      return undefined as never;
    }
    this.recorded.push([`${name} (v${version})`, this.plain(normalise(response))]);
    return response;
  }

  /** Repeats a request until its answer is what the script needs; records nothing. */
  async until<A extends Api>(
    api: A,
    version: number,
    request: ApiRequestInput<A>,
    isDone: (response: ApiResponse<A>) => boolean,
  ): Promise<ApiResponse<A>> {
    for (;;) {
      const response = await this.client.send(api, version, request);
      if (isDone(response)) return response;
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Sends a request that gets no answer; records whether the connection survives it. */
  async silentStep<A extends Api>(name: string, api: A, version: number, request: ApiRequestInput<A>): Promise<void> {
    await this.client.post(api, version, request);
    const isClosed = await Promise.race([
      this.client.channel.closed.then(() => true),
      new Promise<boolean>((resolve) => setTimeout(resolve, 300, false)),
    ]);
    this.recorded.push([`${name} (v${version})`, isClosed ? '<connection closed>' : '<no answer>']);
    if (isClosed) await this.reconnect();
  }

  close(): void {
    this.client.close();
  }

  private async reconnect(): Promise<void> {
    this.client.close();
    this.client = await RawClient.connect(this.port);
  }

  /** JSON without what only this run knows. */
  private plain(value: unknown): unknown {
    if (Buffer.isBuffer(value)) return wholeBatches(value).toString('hex');
    if (typeof value === 'bigint' || typeof value === 'number') return this.names.get(String(value)) ?? Number(value);
    if (typeof value === 'string')
      return this.names.get(value) ?? value.replaceAll(this.prefix, '').replaceAll(BROKER_TIME, '<time>');
    if (Array.isArray(value)) return inOrder(value.map((one) => this.plain(one)));
    if (typeof value !== 'object' || value === null) return value;
    const entries = Object.entries(value).filter(([key]) => !(key === 'logStartOffset' && isFailedProduce(value)));
    return Object.fromEntries(entries.map(([key, one]) => [key, this.plain(one)]));
  }
}
