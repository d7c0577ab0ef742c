import { array, arrayOf, bool, defineApi, int16, int32, string, struct, uuid } from '../schema.ts';

const topicPartitionsFields = {
  topicId: uuid('0+'),
  topicName: string('0+'),
  partitions: arrayOf('0+', 'int32'),
};

const assignmentFields = {
  topicPartitions: array('0+', topicPartitionsFields),
};

export const shareGroupDescribe = defineApi({
  key: 77,
  name: 'ShareGroupDescribe',
  versions: '1',
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
      assignorName: string('0+'),
      members: array('0+', {
        memberId: string('0+'),
        rackId: string('0+', { nullable: '0+', default: null }),
        memberEpoch: int32('0+'),
        clientId: string('0+'),
        clientHost: string('0+'),
        subscribedTopicNames: arrayOf('0+', 'string'),
        assignment: struct('0+', assignmentFields),
      }),
      authorizedOperations: int32('0+', { default: -2147483648 }),
    }),
  },
});
