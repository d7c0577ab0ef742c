import { type ErrorName } from '../../protocol/errors.ts';
import { type ClusterMetadata } from '../cluster/index.ts';

interface NodeEndpoint {
  readonly nodeId: number;
  readonly host: string;
  readonly port: number;
  readonly rack: string | null;
}

const STALE_LEADER: readonly ErrorName[] = ['NOT_LEADER_OR_FOLLOWER', 'FENCED_LEADER_EPOCH'];

/**
 * KIP-951: a client that asked the wrong broker is told who leads now and how to reach it, and saves a metadata request.
 * One instance per response; `endpoints` holds each leader once.
 * Versions before the hints have no place for them: `isServed` false gives none.
 */
export class LeaderHints {
  private readonly cluster: ClusterMetadata;
  private readonly listenerName: string;
  private readonly isServed: boolean;
  private readonly found = new Map<number, NodeEndpoint>();

  constructor(cluster: ClusterMetadata, listenerName: string, isServed: boolean) {
    this.isServed = isServed;
    this.cluster = cluster;
    this.listenerName = listenerName;
  }

  get endpoints(): NodeEndpoint[] {
    return [...this.found.values()];
  }

  for(error: ErrorName, topic: string, partition: number): { leaderId: number; leaderEpoch: number } | undefined {
    if (!this.isServed || !STALE_LEADER.includes(error)) return undefined;
    const image = this.cluster.partition(topic, partition);
    if (!image) return undefined;
    const { leader: leaderId, leaderEpoch } = image;
    const broker = this.cluster.brokers.get(leaderId);
    const endpoint = broker?.endpoints.find(({ listener }) => listener === this.listenerName);
    if (broker && endpoint) {
      this.found.set(leaderId, { nodeId: leaderId, host: endpoint.host, port: endpoint.port, rack: broker.rack });
    }
    return { leaderId, leaderEpoch };
  }
}
