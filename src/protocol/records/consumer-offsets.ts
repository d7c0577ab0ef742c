import { array, arrayOf, bytes, int8, int16, int32, int64, string, struct, Table, uint16, uuid } from '../schema.ts';

export const legacyOffsetCommitKey = new Table(
  'LegacyOffsetCommitKey',
  { versions: '0', flexible: 'none' },
  {
    group: string('0'),
    topic: string('0'),
    partition: int32('0'),
  },
);

export const legacyOffsetCommitValue = new Table(
  'LegacyOffsetCommitValue',
  { versions: '0', flexible: 'none' },
  {
    offset: int64('0'),
    metadata: string('0'),
    commitTimestamp: int64('0'),
  },
);

export const offsetCommitKey = new Table(
  'OffsetCommitKey',
  { versions: '0', flexible: 'none' },
  {
    group: string('0'),
    topic: string('0'),
    partition: int32('0'),
  },
);

export const offsetCommitValue = new Table(
  'OffsetCommitValue',
  { versions: '0-4', flexible: '4+' },
  {
    offset: int64('0+'),
    leaderEpoch: int32('3+', { default: -1, ignorable: true }),
    metadata: string('0+'),
    commitTimestamp: int64('0+'),
    expireTimestamp: int64('1', { default: -1n, ignorable: true }),
    topicId: uuid('4+', { tag: 0, tagged: '4+', ignorable: true }),
  },
);

export const groupMetadataKey = new Table(
  'GroupMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    group: string('0'),
  },
);

const memberMetadataFields = {
  memberId: string('0+'),
  groupInstanceId: string('3+', { nullable: '3+', default: null, ignorable: true }),
  clientId: string('0+'),
  clientHost: string('0+'),
  rebalanceTimeout: int32('1+', { default: -1, ignorable: true }),
  sessionTimeout: int32('0+'),
  subscription: bytes('0+'),
  assignment: bytes('0+'),
};

export const groupMetadataValue = new Table(
  'GroupMetadataValue',
  { versions: '0-4', flexible: '4+' },
  {
    protocolType: string('0+'),
    generation: int32('0+'),
    protocol: string('0+', { nullable: '0+' }),
    leader: string('0+', { nullable: '0+' }),
    currentStateTimestamp: int64('2+', { default: -1n, ignorable: true }),
    members: array('0+', memberMetadataFields),
  },
);

export const consumerGroupMetadataKey = new Table(
  'ConsumerGroupMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

export const consumerGroupMetadataValue = new Table(
  'ConsumerGroupMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    epoch: int32('0+'),
    metadataHash: int64('0+', { tag: 0, tagged: '0+' }),
  },
);

export const consumerGroupPartitionMetadataKey = new Table(
  'ConsumerGroupPartitionMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

export const consumerGroupPartitionMetadataValue = new Table(
  'ConsumerGroupPartitionMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    topics: array('0+', {
      topicId: uuid('0+'),
      topicName: string('0+'),
      numPartitions: int32('0+'),
      partitionMetadata: array('0+', {
        partition: int32('0+'),
        racks: arrayOf('0+', 'string'),
      }),
    }),
  },
);

export const consumerGroupMemberMetadataKey = new Table(
  'ConsumerGroupMemberMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

export const consumerGroupMemberMetadataValue = new Table(
  'ConsumerGroupMemberMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    instanceId: string('0+', { nullable: '0+' }),
    rackId: string('0+', { nullable: '0+' }),
    clientId: string('0+'),
    clientHost: string('0+'),
    subscribedTopicNames: arrayOf('0+', 'string'),
    subscribedTopicRegex: string('0+', { nullable: '0+' }),
    rebalanceTimeoutMs: int32('0+', { default: -1 }),
    serverAssignor: string('0+', { nullable: '0+' }),
    classicMemberMetadata: struct(
      '0+',
      {
        sessionTimeoutMs: int32('0+'),
        supportedProtocols: array('0+', {
          name: string('0+'),
          metadata: bytes('0+'),
        }),
      },
      { nullable: '0+', tag: 0, tagged: '0+' },
    ),
  },
);

export const consumerGroupTargetAssignmentMetadataKey = new Table(
  'ConsumerGroupTargetAssignmentMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

export const consumerGroupTargetAssignmentMetadataValue = new Table(
  'ConsumerGroupTargetAssignmentMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    assignmentEpoch: int32('0+'),
    assignmentTimestamp: int64('0+', { tag: 0, tagged: '0+', ignorable: true }),
  },
);

export const consumerGroupTargetAssignmentMemberKey = new Table(
  'ConsumerGroupTargetAssignmentMemberKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

export const consumerGroupTargetAssignmentMemberValue = new Table(
  'ConsumerGroupTargetAssignmentMemberValue',
  { versions: '0', flexible: '0+' },
  {
    topicPartitions: array('0+', {
      topicId: uuid('0+'),
      partitions: arrayOf('0+', 'int32'),
    }),
  },
);

export const consumerGroupCurrentMemberAssignmentKey = new Table(
  'ConsumerGroupCurrentMemberAssignmentKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

const topicPartitionsFields = {
  topicId: uuid('0+'),
  partitions: arrayOf('0+', 'int32'),
  assignmentEpochs: arrayOf('0+', 'int32', { nullable: '0+', tag: 0, tagged: '0+' }),
};

export const consumerGroupCurrentMemberAssignmentValue = new Table(
  'ConsumerGroupCurrentMemberAssignmentValue',
  { versions: '0', flexible: '0+' },
  {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+'),
    state: int8('0+'),
    assignedPartitions: array('0+', topicPartitionsFields),
    partitionsPendingRevocation: array('0+', topicPartitionsFields),
  },
);

export const shareGroupMemberMetadataKey = new Table(
  'ShareGroupMemberMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

export const shareGroupMemberMetadataValue = new Table(
  'ShareGroupMemberMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    rackId: string('0+', { nullable: '0+' }),
    clientId: string('0+'),
    clientHost: string('0+'),
    subscribedTopicNames: arrayOf('0+', 'string'),
  },
);

export const shareGroupMetadataKey = new Table(
  'ShareGroupMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

export const shareGroupMetadataValue = new Table(
  'ShareGroupMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    epoch: int32('0+'),
    metadataHash: int64('0+'),
  },
);

export const shareGroupTargetAssignmentMetadataKey = new Table(
  'ShareGroupTargetAssignmentMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

export const shareGroupTargetAssignmentMetadataValue = new Table(
  'ShareGroupTargetAssignmentMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    assignmentEpoch: int32('0+'),
    assignmentTimestamp: int64('0+', { tag: 0, tagged: '0+', ignorable: true }),
  },
);

export const shareGroupTargetAssignmentMemberKey = new Table(
  'ShareGroupTargetAssignmentMemberKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

export const shareGroupTargetAssignmentMemberValue = new Table(
  'ShareGroupTargetAssignmentMemberValue',
  { versions: '0', flexible: '0+' },
  {
    topicPartitions: array('0+', {
      topicId: uuid('0+'),
      partitions: arrayOf('0+', 'int32'),
    }),
  },
);

export const shareGroupCurrentMemberAssignmentKey = new Table(
  'ShareGroupCurrentMemberAssignmentKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

const shareGroupCurrentMemberAssignmentValueTopicPartitionsFields = {
  topicId: uuid('0+'),
  partitions: arrayOf('0+', 'int32'),
};

export const shareGroupCurrentMemberAssignmentValue = new Table(
  'ShareGroupCurrentMemberAssignmentValue',
  { versions: '0', flexible: '0+' },
  {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+'),
    state: int8('0+'),
    assignedPartitions: array('0+', shareGroupCurrentMemberAssignmentValueTopicPartitionsFields),
  },
);

export const shareGroupStatePartitionMetadataKey = new Table(
  'ShareGroupStatePartitionMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

const topicPartitionsInfoFields = {
  topicId: uuid('0+'),
  topicName: string('0+'),
  partitions: arrayOf('0+', 'int32'),
};

const topicInfoFields = {
  topicId: uuid('0+'),
  topicName: string('0+'),
};

export const shareGroupStatePartitionMetadataValue = new Table(
  'ShareGroupStatePartitionMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    initializingTopics: array('0+', topicPartitionsInfoFields),
    initializedTopics: array('0+', topicPartitionsInfoFields),
    deletingTopics: array('0+', topicInfoFields),
  },
);

export const consumerGroupRegularExpressionKey = new Table(
  'ConsumerGroupRegularExpressionKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    regularExpression: string('0'),
  },
);

export const consumerGroupRegularExpressionValue = new Table(
  'ConsumerGroupRegularExpressionValue',
  { versions: '0', flexible: '0+' },
  {
    topics: arrayOf('0+', 'string'),
    version: int64('0+'),
    timestamp: int64('0+'),
  },
);

export const streamsGroupMetadataKey = new Table(
  'StreamsGroupMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

const lastAssignmentConfigFields = {
  key: string('0+'),
  value: string('0+'),
};

export const streamsGroupMetadataValue = new Table(
  'StreamsGroupMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    epoch: int32('0+'),
    metadataHash: int64('0+'),
    validatedTopologyEpoch: int32('0+', { tag: 0, tagged: '0+', default: -1 }),
    lastAssignmentConfigs: array('0+', lastAssignmentConfigFields, { nullable: '0+', tag: 1, tagged: '0+' }),
  },
);

export const streamsGroupMemberMetadataKey = new Table(
  'StreamsGroupMemberMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

const endpointFields = {
  host: string('0+'),
  port: uint16('0+'),
};

const keyValueFields = {
  key: string('0+'),
  value: string('0+'),
};

export const streamsGroupMemberMetadataValue = new Table(
  'StreamsGroupMemberMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    instanceId: string('0+', { nullable: '0+' }),
    rackId: string('0+', { nullable: '0+' }),
    clientId: string('0+'),
    clientHost: string('0+'),
    rebalanceTimeoutMs: int32('0+', { default: -1 }),
    topologyEpoch: int32('0+'),
    processId: string('0+'),
    userEndpoint: struct('0+', endpointFields, { nullable: '0+', default: null }),
    clientTags: array('0+', keyValueFields),
  },
);

export const streamsGroupTargetAssignmentMetadataKey = new Table(
  'StreamsGroupTargetAssignmentMetadataKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

export const streamsGroupTargetAssignmentMetadataValue = new Table(
  'StreamsGroupTargetAssignmentMetadataValue',
  { versions: '0', flexible: '0+' },
  {
    assignmentEpoch: int32('0+'),
    assignmentTimestamp: int64('0+', { tag: 0, tagged: '0+', ignorable: true }),
  },
);

export const streamsGroupTargetAssignmentMemberKey = new Table(
  'StreamsGroupTargetAssignmentMemberKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

const taskIdsFields = {
  subtopologyId: string('0+'),
  partitions: arrayOf('0+', 'int32'),
};

export const streamsGroupTargetAssignmentMemberValue = new Table(
  'StreamsGroupTargetAssignmentMemberValue',
  { versions: '0', flexible: '0+' },
  {
    activeTasks: array('0+', taskIdsFields),
    standbyTasks: array('0+', taskIdsFields),
    warmupTasks: array('0+', taskIdsFields),
  },
);

export const streamsGroupCurrentMemberAssignmentKey = new Table(
  'StreamsGroupCurrentMemberAssignmentKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    memberId: string('0'),
  },
);

const streamsGroupCurrentMemberAssignmentValueTaskIdsFields = {
  subtopologyId: string('0+'),
  partitions: arrayOf('0+', 'int32'),
  assignmentEpochs: arrayOf('0+', 'int32', { nullable: '0+', tag: 0, tagged: '0+' }),
};

export const streamsGroupCurrentMemberAssignmentValue = new Table(
  'StreamsGroupCurrentMemberAssignmentValue',
  { versions: '0', flexible: '0+' },
  {
    memberEpoch: int32('0+'),
    previousMemberEpoch: int32('0+'),
    state: int8('0+'),
    activeTasks: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIdsFields),
    standbyTasks: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIdsFields),
    warmupTasks: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIdsFields),
    activeTasksPendingRevocation: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIdsFields),
    standbyTasksPendingRevocation: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIdsFields),
    warmupTasksPendingRevocation: array('0+', streamsGroupCurrentMemberAssignmentValueTaskIdsFields),
  },
);

export const streamsGroupTopologyKey = new Table(
  'StreamsGroupTopologyKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
  },
);

const topicConfigFields = {
  key: string('0+'),
  value: string('0+'),
};

const streamsGroupTopologyValueTopicInfoFields = {
  name: string('0+'),
  partitions: int32('0+'),
  replicationFactor: int16('0+'),
  topicConfigs: array('0+', topicConfigFields),
};

export const streamsGroupTopologyValue = new Table(
  'StreamsGroupTopologyValue',
  { versions: '0', flexible: '0+' },
  {
    epoch: int32('0+'),
    subtopologies: array('0+', {
      subtopologyId: string('0+'),
      sourceTopics: arrayOf('0+', 'string'),
      sourceTopicRegex: arrayOf('0+', 'string'),
      stateChangelogTopics: array('0+', streamsGroupTopologyValueTopicInfoFields),
      repartitionSinkTopics: arrayOf('0+', 'string'),
      repartitionSourceTopics: array('0+', streamsGroupTopologyValueTopicInfoFields),
      copartitionGroups: array('0+', {
        sourceTopics: arrayOf('0+', 'int16'),
        sourceTopicRegex: arrayOf('0+', 'int16'),
        repartitionSourceTopics: arrayOf('0+', 'int16'),
      }),
    }),
  },
);

/** Record types by id: key on disk is int16 id + key struct, value is int16 version + struct. */
export const consumerOffsetsRecords = {
  0: { key: legacyOffsetCommitKey, value: legacyOffsetCommitValue },
  1: { key: offsetCommitKey, value: offsetCommitValue },
  2: { key: groupMetadataKey, value: groupMetadataValue },
  3: { key: consumerGroupMetadataKey, value: consumerGroupMetadataValue },
  4: { key: consumerGroupPartitionMetadataKey, value: consumerGroupPartitionMetadataValue },
  5: { key: consumerGroupMemberMetadataKey, value: consumerGroupMemberMetadataValue },
  6: { key: consumerGroupTargetAssignmentMetadataKey, value: consumerGroupTargetAssignmentMetadataValue },
  7: { key: consumerGroupTargetAssignmentMemberKey, value: consumerGroupTargetAssignmentMemberValue },
  8: { key: consumerGroupCurrentMemberAssignmentKey, value: consumerGroupCurrentMemberAssignmentValue },
  10: { key: shareGroupMemberMetadataKey, value: shareGroupMemberMetadataValue },
  11: { key: shareGroupMetadataKey, value: shareGroupMetadataValue },
  12: { key: shareGroupTargetAssignmentMetadataKey, value: shareGroupTargetAssignmentMetadataValue },
  13: { key: shareGroupTargetAssignmentMemberKey, value: shareGroupTargetAssignmentMemberValue },
  14: { key: shareGroupCurrentMemberAssignmentKey, value: shareGroupCurrentMemberAssignmentValue },
  15: { key: shareGroupStatePartitionMetadataKey, value: shareGroupStatePartitionMetadataValue },
  16: { key: consumerGroupRegularExpressionKey, value: consumerGroupRegularExpressionValue },
  17: { key: streamsGroupMetadataKey, value: streamsGroupMetadataValue },
  19: { key: streamsGroupMemberMetadataKey, value: streamsGroupMemberMetadataValue },
  20: { key: streamsGroupTargetAssignmentMetadataKey, value: streamsGroupTargetAssignmentMetadataValue },
  21: { key: streamsGroupTargetAssignmentMemberKey, value: streamsGroupTargetAssignmentMemberValue },
  22: { key: streamsGroupCurrentMemberAssignmentKey, value: streamsGroupCurrentMemberAssignmentValue },
  23: { key: streamsGroupTopologyKey, value: streamsGroupTopologyValue },
} as const;
