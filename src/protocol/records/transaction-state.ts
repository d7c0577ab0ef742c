import { array, arrayOf, int8, int16, int32, int64, string, Table } from '../schema.ts';

export const transactionLogKey = new Table(
  'TransactionLogKey',
  { versions: '0', flexible: 'none' },
  {
    transactionalId: string('0'),
  },
);

export const transactionLogValue = new Table(
  'TransactionLogValue',
  { versions: '0-1', flexible: '1+' },
  {
    producerId: int64('0+'),
    previousProducerId: int64('1+', { tag: 0, tagged: '1+', default: -1n }),
    nextProducerId: int64('1+', { tag: 1, tagged: '1+', default: -1n }),
    producerEpoch: int16('0+'),
    nextProducerEpoch: int16('1+', { tag: 3, tagged: '1+', default: -1 }),
    transactionTimeoutMs: int32('0+'),
    transactionStatus: int8('0+'),
    transactionPartitions: array(
      '0+',
      {
        topic: string('0+'),
        partitionIds: arrayOf('0+', 'int32'),
      },
      { nullable: '0+' },
    ),
    transactionLastUpdateTimestampMs: int64('0+'),
    transactionStartTimestampMs: int64('0+'),
    clientTransactionVersion: int16('1+', { tag: 2, tagged: '1+' }),
  },
);

/** Record types by id: key on disk is int16 id + key struct, value is int16 version + struct. */
export const transactionStateRecords = {
  0: { key: transactionLogKey, value: transactionLogValue },
} as const;
