import { describeConfigs } from '../../../src/protocol/messages/32-describe-configs.ts';
import { incrementalAlterConfigs } from '../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { type Exchange } from './exchange.ts';
import { GroupSteps } from './group-steps.ts';

const GROUP = 32;
const INTERVAL = 'consumer.assignment.interval.ms';

/** Lets assignments follow one another at once, so that nothing depends on the time between two requests. */
async function withoutInterval(x: Exchange, groupId: string): Promise<void> {
  const resource = { resourceType: GROUP, resourceName: groupId };
  const configs = [{ name: INTERVAL, configOperation: 0, value: '0' }];
  await x.until(incrementalAlterConfigs, 1, { resources: [{ ...resource, configs }] }, () => true);
  const asked = { resources: [{ ...resource, configurationKeys: [INTERVAL] }] };
  await x.until(describeConfigs, 4, asked, ({ results }) => results[0]?.configs[0]?.value === '0');
}

export async function consumerGroupsScenario(x: Exchange): Promise<void> {
  const topicId = await x.createTopic('t', 3);
  const g = new GroupSteps(x, 'g', topicId);
  await g.ready(`${g.groupId}-none`, `${g.groupId}-regex`, '', '  ');
  await withoutInterval(x, g.groupId);
  await refusals(g);
  const { topic } = g;
  const quiet = { rebalanceTimeoutMs: -1, subscribedTopicNames: null, topicPartitions: null };
  const owned = (...partitions: number[]) => ({ ...quiet, topicPartitions: [{ topicId, partitions }] });

  await g.consumerBeat('joins');
  await g.consumerBeat('nothing new', { memberEpoch: 2, ...quiet });
  await g.consumerBeat('everything told again', { memberEpoch: 2 });
  await g.describeConsumer('one member');
  await g.describe('as a classic group');
  await g.consumerBeat('without topics', { groupId: `${g.groupId}-none`, subscribedTopicNames: [] });
  await g.describeConsumer('without topics', `${g.groupId}-none`);
  const pattern = { subscribedTopicNames: null, subscribedTopicRegex: 'nothing-.*' };
  await g.consumerBeat('a pattern', { groupId: `${g.groupId}-regex`, ...pattern });
  await g.consumerBeat('a second member', { memberId: 'm2', serverAssignor: 'range' });
  await g.consumerBeat('asked back', { memberEpoch: 2, ...quiet });
  await g.describeConsumer('revoking');
  await g.consumerBeat('still there', { memberEpoch: 2, ...owned(0, 1, 2) });
  await g.consumerBeat('let go', { memberEpoch: 2, ...owned(0, 1) });
  await g.consumerBeat('gets it', { memberId: 'm2', memberEpoch: 3, ...quiet });
  await g.describeConsumer('stable');
  await g.consumerBeat('another assignor', { memberEpoch: 3, ...quiet, serverAssignor: 'range' });
  await g.describeConsumer('another assignor');
  await g.consumerBeat('other topics', { memberEpoch: 3, ...owned(0, 1), subscribedTopicNames: ['absent'] });
  await g.consumerBeat('the topics again', { memberEpoch: 3, ...owned(0, 1), subscribedTopicNames: [topic] });
  await g.consumerBeat('settled', { memberEpoch: 3, ...quiet, topicPartitions: [] });
  await g.describeConsumer('settled');

  await g.consumerBeat('an epoch to come', { memberEpoch: 99, ...quiet });
  await g.consumerBeat('an epoch long gone', { memberId: 'm2', memberEpoch: 1, ...quiet });
  await g.consumerBeat('an unknown member', { memberId: 'm9', memberEpoch: 3 });
  await g.commit('an old version', { memberId: 'm2', generationIdOrMemberEpoch: 3 }, 8);
  await g.commit('an epoch to come', { memberId: 'm2', generationIdOrMemberEpoch: 99 });
  await g.commit('nobody');
  await g.fetch('another epoch', { memberId: 'm2', memberEpoch: 1 });
  await g.fetch('an unknown member', { memberId: 'm9', memberEpoch: 1 });
  await g.deleteOffsets('subscribed', [[topic, 0]]);
  await g.delete('with members', g.groupId);

  const instanceId = 'i3';
  await g.consumerBeat('static', { memberId: 'm3', instanceId });
  await g.consumerBeat('its instance is taken', { memberId: 'm4', instanceId });
  await g.consumerBeat('static, away', { memberId: 'm3', instanceId, memberEpoch: -2 });
  await g.consumerBeat('static, back', { memberId: 'm4', instanceId });
  await g.consumerBeat('static, fenced', { memberId: 'm3', instanceId, memberEpoch: 3, ...quiet });
  await g.consumerBeat('an unknown instance', { memberId: 'm3', instanceId: 'i9', memberEpoch: -1 });
  await g.leave('of the classic protocol', [
    ['m1', null],
    ['', instanceId],
  ]);
  await mixed(g);
}

async function refusals(g: GroupSteps): Promise<void> {
  await g.consumerBeat('no member', { memberId: '' });
  await g.consumerBeat('no member', { memberId: '', memberEpoch: 1 }, 0);
  await g.consumerBeat('no group', { groupId: '' });
  await g.consumerBeat('a blank group', { groupId: '  ' });
  await g.consumerBeat('an empty instance', { instanceId: '' });
  await g.consumerBeat('an empty rack', { rackId: ' ' });
  await g.consumerBeat('no timeout', { rebalanceTimeoutMs: -1 });
  await g.consumerBeat('nothing said of partitions', { topicPartitions: null });
  await g.consumerBeat('no subscription', { subscribedTopicNames: null });
  await g.consumerBeat('an epoch below all', { memberEpoch: -3 });
  await g.consumerBeat('away without an instance', { memberEpoch: -2 });
  await g.consumerBeat('an unknown assignor', { serverAssignor: 'nobody' });
  await g.consumerBeat('a wrong pattern', { subscribedTopicNames: null, subscribedTopicRegex: '(' });
  await g.consumerBeat('no group yet', { memberEpoch: 5 });
  await g.consumerBeat('leaves no group', { memberEpoch: -1 });
}

/** Classic members come into the group of m2, which goes: the group is theirs, until m7 joins it. */
async function mixed(g: GroupSteps): Promise<void> {
  await g.beat('not for this protocol', 'm2', 3);
  await g.sync('not for this protocol', { memberId: 'm2', generationId: 3 });
  await g.join('another type', { protocolType: 'connect' });
  // Any id is welcome here; this one comes before "m2" in the range.
  const memberId = 'c1';
  const { generationId } = await g.join('classic', { memberId }, 3);
  await g.beat('classic', memberId, generationId);
  await g.beat('another generation', memberId, 99);
  await g.commit('classic, another generation', { memberId, generationIdOrMemberEpoch: 99 });
  await g.commit('classic, any version', { memberId, generationIdOrMemberEpoch: generationId }, 2);
  await g.fetch('classic, another generation', { memberId, memberEpoch: 99 });
  await g.consumerBeat('the last one leaves', { memberId: 'm2', memberEpoch: -1 });
  await g.beat('a classic group now', memberId, generationId);
  await g.consumerBeat('a member comes again', { memberId: 'm7', memberEpoch: 0 });
  await g.beat('a consumer group again', memberId, generationId);
  await g.leave('both', [
    [memberId, null],
    ['m7', null],
  ]);
  await g.describeConsumer('empty');
  await g.delete('empty', g.groupId);
}
