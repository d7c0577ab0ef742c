import { describeCluster } from '../../client/admin/cluster.ts';
import { describeMetadataQuorum, type QuorumReplica, type VoterEndpoint } from '../../client/admin/quorum.ts';
import { ZERO_UUID } from '../../protocol/primitives.ts';
import { JavaError } from '../../util/java-error.ts';
import { type ToolContext } from '../../util/tool-context.ts';
import { type ClusterAddress, withSession } from '../admin-session.ts';
import { executionFailure, failingAs } from '../java-failures.ts';

export interface QuorumMember extends QuorumReplica {
  readonly status: 'Leader' | 'Follower' | 'Observer';
  /** Records behind the leader. */
  readonly lag: bigint;
  readonly endpoints: readonly VoterEndpoint[];
}

export interface QuorumStatus {
  readonly clusterId: string | null;
  readonly leaderId: number;
  readonly leaderEpoch: number;
  readonly highWatermark: bigint;
  readonly maxFollowerLag: bigint;
  /** -1: not known. */
  readonly maxFollowerLagTimeMs: bigint;
  /** The leader first, then followers, then observers. */
  readonly members: readonly QuorumMember[];
}

/** A failure that Kafka's tool tells in one line. */
export function terse(text: string): JavaError {
  return new JavaError('org.apache.kafka.server.util.TerseException', text);
}

/** Source: MetadataQuorumCommand.handleDescribeStatus, handleDescribeReplication. */
export function describeQuorum(
  address: ClusterAddress,
  context: ToolContext,
  { withClusterId = false } = {},
): Promise<QuorumStatus> {
  return withSession(address, context, (cluster) =>
    failingAs(executionFailure, async () => {
      const clusterId = withClusterId ? (await describeCluster(cluster)).clusterId : null;
      const { leaderId, leaderEpoch, highWatermark, voters, observers, nodes } = await describeMetadataQuorum(cluster);
      const leader = voters.find(({ replicaId }) => replicaId === leaderId);
      if (!leader) throw new JavaError('java.util.NoSuchElementException', 'No value present');
      const last = voters.reduce((least, one) => (one.logEndOffset < least.logEndOffset ? one : least));
      const member = (one: QuorumReplica, status: QuorumMember['status']): QuorumMember => {
        return {
          ...one,
          status,
          lag: leader.logEndOffset - one.logEndOffset,
          endpoints: nodes.get(one.replicaId) ?? [],
        };
      };
      return {
        clusterId,
        leaderId,
        leaderEpoch,
        highWatermark,
        maxFollowerLag: leader.logEndOffset - last.logEndOffset,
        maxFollowerLagTimeMs: lagTimeMs(leader, last),
        members: [
          member(leader, 'Leader'),
          ...voters.filter((one) => one !== leader).map((one) => member(one, 'Follower')),
          ...observers.map((one) => member(one, 'Observer')),
        ],
      };
    }),
  );
}

function lagTimeMs(leader: QuorumReplica, last: QuorumReplica): bigint {
  if (leader === last) return 0n;
  const times = [leader.lastCaughtUpTimestampMs, last.lastCaughtUpTimestampMs] as const;
  return times.includes(-1n) ? -1n : times[0] - times[1];
}

export function statusText(status: QuorumStatus): string {
  const { clusterId, leaderId, leaderEpoch, highWatermark, maxFollowerLag, maxFollowerLagTimeMs, members } = status;
  // Voters by id, as the answer has them.
  const voters = members.filter((one) => one.status !== 'Observer').sort((a, b) => a.replicaId - b.replicaId);
  const observers = members.filter((one) => one.status === 'Observer');
  const lines: [string, unknown][] = [
    ['ClusterId', clusterId],
    ['LeaderId', leaderId],
    ['LeaderEpoch', leaderEpoch],
    ['HighWatermark', highWatermark],
    ['MaxFollowerLag', maxFollowerLag],
    ['MaxFollowerLagTimeMs', maxFollowerLagTimeMs],
    ['CurrentVoters', `[${voters.map(memberText).join(', ')}]`],
    ['CurrentObservers', `[${observers.map(memberText).join(', ')}]`],
  ];
  return lines.map(([name, value]) => `${`${name}:`.padEnd(24)}${value}\n`).join('');
}

function memberText({ replicaId, directoryId, endpoints }: QuorumMember): string {
  const parts = [`"id": ${replicaId}`];
  if (directoryId !== ZERO_UUID) parts.push(`"directoryId": "${directoryId}"`);
  if (endpoints.length > 0) parts.push(`"endpoints": [${endpoints.map((one) => `"${endpointText(one)}"`).join(', ')}]`);
  return `{${parts.join(', ')}}`;
}

export function endpointText({ name, host, port }: VoterEndpoint): string {
  return `${name}://${host.includes(':') ? `[${host}]` : host}:${port}`;
}

/** `8 ms ago`; -1 where the time is not known. Throws JavaError: the node's clock is ahead of ours. */
export function relativeTime(timestampMs: bigint, nowMs: number, what: 'last fetch' | 'last caught up'): string {
  if (timestampMs === -1n) return '-1';
  const now = BigInt(nowMs);
  if (timestampMs > now) {
    const about = `Current timestamp is ${now}, ${what} timestamp is ${timestampMs}`;
    throw terse(`Error while computing relative time, possible drift in system clock.\n${about}`);
  }
  return `${now - timestampMs} ms ago`;
}
