import { type PartitionReassignment } from '../../client/admin/reassignments.ts';
import { type AssignedPartition, assignmentJson } from './plan.ts';
import { type MoveState, type PartitionState } from './states.ts';

/** What happened, in the order in which it did. */
export type ReassignEvent =
  | { readonly kind: 'status'; readonly partitions: readonly PartitionState[]; readonly moves: readonly MoveState[] }
  | { readonly kind: 'clearing broker throttles'; readonly brokers: readonly number[] }
  | { readonly kind: 'clearing topic throttles'; readonly topics: readonly string[] }
  | {
      readonly kind: 'plan';
      readonly current: readonly AssignedPartition[];
      readonly proposed: readonly AssignedPartition[];
    }
  | { readonly kind: 'current assignment'; readonly partitions: readonly AssignedPartition[] }
  | { readonly kind: 'throttle warning' }
  | { readonly kind: 'throttle'; readonly of: 'inter-broker' | 'replica-alter-dir'; readonly bytesPerSecond: bigint }
  | { readonly kind: 'started'; readonly partitions: readonly string[] }
  | {
      readonly kind: 'move started';
      readonly topic: string;
      readonly partition: number;
      readonly brokerId: number;
      readonly logDir: string;
    }
  | { readonly kind: 'cancelled'; readonly partitions: readonly string[] }
  | { readonly kind: 'no active moves' }
  | { readonly kind: 'reassignments'; readonly partitions: readonly PartitionReassignment[] };

export type Report = (event: ReassignEvent) => Promise<void>;

/** What Kafka's tool prints. Source: ReassignPartitionsCommand. */
export function eventText(event: ReassignEvent): string {
  switch (event.kind) {
    case 'status':
      return `${['Status of partition reassignment:', ...event.partitions.map(stateText)].join('\n')}\n${event.moves.map(moveText).join('\n')}\n`;
    case 'clearing broker throttles':
      return `Clearing broker-level throttles on broker${plural(event.brokers)} ${event.brokers.join(',')}\n`;
    case 'clearing topic throttles':
      return `Clearing topic-level throttles on topic${plural(event.topics)} ${event.topics.join(',')}\n`;
    case 'plan': {
      const current = `Current partition replica assignment\n${assignmentJson(event.current)}\n`;
      return `${current}\nProposed partition reassignment configuration\n${assignmentJson(event.proposed)}\n`;
    }
    case 'current assignment':
      return (
        `Current partition replica assignment\n\n${assignmentJson(event.partitions)}\n\n` +
        'Save this to use as the --reassignment-json-file option during rollback\n'
      );
    case 'throttle warning':
      return 'Warning: You must run --verify periodically, until the reassignment completes, to ensure the throttle is removed.\n';
    case 'throttle':
      return `The ${event.of} throttle limit was set to ${event.bytesPerSecond} B/s\n`;
    case 'started':
      return `Successfully started partition reassignment${plural(event.partitions)} for ${event.partitions.join(',')}\n`;
    case 'move started':
      return `Successfully started moving log directory to ${event.logDir} for replica ${event.topic}-${event.partition} with broker ${event.brokerId} \n`;
    case 'cancelled':
      if (event.partitions.length === 0) return 'None of the specified partition reassignments are active.\n';
      return `Successfully cancelled partition reassignment${plural(event.partitions)} for: ${event.partitions.join(',')}\n`;
    case 'no active moves':
      return 'None of the specified partition moves are active.';
    case 'reassignments':
      if (event.partitions.length === 0) return 'No partition reassignments found.\n';
      return `Current partition reassignments:\n${event.partitions.map(reassignmentText).join('\n')}\n`;
  }
}

function plural(list: readonly unknown[]): string {
  return list.length === 1 ? '' : 's';
}

function stateText({ topic, partition, isDone, current, target }: PartitionState): string {
  const name = `${topic}-${partition}`;
  if (!isDone) return `Reassignment of partition ${name} is still in progress.`;
  if (current.join(',') === target.join(',')) return `Reassignment of partition ${name} is completed.`;
  return `There is no active reassignment of partition ${name}, but replica set is ${current.join(',')} rather than ${target.join(',')}.`;
}

function moveText({ topic, partition, brokerId, state, current, target, future }: MoveState): string {
  const name = `${topic}-${partition}`;
  switch (state) {
    case 'missing replica':
      return `Partition ${name} cannot be found in any live log directory on broker ${brokerId}.`;
    case 'missing log dir':
      return `Partition ${name} is not found in any live log dir on broker ${brokerId}. There is likely an offline log directory on the broker.`;
    case 'active':
      if (future === target) return `Reassignment of replica ${name}-${brokerId} is still in progress.`;
      return `Partition ${name} on broker ${brokerId} is being moved to log dir ${future} instead of ${target}.`;
    case 'not moving':
      return `Partition ${name} on broker ${brokerId} is not being moved from log dir ${current} to ${target}.`;
    case 'completed':
      return `Reassignment of replica ${name}-${brokerId} completed successfully.`;
  }
}

function reassignmentText(one: PartitionReassignment): string {
  const { topic, partition, replicas, addingReplicas, removingReplicas } = one;
  const adding = addingReplicas.length === 0 ? '' : ` adding: ${addingReplicas.join(',')}.`;
  const removing = removingReplicas.length === 0 ? '' : ` removing: ${removingReplicas.join(',')}.`;
  return `${topic}-${partition}: replicas: ${replicas.join(',')}.${adding}${removing}`;
}
