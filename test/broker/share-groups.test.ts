import { CoordinatorType } from '../../src/protocol/enums.ts';
import { Errors } from '../../src/protocol/errors.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { findCoordinator } from '../../src/protocol/messages/10-find-coordinator.ts';
import { listGroups } from '../../src/protocol/messages/16-list-groups.ts';
import { deleteGroups } from '../../src/protocol/messages/42-delete-groups.ts';
import { shareGroupHeartbeat } from '../../src/protocol/messages/76-share-group-heartbeat.ts';
import { shareGroupDescribe } from '../../src/protocol/messages/77-share-group-describe.ts';
import { shareFetch } from '../../src/protocol/messages/78-share-fetch.ts';
import { shareAcknowledge } from '../../src/protocol/messages/79-share-acknowledge.ts';
import { initializeShareGroupState } from '../../src/protocol/messages/83-initialize-share-group-state.ts';
import { readShareGroupState } from '../../src/protocol/messages/84-read-share-group-state.ts';
import { writeShareGroupState } from '../../src/protocol/messages/85-write-share-group-state.ts';
import { deleteShareGroupState } from '../../src/protocol/messages/86-delete-share-group-state.ts';
import { readShareGroupStateSummary } from '../../src/protocol/messages/87-read-share-group-state-summary.ts';
import { describeShareGroupOffsets } from '../../src/protocol/messages/90-describe-share-group-offsets.ts';
import { alterShareGroupOffsets } from '../../src/protocol/messages/91-alter-share-group-offsets.ts';
import { deleteShareGroupOffsets } from '../../src/protocol/messages/92-delete-share-group-offsets.ts';
import { type Uuid } from '../../src/protocol/primitives.ts';
import { singleBatch } from '../../src/protocol/records/batch-builder.ts';
import { type ApiRequestInput } from '../../src/protocol/schema.ts';
import { TestBroker } from './harness.ts';
import { type RawClient } from './raw-client.ts';

const ACCEPT = 1;
const RELEASE = 2;

/** A member's requests about partition 0 of one topic; session epochs count by themselves. */
class Member {
  private readonly client: RawClient;
  private readonly groupId: string;
  private readonly topicId: Uuid;
  private readonly memberId: string;
  private epoch = 0;

  constructor(client: RawClient, groupId: string, topicId: Uuid, memberId = 'm') {
    this.client = client;
    this.groupId = groupId;
    this.topicId = topicId;
    this.memberId = memberId;
  }

  private of(epoch = this.epoch++) {
    return { groupId: this.groupId, memberId: this.memberId, shareSessionEpoch: epoch };
  }

  private partition(...batches: [first: number, last: number, type: number][]) {
    const acknowledgementBatches = batches.map(([first, last, type]) => ({
      firstOffset: BigInt(first),
      lastOffset: BigInt(last),
      acknowledgeTypes: [type],
    }));
    return [{ topicId: this.topicId, partitions: [{ partitionIndex: 0, acknowledgementBatches }] }];
  }

  /** "first-last x deliveries" of what was acquired; the error's number when the request failed. */
  async fetch(request: ApiRequestInput<typeof shareFetch> = {}, version = 2): Promise<string | number> {
    const { errorCode, responses } = await this.client.send(shareFetch, version, {
      ...this.of(),
      minBytes: 1,
      maxRecords: 100,
      batchSize: 100,
      maxWaitMs: 0,
      topics: this.epoch === 1 ? this.partition() : [],
      ...request,
    });
    if (errorCode !== 0) return errorCode;
    const acquired = responses.flatMap(({ partitions }) => partitions.flatMap((one) => one.acquiredRecords));
    return acquired.map((one) => `${one.firstOffset}-${one.lastOffset}x${one.deliveryCount}`).join(' ');
  }

  async acknowledge(first: number, last: number, type: number, epoch?: number): Promise<number> {
    const { errorCode, responses } = await this.client.send(shareAcknowledge, 2, {
      ...this.of(epoch),
      topics: this.partition([first, last, type]),
    });
    return errorCode || (responses[0]?.partitions[0]?.errorCode ?? -1);
  }
}

describe('share groups over the wire', () => {
  let broker: TestBroker;
  let client: RawClient;
  beforeAll(async () => {
    broker = await TestBroker.start({
      properties: {
        'share.coordinator.state.topic.replication.factor': '1',
        'share.coordinator.state.topic.min.isr': '1',
        'share.coordinator.state.topic.num.partitions': '3',
        'offsets.topic.num.partitions': '3',
        'group.share.assignment.interval.ms': '0',
      },
    });
    client = await broker.connect();
    await client.send(findCoordinator, 6, { keyType: CoordinatorType.GROUP, coordinatorKeys: ['g'] });
  });
  afterAll(() => broker.stop());

  let count = 0;
  /** A topic, and a group that starts at its beginning. */
  async function prepared(): Promise<{ name: string; topicId: Uuid; groupId: string }> {
    const name = `t${count++}`;
    const topicId = await broker.createTopic(name);
    await alter(`group-${name}`, name, 0n);
    return { name, topicId, groupId: `group-${name}` };
  }

  async function alter(groupId: string, topicName: string, startOffset: bigint) {
    const topics = [{ topicName, partitions: [{ partitionIndex: 0, startOffset }] }];
    return client.send(alterShareGroupOffsets, 0, { groupId, topics });
  }

  async function append(topicId: Uuid, recordCount: number): Promise<void> {
    const value = Buffer.from('v');
    const records = singleBatch(
      Array.from({ length: recordCount }, () => ({ timestampMs: Date.now(), key: null, value })),
    );
    const topicData = [{ topicId, partitionData: [{ index: 0, records }] }];
    const { responses } = await client.send(produce, 13, { acks: -1, timeoutMs: 5000, topicData });
    expect(responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
  }

  async function offsets(groupId: string) {
    const { groups } = await client.send(describeShareGroupOffsets, 1, { groups: [{ groupId, topics: null }] });
    return groups[0]?.topics.flatMap(({ partitions }) => partitions.map((one) => [one.startOffset, one.lag]));
  }

  it('are joined, described, listed, left and deleted', async () => {
    const name = `t${count++}`;
    const topicId = await broker.createTopic(name);
    const beat = (memberEpoch: number) =>
      client.send(shareGroupHeartbeat, 1, {
        groupId: 'joined',
        memberId: 'm',
        memberEpoch,
        subscribedTopicNames: memberEpoch === 0 ? [name] : null,
      });
    let { memberEpoch, assignment } = await beat(0);
    expect({ memberEpoch, assignment }).toEqual({ memberEpoch: 2, assignment: { topicPartitions: [] } });
    while (assignment === null || assignment.topicPartitions.length === 0)
      ({ memberEpoch, assignment } = await beat(memberEpoch));
    expect(assignment.topicPartitions).toEqual([{ topicId, partitions: [0] }]);

    const { groups } = await client.send(shareGroupDescribe, 1, { groupIds: ['joined', 'nobody', ''] });
    expect(groups.map((one) => [one.groupId, one.errorCode, one.groupState, one.assignorName])).toEqual([
      ['', Errors.INVALID_GROUP_ID, '', ''],
      ['joined', 0, 'Stable', 'simple'],
      ['nobody', Errors.GROUP_ID_NOT_FOUND, '', ''],
    ]);
    expect(groups[1]?.members[0]).toMatchObject({
      clientId: 'raw-client',
      assignment: { topicPartitions: [{ topicId, topicName: name, partitions: [0] }] },
    });
    const listed = await client.send(listGroups, 5, { typesFilter: ['share'] });
    expect(listed.groups.find(({ groupId }) => groupId === 'joined')).toMatchObject({
      protocolType: 'share',
      groupState: 'Stable',
      groupType: 'share',
    });
    expect((await client.send(deleteGroups, 2, { groupsNames: ['joined'] })).results[0]?.errorCode).toBe(
      Errors.NON_EMPTY_GROUP,
    );
    expect((await beat(-1)).errorCode).toBe(0);
    expect((await client.send(deleteGroups, 2, { groupsNames: ['joined'] })).results[0]?.errorCode).toBe(0);
    const refused = await client.send(shareGroupHeartbeat, 1, { groupId: 'g', memberId: '', memberEpoch: 0 });
    expect(refused).toMatchObject({ errorCode: Errors.INVALID_REQUEST, errorMessage: null });
  });

  it('deliver records until they are accepted, and remember that over a restart', async () => {
    const { topicId, groupId } = await prepared();
    const member = new Member(client, groupId, topicId);
    await append(topicId, 4);
    expect(await member.fetch({}, 1)).toBe('0-3x1');
    expect(await member.acknowledge(0, 1, ACCEPT)).toBe(0);
    expect(await member.acknowledge(2, 3, RELEASE)).toBe(0);
    // The start as of the last write: it moves on with the next one.
    expect(await offsets(groupId)).toEqual([[2n, 2n]]);
    expect(await member.fetch()).toBe('2-3x2');

    await broker.restart();
    client = await broker.connect();
    const other = new Member(client, groupId, topicId, 'n');
    // What was held, not settled, is as it was stored last.
    expect(await other.fetch()).toBe('2-3x2');
    expect(await other.acknowledge(2, 3, ACCEPT, -1)).toBe(0);
    expect(await offsets(groupId)).toEqual([[2n, 0n]]);
  });

  it('wake a waiting member when records come', async () => {
    const { topicId, groupId } = await prepared();
    const member = new Member(await broker.connect(), groupId, topicId);
    expect(await member.fetch()).toBe('');
    const waiting = member.fetch({ maxWaitMs: 20_000 });
    await append(topicId, 1);
    expect(await waiting).toBe('0-0x1');
  });

  it('free what a member holds when its connection is gone', async () => {
    const { topicId, groupId } = await prepared();
    await append(topicId, 2);
    const connection = await broker.connect();
    expect(await new Member(connection, groupId, topicId, 'gone').fetch()).toBe('0-1x1');
    const member = new Member(client, groupId, topicId);
    expect(await member.fetch()).toBe('');
    const waiting = member.fetch({ maxWaitMs: 20_000 });
    connection.close();
    expect(await waiting).toBe('0-1x2');
  });

  it('have offsets that are set and forgotten', async () => {
    const { name, topicId, groupId } = await prepared();
    await append(topicId, 4);
    await alter(groupId, name, 3n);
    expect(await offsets(groupId)).toEqual([[3n, 1n]]);
    const forgotten = await client.send(deleteShareGroupOffsets, 0, { groupId, topics: [{ topicName: name }] });
    expect(forgotten.responses[0]).toMatchObject({ topicName: name, topicId, errorCode: 0 });
    expect(await offsets(groupId)).toEqual([]);
    const nobody = await client.send(deleteShareGroupOffsets, 0, { groupId: 'nobody', topics: [] });
    expect(nobody).toMatchObject({ errorCode: Errors.GROUP_ID_NOT_FOUND, errorMessage: 'Group nobody not found.' });
    expect((await alter('', name, 1n)).errorCode).toBe(Errors.INVALID_GROUP_ID);
  });

  it('keep states that brokers ask for', async () => {
    const { topicId } = await prepared();
    const of = <P extends object>(partition: P) => ({
      groupId: 'raw',
      topics: [{ topicId, partitions: [{ partition: 0, ...partition }] }],
    });
    const first = <P>({ results }: { results: { partitions: P[] }[] }) => results[0]?.partitions[0] as P;
    const read = async () => first(await client.send(readShareGroupState, 0, of({ leaderEpoch: 0 })));
    expect((await read()).errorMessage).toBe('Read operation on uninitialized share partition not allowed.');
    const made = await client.send(initializeShareGroupState, 0, of({ stateEpoch: 1, startOffset: 5n }));
    expect(first(made).errorCode).toBe(0);
    const stateBatches = [{ firstOffset: 5n, lastOffset: 6n, deliveryState: 0, deliveryCount: 1 }];
    const write = { stateEpoch: 1, leaderEpoch: 0, startOffset: 5n, deliveryCompleteCount: 2, stateBatches };
    expect(first(await client.send(writeShareGroupState, 1, of(write))).errorCode).toBe(0);
    const older = await client.send(writeShareGroupState, 1, of({ ...write, stateEpoch: 0 }));
    expect(first(older).errorCode).toBe(Errors.FENCED_STATE_EPOCH);
    expect(await read()).toMatchObject({ errorCode: 0, stateEpoch: 1, startOffset: 5n, stateBatches });
    const summary = await client.send(readShareGroupStateSummary, 1, of({ leaderEpoch: 0 }));
    expect(first(summary)).toMatchObject({ startOffset: 5n, deliveryCompleteCount: 2 });
    expect(first(await client.send(deleteShareGroupState, 0, of({}))).errorCode).toBe(0);
    expect((await read()).errorCode).toBe(Errors.INVALID_REQUEST);
    expect(await client.send(deleteShareGroupState, 0, { ...of({}), groupId: '' })).toEqual({ results: [] });
  });

  it('are coordinated by the leader of the state of group, topic and partition', async () => {
    const { topicId } = await prepared();
    const find = async (version: number, key: string) => {
      const request = { keyType: CoordinatorType.SHARE, coordinatorKeys: [key] };
      return (await client.send(findCoordinator, version, request)).coordinators[0]?.errorCode;
    };
    expect(await find(6, `g:${topicId}:0`)).toBe(0);
    expect(await find(6, `a:b:${topicId}:0`)).toBe(0);
    for (const key of ['x', `g:${topicId}:x`, `:${topicId}:0`, 'g:short:0']) {
      expect(await find(6, key)).toBe(Errors.INVALID_REQUEST);
    }
    expect(await find(5, `g:${topicId}:0`)).toBe(Errors.INVALID_REQUEST);
  });

  it('refuse what makes no sense, and serve the next request', async () => {
    const { topicId, groupId } = await prepared();
    await append(topicId, 2);
    const member = new Member(client, groupId, topicId);
    expect(await member.fetch({ groupId: null })).toBe(Errors.INVALID_REQUEST);
    const again = new Member(client, groupId, topicId);
    expect(await again.fetch({ memberId: '' })).toBe(Errors.INVALID_REQUEST);
    const third = new Member(client, groupId, topicId);
    expect(await third.fetch({ shareAcquireMode: 7 })).toBe(Errors.UNKNOWN_SERVER_ERROR);
    const fourth = new Member(client, groupId, topicId);
    const unknown = [{ topicId: 'A'.repeat(22), partitions: [{ partitionIndex: 0 }] }];
    expect(await fourth.fetch({ topics: unknown })).toBe(Errors.UNKNOWN_SERVER_ERROR);
    expect(await fourth.fetch({ shareSessionEpoch: 77 })).toBe(Errors.INVALID_SHARE_SESSION_EPOCH);
    const fifth = new Member(client, groupId, topicId);
    expect(await fifth.fetch({ maxRecords: -1 })).toBe('');
    expect(await fifth.fetch({ maxBytes: -1 })).toBe('');
    expect(await fifth.fetch({ batchSize: -1 })).toBe('0-1x1');
    expect(await fifth.acknowledge(1, 0, ACCEPT)).toBe(Errors.INVALID_REQUEST);
    expect(await fifth.acknowledge(0, 1, 99)).toBe(Errors.INVALID_REQUEST);
    expect(await fifth.acknowledge(-5, 1, ACCEPT)).toBe(Errors.INVALID_REQUEST);
    expect(await fifth.acknowledge(0, 1, ACCEPT)).toBe(0);
    expect(broker.logged.filter((line) => line.startsWith('ERROR'))).toEqual([]);
  });
});
