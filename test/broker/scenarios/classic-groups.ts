import { type Exchange } from './exchange.ts';
import { GroupSteps, offsetOf } from './group-steps.ts';

const ABSENT_ID = 'MkU3OEVBNTcwNTJENDM2Qg';

export async function classicGroupsScenario(x: Exchange): Promise<void> {
  const topicId = await x.createTopic('t', 3);
  await x.createTopic('u');
  const g = new GroupSteps(x, 'g', topicId);
  const { groupId, topic } = g;
  const u = `${x.prefix}u`;
  const [fresh, none, simple] = [`${groupId}-new`, `${groupId}-none`, `${groupId}-simple`];
  await g.ready(fresh, none, simple, 'nogroup', 'nobody', '');

  await g.join('no group', { groupId: '' });
  await g.join('a session too short', { sessionTimeoutMs: 100 });
  await g.join('a session too long', { sessionTimeoutMs: 100_000_000 });
  await g.join('no protocols', { protocols: [] });
  await g.join('no protocol type', { protocolType: '' });
  await g.join('an unknown member', { memberId: 'nobody' });
  await g.join('an unknown member of no group', { groupId: fresh, memberId: 'nobody' });
  await g.describe('empty');
  await g.describe('unknown', fresh);
  const { memberId } = await g.identify('member');
  const { generationId } = await g.join('with the id given', { memberId });
  const mine = { memberId, generationId };
  const asMember = { memberId, generationIdOrMemberEpoch: generationId };
  await g.describe('completing');
  await g.commit('completing', asMember);
  await g.beat('completing', memberId, generationId);
  await g.sync('another protocol', { ...mine, protocolName: 'other' });
  await g.sync('another type', { ...mine, protocolType: 'connect' });
  await g.sync('no type', { ...mine, protocolType: null });
  await g.sync('another generation', { memberId, generationId: 77 });
  await g.sync('the leader', { ...mine, assignments: [{ memberId, assignment: Buffer.from('abc') }] });
  await g.describe('stable');
  await g.join('another protocol', { protocols: [{ name: 'sticky', metadata: Buffer.alloc(6) }] });
  await g.join('another type', { protocolType: 'connect' });

  await g.commit('nobody');
  await g.commit('another generation', { memberId, generationIdOrMemberEpoch: 9 });
  await g.commit('the member', asMember);
  await g.commit('unknown topic', { ...asMember, topics: [{ name: 'absent', partitions: [offsetOf(0, 1n)] }] });
  await g.commit('by id', asMember, 10);
  const unknown = [{ topicId: ABSENT_ID, partitions: [offsetOf(0, 1n)] }];
  await g.commit('an unknown id', { ...asMember, topics: unknown }, 10);
  const notes = [offsetOf(0, 1n, 'y'.repeat(5000)), offsetOf(1, 1n)];
  await g.commit('a long note', { ...asMember, topics: [{ name: topic, partitions: notes }] });
  await g.commit('a negative offset', { ...asMember, topics: [{ name: topic, partitions: [offsetOf(1, -7n)] }] });
  await g.fetch('some');
  await g.fetch('by id', {}, 10);
  await g.fetch('an unknown id', { topics: [{ topicId: ABSENT_ID, partitionIndexes: [0] }] }, 10);
  await g.fetch('as a member', { memberId: 'zz', memberEpoch: 5 });
  await g.deleteOffsets('subscribed', [
    [topic, 0],
    [u, 0],
    ['absent', 3],
  ]);
  await g.delete('with members, unknown, none', groupId, 'nobody', '');
  await g.join('the leader again', { memberId });
  await g.commit('the generation before', asMember);
  await g.leave('nobody', [
    ['nobody', null],
    ['', 'instance'],
  ]);
  await g.leave('the member', [[memberId, null]]);
  await g.leave('no group', [['a', null]], 'nogroup');
  await g.beat('gone', memberId, 2);
  await g.beat('no group id', 'a', 2, null, '');
  await g.beat('no group', 'a', 2, null, 'nogroup');
  await g.describe('after the leave');
  await g.fetch('after the leave');
  await g.commit('an administrator', { topics: [{ name: u, partitions: [offsetOf(0, 9n, null)] }] });
  await g.deleteOffsets('an empty group', [[topic, 0]]);
  await g.deleteOffsets('an unknown group', [[topic, 0]], 'nogroup');
  await g.deleteOffsets('no group', [[topic, 0]], '');
  await g.delete('empty', groupId);
  await g.fetch('deleted');
  await g.describe('deleted', groupId, 5);
  for (const version of [8, 9]) {
    await g.commit('a generation of no group', { groupId: none, memberId: 'a', generationIdOrMemberEpoch: 3 }, version);
  }
  await g.commit('a simple consumer', { groupId: simple });
  await g.describe('a simple consumer', simple);
  await staticMembers(new GroupSteps(x, 'static', topicId));
}

async function staticMembers(g: GroupSteps): Promise<void> {
  await g.ready();
  const groupInstanceId = 'i1';
  const first = await g.identify('first', { groupInstanceId });
  await g.sync('first', { memberId: first.memberId, groupInstanceId });
  const second = await g.identify('second', { groupInstanceId });
  await g.describe('the second');
  await g.beat('the first is fenced', first.memberId, 1, groupInstanceId);
  await g.beat('another instance', second.memberId, 1, 'i2');
  await g.sync('second', { memberId: second.memberId, generationId: second.generationId, groupInstanceId });
  await g.commit('the first is fenced', { memberId: first.memberId, generationIdOrMemberEpoch: 1, groupInstanceId });
  await g.join('the first is fenced', { memberId: first.memberId, groupInstanceId });
  await g.leave('the first is fenced', [[first.memberId, groupInstanceId]]);
  await g.leave('by its instance', [['', groupInstanceId]]);
  await g.describe('left');
}
