import { listGroupOffsets } from '../client/admin/group-offsets.ts';
import { describeConsumerGroups } from '../client/admin/groups.ts';
import { listOffsets, OFFSET_SPECS } from '../client/admin/list-offsets.ts';
import { KafkaError } from '../protocol/errors.ts';
import { type Offset } from '../protocol/primitives.ts';
import { type ToolContext } from '../util/tool-context.ts';
import { type ClusterAddress, withSession } from './admin-session.ts';

export interface GroupProgress {
  readonly topic: string;
  readonly partition: number;
  readonly committedOffset: Offset;
  /** `null`: the leader could not tell. */
  readonly logEndOffset: Offset | null;
  readonly lag: Offset | null;
  /** Client id of the member that has the partition now. */
  readonly clientId: string | null;
}

export interface GroupOverview {
  readonly groupId: string;
  readonly type: string;
  readonly state: string;
  readonly memberCount: number;
  readonly partitions: readonly GroupProgress[];
}

/** State of a group and how far it has read, by topic and partition. Throws KafkaError: no such group, no coordinator. */
export async function describeGroup(
  address: ClusterAddress,
  groupId: string,
  context: ToolContext,
): Promise<GroupOverview> {
  return withSession(address, context, async (cluster) => {
    const description = (await describeConsumerGroups(cluster, [groupId])).get(groupId);
    if (description === undefined) throw new KafkaError('GROUP_ID_NOT_FOUND', `Group ${groupId} not found.`);
    if (description instanceof KafkaError) throw description;
    const committed = await listGroupOffsets(cluster, groupId);
    const queries = committed.map(({ topic, partition }) => ({ topic, partition, timestampMs: OFFSET_SPECS.latest }));
    const ends = queries.length === 0 ? [] : await listOffsets(cluster, queries);
    const partitions = committed.map(({ topic, partition, offset }, at): GroupProgress => {
      const end = ends[at];
      const logEndOffset = end === undefined || end.error ? null : end.offset;
      const owner = description.members.find(({ assignment }) =>
        assignment.some((one) => one.topic === topic && one.partition === partition),
      );
      const lag = logEndOffset === null ? null : logEndOffset - offset;
      return { topic, partition, committedOffset: offset, logEndOffset, lag, clientId: owner?.clientId ?? null };
    });
    partitions.sort((a, b) => (a.topic === b.topic ? a.partition - b.partition : a.topic < b.topic ? -1 : 1));
    const { type, state, members } = description;
    return { groupId, type, state, memberCount: members.length, partitions };
  });
}
