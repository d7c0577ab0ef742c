import { type ProducerCluster } from './ports.ts';
import { type Producer } from './producer.ts';
import { type TransactionalIdentity } from './transactional-identity.ts';

/** The transactional side of a producer with a transactional.id. All methods throw JavaError as Java's producer does. */
export class Transactions {
  private readonly producer: Producer;
  private readonly identity: TransactionalIdentity;
  private readonly cluster: ProducerCluster;

  constructor(producer: Producer, identity: TransactionalIdentity, cluster: ProducerCluster) {
    this.producer = producer;
    this.identity = identity;
    this.cluster = cluster;
  }

  /** Once, before the first transaction. */
  initialize(): Promise<void> {
    return this.cluster.hold(this.identity.initialize());
  }

  begin(): void {
    this.identity.begin();
  }

  commit(): Promise<void> {
    return this.cluster.hold(this.identity.commit(() => this.producer.flush()));
  }

  abort(): Promise<void> {
    return this.cluster.hold(this.identity.abort(() => this.producer.flush()));
  }
}
