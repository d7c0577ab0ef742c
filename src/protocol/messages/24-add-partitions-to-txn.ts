import { array, arrayOf, bool, defineApi, int16, int32, int64, string } from '../schema.ts';

const addPartitionsToTxnTopicFields = {
  name: string('0+'),
  partitions: arrayOf('0+', 'int32'),
};

const addPartitionsToTxnPartitionResultFields = {
  partitionIndex: int32('0+'),
  partitionErrorCode: int16('0+'),
};

const addPartitionsToTxnTopicResultFields = {
  name: string('0+'),
  resultsByPartition: array('0+', addPartitionsToTxnPartitionResultFields),
};

export const addPartitionsToTxn = defineApi({
  key: 24,
  name: 'AddPartitionsToTxn',
  versions: '0-5',
  flexible: '3+',
  request: {
    transactions: array('4+', {
      transactionalId: string('4+'),
      producerId: int64('4+'),
      producerEpoch: int16('4+'),
      verifyOnly: bool('4+'),
      topics: array('4+', addPartitionsToTxnTopicFields),
    }),
    v3AndBelowTransactionalId: string('0-3'),
    v3AndBelowProducerId: int64('0-3'),
    v3AndBelowProducerEpoch: int16('0-3'),
    v3AndBelowTopics: array('0-3', addPartitionsToTxnTopicFields),
  },
  response: {
    throttleTimeMs: int32('0+'),
    errorCode: int16('4+', { ignorable: true }),
    resultsByTransaction: array('4+', {
      transactionalId: string('4+'),
      topicResults: array('4+', addPartitionsToTxnTopicResultFields),
    }),
    resultsByTopicV3AndBelow: array('0-3', addPartitionsToTxnTopicResultFields),
  },
});
