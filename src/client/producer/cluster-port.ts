import { KafkaError } from '../../protocol/errors.ts';
import { produce } from '../../protocol/messages/00-produce.ts';
import { initProducerId } from '../../protocol/messages/22-init-producer-id.ts';
import { type Api, type ApiRequestInput, type ApiResponse, type Fields } from '../../protocol/schema.ts';
import { TransportError } from '../../transport/index.ts';
import { type Cluster } from '../cluster.ts';
import { type Connection } from '../connection.ts';
import { ConnectionError, DisconnectError, TimeoutError } from '../errors.ts';
import { type ProduceAnswer, type ProduceRequest, type ProducerCluster, type TopicMetadata } from './ports.ts';

interface NodeConnection {
  connection: Connection | null;
  /** Requests that wait for the connection: later ones must not overtake them. */
  waiting: number;
}

/** The producer's port on a real cluster. */
export class ClusterPort implements ProducerCluster {
  private readonly cluster: Cluster;
  private readonly nodes = new Map<number, NodeConnection>();
  private readonly topics = new Map<string, TopicMetadata>();
  private readonly errors = new Map<string, KafkaError>();

  constructor(cluster: Cluster) {
    this.cluster = cluster;
  }

  async produce(
    nodeId: number,
    request: (version: number) => ProduceRequest,
    options: { acks: number; timeoutMs: number; maxVersion: number | undefined },
  ): Promise<ProduceAnswer | null> {
    const ready = this.readyConnection(nodeId);
    const connection = ready ?? (await this.connect(nodeId, options.timeoutMs));
    try {
      if (options.acks === 0) {
        await connection.send(produce, request, options);
        return null;
      }
      return await connection.request(produce, request, options);
    } catch (error) {
      const isTimeout = error instanceof DisconnectError && isRequestTimeout(error.cause);
      throw isTimeout ? new TimeoutError(error.message, error) : error;
    }
  }

  async initProducerId(request: Parameters<ProducerCluster['initProducerId']>[0], timeoutMs: number) {
    return this.cluster.send(initProducerId, request, 'any', { timeoutMs });
  }

  findTransactionCoordinator(transactionalId: string): Promise<number> {
    return this.cluster.findCoordinator('transaction', transactionalId);
  }

  call<Q extends Fields, R extends Fields>(
    api: Api<Q, R>,
    request: ApiRequestInput<Api<Q, R>>,
    nodeId: number,
    options: { timeoutMs: number; maxVersion: number | undefined },
  ): Promise<ApiResponse<Api<Q, R>>> {
    // Beside the lane of the records: a request of the coordinator must not wait behind them.
    return this.cluster.send(api, request, { node: nodeId, lane: 'coordinator' }, options);
  }

  async transactionVersion(): Promise<number> {
    const { apiVersions } = await this.cluster.connect('any');
    return apiVersions.finalizedFeatures.find(({ name }) => name === 'transaction.version')?.maxVersionLevel ?? 0;
  }

  topic(name: string): TopicMetadata | undefined {
    return this.topics.get(name);
  }

  topicError(name: string): KafkaError | undefined {
    return this.errors.get(name);
  }

  async refresh(topics: readonly string[]): Promise<void> {
    const answer = await this.cluster.metadata.refresh(topics, { allowAutoTopicCreation: true });
    const invalid: string[] = [];
    for (const { name, topicId, error, partitions } of answer.topics) {
      if (error === 'NONE') {
        this.errors.delete(name);
        this.topics.set(name, { topicId, leaders: Array.from(partitions, (one) => one?.leaderId ?? -1) });
      } else this.errors.set(name, new KafkaError(error));
      if (error === 'INVALID_TOPIC_EXCEPTION') invalid.push(name);
    }
    if (invalid.length > 0) {
      const text = `Metadata response reported invalid topics [${invalid.join(', ')}]`;
      this.cluster.logger.named('org.apache.kafka.clients.Metadata').log('ERROR', `${this.cluster.logPrefix}${text}`);
    }
  }

  async hold<T>(work: Promise<T>): Promise<T> {
    const keepAlive = setInterval(() => undefined, 0x7fffffff);
    try {
      return await work;
    } finally {
      clearInterval(keepAlive);
    }
  }

  /** A busy connection is used at once and in order; an idle one is looked at by the cluster first, it may be too old. */
  private readyConnection(nodeId: number): Connection | undefined {
    const node = this.nodes.get(nodeId);
    const connection = node?.connection;
    const isBusy = connection?.channel.isOpen && connection.channel.pendingCount > 0 && node?.waiting === 0;
    return isBusy ? connection : undefined;
  }

  private async connect(nodeId: number, timeoutMs: number): Promise<Connection> {
    let node = this.nodes.get(nodeId);
    if (!node) {
      node = { connection: null, waiting: 0 };
      this.nodes.set(nodeId, node);
    }
    node.waiting++;
    try {
      node.connection = await this.cluster.connect({ node: nodeId }, timeoutMs);
      return node.connection;
    } catch (error) {
      // Time that ran out before there was a connection: nothing was sent.
      if (error instanceof TimeoutError) throw new ConnectionError(error.message, { isHopeless: false, cause: error });
      throw error;
    } finally {
      node.waiting--;
    }
  }
}

function isRequestTimeout(cause: unknown): boolean {
  return cause instanceof TransportError && cause.failure === 'request-timeout';
}
