import { connect, type Socket } from 'node:net';
import { requestHeader } from '../../src/protocol/headers.ts';
import { Reader, Writer } from '../../src/protocol/primitives.ts';
import { batches, RecordCursor } from '../../src/protocol/records/index.ts';
import { type Api } from '../../src/protocol/schema.ts';
import { Symbolic } from './values.ts';

const PATIENCE_MS = 4000;
const UUID = /[A-Za-z0-9_-]{22}(?![A-Za-z0-9_-])/g;
const LONG_UUID = /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}/g;
const CONSTANTS = ['AAAAAAAAAAAAAAAAAAAAAA', 'MkU3OEVBNTcwNTJENDM2Qg'];
/** Anything later is "now". */
const NOW_FROM_MS = 1_700_000_000_000n;
const NOW_TO_MS = 2_500_000_000_000n;

/** One broker under test: a connection, and what it called things by names of its own. */
export class Side {
  readonly port: number;
  private readonly prefix: string;
  private socket: Socket | null = null;
  private pending: ((frame: Buffer | 'closed') => void) | null = null;
  private received: Buffer = Buffer.alloc(0);
  private correlationId = 0;
  private readonly topicIds = new Map<string, string>();
  private readonly memberIds = new Map<string, string>();
  /** Opaque values by order of appearance: the same order on both brokers counts as the same value. */
  private readonly ordinals = new Map<string, string>();

  /** Names of other episodes are left out of lists of everything. */
  constructor(port: number, prefix = '') {
    this.port = port;
    this.prefix = prefix;
  }

  close(): void {
    this.socket?.destroy();
    this.socket = null;
  }

  private open(): Promise<Socket> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1', () => resolve(socket));
      socket.setNoDelay(true);
      this.received = Buffer.alloc(0);
      socket.on('data', (chunk) => {
        this.received = Buffer.concat([this.received, chunk]);
        if (this.received.length < 4 || this.received.length < 4 + this.received.readInt32BE(0)) return;
        const frame = this.received.subarray(4, 4 + this.received.readInt32BE(0));
        this.received = this.received.subarray(4 + frame.length);
        this.pending?.(frame);
      });
      socket.on('error', reject);
      socket.on('close', () => {
        if (this.socket !== socket) return;
        this.socket = null;
        this.pending?.('closed');
      });
    });
  }

  /** The decoded answer without what must differ; "closed" or "silent" when there is none. */
  async ask(api: Api, version: number, request: unknown): Promise<unknown> {
    this.socket ??= await this.open();
    const writer = new Writer();
    const header = {
      requestApiKey: api.key,
      requestApiVersion: version,
      correlationId: ++this.correlationId,
      clientId: 'differential',
    };
    requestHeader.write(writer, header, api.request.isFlexible(version) ? 2 : 1);
    api.request.write(writer, this.resolved(request) as never, version);
    const body = writer.toBuffer();
    const size = Buffer.alloc(4);
    size.writeInt32BE(body.length);
    const frame = await new Promise<Buffer | 'closed' | 'silent'>((resolve) => {
      const timer = setTimeout(() => resolve('silent'), PATIENCE_MS);
      this.pending = (found) => {
        clearTimeout(timer);
        resolve(found);
      };
      this.socket?.write(Buffer.concat([size, body]));
    });
    this.pending = null;
    if (typeof frame === 'string') {
      this.close();
      return frame;
    }
    const reader = new Reader(frame);
    reader.int32();
    if (api.response.isFlexible(version) && api.key !== 18) reader.uvarint();
    const answer = api.response.read(reader, version);
    const rest = reader.remaining;
    this.learn(api, request, answer);
    const normal = this.normal(answer, '');
    return rest > 0 ? { answer: normal, rest } : normal;
  }

  private resolved(value: unknown): unknown {
    if (value instanceof Symbolic) {
      if (value.kind === 'topicId') return this.topicIds.get(value.name) ?? 'zzzzzzzzzzzzzzzzzzzzzg';
      return this.memberIds.get(value.name) ?? 'none yet';
    }
    if (Array.isArray(value)) return value.map((one) => this.resolved(one));
    if (typeof value !== 'object' || value === null || Buffer.isBuffer(value)) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, this.resolved(one)]));
  }

  private learn(api: Api, request: unknown, answer: Record<string, unknown>): void {
    if (api.name === 'Metadata' || api.name === 'CreateTopics' || api.name === 'DescribeTopicPartitions') {
      for (const { name, topicId } of (answer.topics ?? []) as { name: string | null; topicId: string }[]) {
        if (!name || topicId === 'AAAAAAAAAAAAAAAAAAAAAA') continue;
        this.topicIds.set(name, topicId);
        this.ordinals.set(topicId, `id of ${name}`);
      }
    }
    if (api.name === 'JoinGroup') {
      const { groupId } = request as { groupId: string };
      if (answer.memberId) this.memberIds.set(groupId, answer.memberId as string);
    }
  }

  private isForeign(value: unknown): boolean {
    if (typeof value !== 'object' || value === null) return false;
    const { name, topic, groupId, transactionalId, user, resourceName } = value as Record<string, unknown>;
    const found = name ?? topic ?? groupId ?? transactionalId ?? user ?? resourceName;
    return typeof found === 'string' && /^(d\d+-|p)/.test(found) && !found.startsWith(this.prefix);
  }

  private ordinal(value: string): string {
    const known = this.ordinals.get(value) ?? `#${this.ordinals.size}`;
    this.ordinals.set(value, known);
    return known;
  }

  private normal(value: unknown, name: string): unknown {
    if (name === 'throttleTimeMs') return undefined;
    if (name === 'port' || name === 'clusterId') return undefined;
    if (name === 'sessionId') return value === 0 ? 0 : 'some';
    if (name === 'records') return value === null ? null : recordsOf(value as Buffer);
    if (typeof value === 'bigint') {
      return value > NOW_FROM_MS && value < NOW_TO_MS ? 'now' : String(value);
    }
    if (typeof value === 'string') {
      return value
        .replace(LONG_UUID, '#')
        .replace(UUID, (found) => (CONSTANTS.includes(found) || /^x+$/.test(found) ? found : this.ordinal(found)))
        .replaceAll(String(this.port), 'PORT')
        .replace(/(127\.0\.0\.1|localhost):\d+/g, 'ADDRESS')
        .replace(/\/[^ ,]*\/logs/g, 'LOGS');
    }
    if (Buffer.isBuffer(value)) return value.toString('latin1');
    if (Array.isArray(value)) {
      // Kafka's answers to a fetch may name a topic more than once.
      if (name === 'responses') return this.normal(flattened(value), '');
      const items = value.map((one) => this.normal(one, '')).filter((one) => !this.isForeign(one));
      return items
        .map((one) => [JSON.stringify(one), one] as const)
        .sort(([a], [b]) => (a < b ? -1 : 1))
        .map(([, one]) => one);
    }
    if (typeof value !== 'object' || value === null) return value;
    return Object.fromEntries(Object.entries(value).map(([key, one]) => [key, this.normal(one, key)]));
  }
}

function recordsOf(buffer: Buffer): unknown {
  const found: unknown[] = [];
  let bytes = 0;
  for (const batch of batches(buffer)) {
    bytes += batch.sizeInBytes;
    const { baseOffset, lastOffset, producerId, producerEpoch, baseSequence, attributes, partitionLeaderEpoch } = batch;
    const records: string[] = [];
    const cursor = new RecordCursor();
    cursor.reset(batch);
    while (cursor.next()) {
      const timestamp = BigInt(cursor.timestamp());
      const when = timestamp > NOW_FROM_MS && timestamp < NOW_TO_MS ? 'now' : timestamp;
      records.push(
        `${cursor.offset()} ${when} ${cursor.key()?.toString('latin1')} ${cursor.value()?.toString('latin1')}`,
      );
    }
    found.push({
      offsets: `${baseOffset}-${lastOffset}`,
      producer: `${producerId}/${producerEpoch}/${baseSequence}`,
      attributes,
      partitionLeaderEpoch,
      isCrcValid: batch.isCrcValid(),
      records,
    });
  }
  return { found, hasTornTail: bytes < buffer.length };
}

function flattened(responses: readonly Record<string, unknown>[]): unknown[] {
  return responses.flatMap(({ partitions, partitionResponses = partitions, ...topic }) =>
    Array.isArray(partitionResponses) ? partitionResponses.map((one) => ({ ...topic, ...one })) : [topic],
  );
}
