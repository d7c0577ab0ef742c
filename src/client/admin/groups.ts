import { KafkaError } from '../../protocol/errors.ts';
import { describeGroups } from '../../protocol/messages/15-describe-groups.ts';
import { listGroups as listGroupsApi } from '../../protocol/messages/16-list-groups.ts';
import { deleteGroups as deleteGroupsApi } from '../../protocol/messages/42-delete-groups.ts';
import { consumerGroupDescribe } from '../../protocol/messages/69-consumer-group-describe.ts';
import { Reader } from '../../protocol/primitives.ts';
import { consumerProtocolAssignment } from '../../protocol/records/clients.ts';
import { type ApiResponse } from '../../protocol/schema.ts';
import { JavaError } from '../../util/java-error.ts';
import { type Cluster } from '../cluster.ts';
import { UnsupportedVersionError } from '../errors.ts';
import { type BrokerNode } from '../node-link.ts';
import { callAdmin } from './call.ts';
import { callCoordinators, type GroupResult } from './coordinators.ts';
import { failureOf, type Outcome, throwIfFailed } from './outcome.ts';

/** As Java's GroupType prints them. */
export type GroupType = 'Classic' | 'Consumer' | 'Share' | 'Streams' | 'Unknown';
const GROUP_TYPES: readonly GroupType[] = ['Classic', 'Consumer', 'Share', 'Streams'];

export interface GroupListing {
  readonly groupId: string;
  /** Empty for groups that only hold offsets. */
  readonly protocolType: string;
  /** As DescribeGroups names them; empty: the broker is too old to say. */
  readonly state: string;
  readonly type: GroupType;
}

export interface ListGroupsFilter {
  readonly states?: readonly string[];
  readonly types?: readonly GroupType[];
  readonly timeoutMs?: number | undefined;
}

function groupType(name: string): GroupType {
  return GROUP_TYPES.find((type) => type.toLowerCase() === name.toLowerCase()) ?? 'Unknown';
}

/** The groups of every broker, in the order of the answers. */
export async function listGroups(cluster: Cluster, filter: ListGroupsFilter = {}): Promise<GroupListing[]> {
  const { states = [], types = [], timeoutMs } = filter;
  const deadlineMs = cluster.clock.now() + (timeoutMs ?? cluster.settings.apiTimeoutMs);
  const nodes = await findBrokers(cluster, timeoutMs);
  const listings = await Promise.all(
    nodes.map(({ id }) =>
      callAdmin(cluster, {
        name: 'listGroups',
        api: listGroupsApi,
        target: { node: id },
        timeoutMs: Math.max(0, deadlineMs - cluster.clock.now()),
        minVersion: types.length > 0 ? 5 : states.length > 0 ? 4 : 0,
        request: (version) => ({
          ...(version >= 4 ? { statesFilter: states } : {}),
          ...(version >= 5 ? { typesFilter: types } : {}),
        }),
        handle(response) {
          throwIfFailed(response.errorCode);
          return response.groups;
        },
      }),
    ),
  );
  const byId = new Map<string, GroupListing>();
  for (const { groupId, protocolType, groupState, groupType: type } of listings.flat()) {
    byId.set(groupId, { groupId, protocolType, state: groupState, type: groupType(type === '' ? 'classic' : type) });
  }
  return [...byId.values()];
}

async function findBrokers(cluster: Cluster, timeoutMs: number | undefined): Promise<readonly BrokerNode[]> {
  try {
    await cluster.metadata.refresh([], timeoutMs === undefined ? {} : { timeoutMs });
    return cluster.metadata.nodes();
  } catch (error) {
    throw new JavaError('org.apache.kafka.common.KafkaException', 'Failed to find brokers to send ListGroups', error);
  }
}

export interface GroupMember {
  readonly memberId: string;
  readonly groupInstanceId: string | null;
  readonly clientId: string;
  /** `/127.0.0.1` */
  readonly host: string;
  readonly assignment: readonly AssignedPartition[];
  /** The rest is null for members of classic groups. */
  readonly memberEpoch: number | null;
  readonly targetAssignment: readonly AssignedPartition[] | null;
  /** False: a classic member in a group of the newer protocol. */
  readonly isUpgraded: boolean | null;
}

export interface AssignedPartition {
  readonly topic: string;
  readonly partition: number;
}

export interface ConsumerGroupDescription {
  readonly groupId: string;
  readonly type: GroupType;
  readonly state: string;
  /** Empty while there is none. */
  readonly assignor: string;
  readonly coordinator: BrokerNode;
  readonly members: readonly GroupMember[];
  /** Null for classic groups. */
  readonly groupEpoch: number | null;
  readonly targetAssignmentEpoch: number | null;
}

/**
 * Groups of both protocols by id. A group nobody knows is a KafkaError in its place; a classic group of another protocol type
 * throws, as Java's client does.
 */
export async function describeConsumerGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs?: number,
): Promise<Map<string, GroupResult<ConsumerGroupDescription>>> {
  const newer = await describeNewerGroups(cluster, groupIds, timeoutMs);
  const classic = groupIds.filter((groupId) => {
    const result = newer.get(groupId);
    return result === undefined || (result instanceof KafkaError && isPerhapsClassic(result));
  });
  if (classic.length === 0) return newer;
  const older = await describeClassicGroups(cluster, classic, timeoutMs);
  return new Map([...newer, ...older]);
}

function isPerhapsClassic({ error }: KafkaError): boolean {
  return error === 'GROUP_ID_NOT_FOUND' || error === 'UNSUPPORTED_VERSION';
}

/** Empty when the brokers know no such groups at all. */
async function describeNewerGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs: number | undefined,
): Promise<Map<string, GroupResult<ConsumerGroupDescription>>> {
  try {
    return await callCoordinators(cluster, {
      name: 'describeConsumerGroups',
      apiName: 'CONSUMER_GROUP_DESCRIBE',
      api: consumerGroupDescribe,
      groupIds,
      timeoutMs,
      request: (ids) => ({ groupIds: ids, includeAuthorizedOperations: false }),
      handle: (response, _, node) =>
        new Map(response.groups.map((group) => [group.groupId, fromNewerGroup(group, coordinatorNode(cluster, node))])),
    });
  } catch (error) {
    if (error instanceof UnsupportedVersionError) return new Map();
    throw error;
  }
}

function coordinatorNode(cluster: Cluster, id: number): BrokerNode {
  return cluster.metadata.node(id) ?? { id, host: '', port: -1, rack: null };
}

type NewerGroup = ApiResponse<typeof consumerGroupDescribe>['groups'][number];

function fromNewerGroup(group: NewerGroup, coordinator: BrokerNode): GroupResult<ConsumerGroupDescription> {
  const failure = failureOf(group.errorCode, group.errorMessage);
  if (failure) return failure;
  return {
    groupId: group.groupId,
    type: 'Consumer',
    state: group.groupState,
    assignor: group.assignorName,
    coordinator,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.instanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: partitionsOf(member.assignment.topicPartitions),
      memberEpoch: member.memberEpoch,
      targetAssignment: partitionsOf(member.targetAssignment.topicPartitions),
      isUpgraded: member.memberType === -1 ? null : member.memberType === 1,
    })),
    groupEpoch: group.groupEpoch,
    targetAssignmentEpoch: group.assignmentEpoch,
  };
}

function partitionsOf(topics: readonly { topicName: string; partitions: readonly number[] }[]): AssignedPartition[] {
  return topics.flatMap(({ topicName, partitions }) =>
    partitions.map((partition) => ({ topic: topicName, partition })),
  );
}

function describeClassicGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs: number | undefined,
): Promise<Map<string, GroupResult<ConsumerGroupDescription>>> {
  return callCoordinators(cluster, {
    name: 'describeConsumerGroups',
    apiName: 'DESCRIBE_GROUPS',
    api: describeGroups,
    groupIds,
    timeoutMs,
    request: (ids) => ({ groups: ids }),
    handle: (response, _, node) =>
      new Map(response.groups.map((group) => [group.groupId, fromClassicGroup(group, coordinatorNode(cluster, node))])),
  });
}

type ClassicGroup = ApiResponse<typeof describeGroups>['groups'][number];

function fromClassicGroup(group: ClassicGroup, coordinator: BrokerNode): GroupResult<ConsumerGroupDescription> {
  const { groupId, protocolType } = group;
  const failure = failureOf(group.errorCode, group.errorMessage);
  if (failure) return failure;
  if (protocolType !== '' && protocolType !== 'consumer') {
    const text = `GroupId ${groupId} is not a consumer group (${protocolType}).`;
    throw new JavaError('java.lang.IllegalArgumentException', text);
  }
  return {
    groupId,
    type: 'Classic',
    state: group.groupState,
    assignor: group.protocolData,
    coordinator,
    members: group.members.map((member) => ({
      memberId: member.memberId,
      groupInstanceId: member.groupInstanceId,
      clientId: member.clientId,
      host: member.clientHost,
      assignment: readAssignment(member.memberAssignment),
      memberEpoch: null,
      targetAssignment: null,
      isUpgraded: null,
    })),
    groupEpoch: null,
    targetAssignmentEpoch: null,
  };
}

/** Bytes that an assignor made: the consumer protocol's, whose versions all begin alike. */
function readAssignment(bytes: Buffer): AssignedPartition[] {
  if (bytes.length === 0) return [];
  const reader = new Reader(bytes);
  reader.int16();
  const { assignedPartitions } = consumerProtocolAssignment.read(reader, 0);
  return assignedPartitions.flatMap(({ topic, partitions }) => partitions.map((partition) => ({ topic, partition })));
}

export interface DeletedGroup extends Outcome {
  readonly groupId: string;
}

/** One outcome per group, in the order asked for. */
export async function deleteConsumerGroups(
  cluster: Cluster,
  groupIds: readonly string[],
  timeoutMs?: number,
): Promise<DeletedGroup[]> {
  const results = await callCoordinators(cluster, {
    name: 'deleteConsumerGroups',
    apiName: 'DELETE_GROUPS',
    api: deleteGroupsApi,
    groupIds,
    timeoutMs,
    request: (ids) => ({ groupsNames: ids }),
    handle: ({ results: deleted }) =>
      new Map(deleted.map(({ groupId, errorCode }) => [groupId, failureOf(errorCode) ?? true] as const)),
  });
  return [...new Set(groupIds)].map((groupId) => {
    const result = results.get(groupId);
    return { groupId, error: result instanceof KafkaError ? result : null };
  });
}
