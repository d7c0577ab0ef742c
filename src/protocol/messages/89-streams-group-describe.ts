import { array, arrayOf, bool, defineApi, int16, int32, int64, string, struct, uint16 } from '../schema.ts';

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

const endpointFields = {
  host: string('0+'),
  port: uint16('0+'),
};

const taskOffsetFields = {
  subtopologyId: string('0+'),
  partition: int32('0+'),
  offset: int64('0+'),
};

const taskIdsFields = {
  subtopologyId: string('0+'),
  partitions: arrayOf('0+', 'int32'),
};

const assignmentFields = {
  activeTasks: array('0+', taskIdsFields),
  standbyTasks: array('0+', taskIdsFields),
  warmupTasks: array('0+', taskIdsFields),
};

export const streamsGroupDescribe = defineApi({
  key: 89,
  name: 'StreamsGroupDescribe',
  versions: '0',
  flexible: '0+',
  request: {
    groupIds: arrayOf('0+', 'string'),
    includeAuthorizedOperations: bool('0+'),
  },
  response: {
    throttleTimeMs: int32('0+'),
    groups: array('0+', {
      errorCode: int16('0+'),
      errorMessage: string('0+', { nullable: '0+', default: null }),
      groupId: string('0+'),
      groupState: string('0+'),
      groupEpoch: int32('0+'),
      assignmentEpoch: int32('0+'),
      topology: struct(
        '0+',
        {
          epoch: int32('0+'),
          subtopologies: array(
            '0+',
            {
              subtopologyId: string('0+'),
              sourceTopics: arrayOf('0+', 'string'),
              repartitionSinkTopics: arrayOf('0+', 'string'),
              stateChangelogTopics: array('0+', topicInfoFields),
              repartitionSourceTopics: array('0+', topicInfoFields),
            },
            { nullable: '0+', default: null },
          ),
        },
        { nullable: '0+', default: null },
      ),
      members: array('0+', {
        memberId: string('0+'),
        memberEpoch: int32('0+'),
        instanceId: string('0+', { nullable: '0+', default: null }),
        rackId: string('0+', { nullable: '0+', default: null }),
        clientId: string('0+'),
        clientHost: string('0+'),
        topologyEpoch: int32('0+'),
        processId: string('0+'),
        userEndpoint: struct('0+', endpointFields, { nullable: '0+', default: null }),
        clientTags: array('0+', keyValueFields),
        taskOffsets: array('0+', taskOffsetFields),
        taskEndOffsets: array('0+', taskOffsetFields),
        assignment: struct('0+', assignmentFields),
        targetAssignment: struct('0+', assignmentFields),
        isClassic: bool('0+'),
      }),
      authorizedOperations: int32('0+', { default: -2147483648 }),
    }),
  },
});
