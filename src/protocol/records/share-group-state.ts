import { array, int8, int16, int32, int64, string, Table, uuid } from '../schema.ts';

export const shareSnapshotKey = new Table(
  'ShareSnapshotKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    topicId: uuid('0'),
    partition: int32('0'),
  },
);

export const shareSnapshotValue = new Table(
  'ShareSnapshotValue',
  { versions: '0', flexible: '0+' },
  {
    snapshotEpoch: int32('0+'),
    stateEpoch: int32('0+'),
    leaderEpoch: int32('0+'),
    startOffset: int64('0+'),
    deliveryCompleteCount: int32('0+', { tag: 0, tagged: '0+', default: -1 }),
    createTimestamp: int64('0+'),
    writeTimestamp: int64('0+'),
    stateBatches: array('0+', {
      firstOffset: int64('0+'),
      lastOffset: int64('0+'),
      deliveryState: int8('0+'),
      deliveryCount: int16('0+'),
    }),
  },
);

export const shareUpdateKey = new Table(
  'ShareUpdateKey',
  { versions: '0', flexible: 'none' },
  {
    groupId: string('0'),
    topicId: uuid('0'),
    partition: int32('0'),
  },
);

export const shareUpdateValue = new Table(
  'ShareUpdateValue',
  { versions: '0', flexible: '0+' },
  {
    snapshotEpoch: int32('0+'),
    leaderEpoch: int32('0+'),
    startOffset: int64('0+'),
    deliveryCompleteCount: int32('0+', { tag: 0, tagged: '0+', default: -1 }),
    stateBatches: array('0+', {
      firstOffset: int64('0+'),
      lastOffset: int64('0+'),
      deliveryState: int8('0+'),
      deliveryCount: int16('0+'),
    }),
  },
);

/** Record types by id: key on disk is int16 id + key struct, value is int16 version + struct. */
export const shareGroupStateRecords = {
  0: { key: shareSnapshotKey, value: shareSnapshotValue },
  1: { key: shareUpdateKey, value: shareUpdateValue },
} as const;
