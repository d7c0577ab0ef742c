import { array, arrayOf, bool, defineApi, int8, int16, int32, int64, string, struct, uint16 } from '../schema.ts';

const keyValueFields = {
  key: string('0+'),
  value: string('0+'),
};

const topicInfoFields = {
  name: string('0+'),
  partitions: int32('0+'),
  replicationFactor: int16('0+'),
  topicConfigs: array('0+', keyValueFields),
};

const taskIdsFields = {
  subtopologyId: string('0+'),
  partitions: arrayOf('0+', 'int32'),
};

const endpointFields = {
  host: string('0+'),
  port: uint16('0+'),
};

const taskOffsetFields = {
  subtopologyId: string('0+'),
  partition: int32('0+'),
  offset: int64('0+'),
};

const statusFields = {
  statusCode: int8('0+'),
  statusDetail: string('0+'),
};

const topicPartitionFields = {
  topic: string('0+'),
  partitions: arrayOf('0+', 'int32'),
};

export const streamsGroupHeartbeat = defineApi({
  key: 88,
  name: 'StreamsGroupHeartbeat',
  versions: '0',
  flexible: '0+',
  request: {
    groupId: string('0+'),
    memberId: string('0+'),
    memberEpoch: int32('0+'),
    endpointInformationEpoch: int32('0+'),
    instanceId: string('0+', { nullable: '0+', default: null }),
    rackId: string('0+', { nullable: '0+', default: null }),
    rebalanceTimeoutMs: int32('0+', { default: -1 }),
    topology: struct(
      '0+',
      {
        epoch: int32('0+'),
        subtopologies: array('0+', {
          subtopologyId: string('0+'),
          sourceTopics: arrayOf('0+', 'string'),
          sourceTopicRegex: arrayOf('0+', 'string'),
          stateChangelogTopics: array('0+', topicInfoFields),
          repartitionSinkTopics: arrayOf('0+', 'string'),
          repartitionSourceTopics: array('0+', topicInfoFields),
          copartitionGroups: array('0+', {
            sourceTopics: arrayOf('0+', 'int16'),
            sourceTopicRegex: arrayOf('0+', 'int16'),
            repartitionSourceTopics: arrayOf('0+', 'int16'),
          }),
        }),
      },
      { nullable: '0+', default: null },
    ),
    activeTasks: array('0+', taskIdsFields, { nullable: '0+', default: null }),
    standbyTasks: array('0+', taskIdsFields, { nullable: '0+', default: null }),
    warmupTasks: array('0+', taskIdsFields, { nullable: '0+', default: null }),
    processId: string('0+', { nullable: '0+', default: null }),
    userEndpoint: struct('0+', endpointFields, { nullable: '0+', default: null }),
    clientTags: array('0+', keyValueFields, { nullable: '0+', default: null }),
    taskOffsets: array('0+', taskOffsetFields, { nullable: '0+', default: null }),
    taskEndOffsets: array('0+', taskOffsetFields, { nullable: '0+', default: null }),
    shutdownApplication: bool('0+'),
  },
  response: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('0+'),
    errorMessage: string('0+', { nullable: '0+', default: null }),
    memberId: string('0+'),
    memberEpoch: int32('0+'),
    heartbeatIntervalMs: int32('0+'),
    acceptableRecoveryLag: int32('0+'),
    taskOffsetIntervalMs: int32('0+'),
    status: array('0+', statusFields, { nullable: '0+' }),
    activeTasks: array('0+', taskIdsFields, { nullable: '0+', default: null }),
    standbyTasks: array('0+', taskIdsFields, { nullable: '0+', default: null }),
    warmupTasks: array('0+', taskIdsFields, { nullable: '0+', default: null }),
    endpointInformationEpoch: int32('0+'),
    partitionsByUserEndpoint: array(
      '0+',
      {
        userEndpoint: struct('0+', endpointFields),
        activePartitions: array('0+', topicPartitionFields),
        standbyPartitions: array('0+', topicPartitionFields),
      },
      { nullable: '0+', default: null },
    ),
  },
});
