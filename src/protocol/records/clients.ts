import { array, arrayOf, bool, bytes, int16, int32, int64, string, struct, Table, uint16, uuid } from '../schema.ts';

export const consumerProtocolAssignment = new Table(
  'ConsumerProtocolAssignment',
  { versions: '0-3', flexible: 'none' },
  {
    assignedPartitions: array('0+', {
      topic: string('0+'),
      partitions: arrayOf('0+', 'int32'),
    }),
    userData: bytes('0+', { nullable: '0+', default: null }),
  },
);

export const consumerProtocolSubscription = new Table(
  'ConsumerProtocolSubscription',
  { versions: '0-3', flexible: 'none' },
  {
    topics: arrayOf('0+', 'string'),
    userData: bytes('0+', { nullable: '0+', default: null }),
    ownedPartitions: array(
      '1+',
      {
        topic: string('1+'),
        partitions: arrayOf('1+', 'int32'),
      },
      { ignorable: true },
    ),
    generationId: int32('2+', { default: -1, ignorable: true }),
    rackId: string('3+', { nullable: '3+', default: null, ignorable: true }),
  },
);

export const controlRecordTypeSchema = new Table(
  'ControlRecordTypeSchema',
  { versions: '0', flexible: 'none' },
  {
    type: int16('0+'),
  },
);

export const defaultPrincipalData = new Table(
  'DefaultPrincipalData',
  { versions: '0', flexible: '0+' },
  {
    type: string('0+'),
    name: string('0+'),
    tokenAuthenticated: bool('0+'),
  },
);

export const endTxnMarker = new Table(
  'EndTxnMarker',
  { versions: '0', flexible: 'none' },
  {
    coordinatorEpoch: int32('0+'),
  },
);

export const kRaftVersionRecord = new Table(
  'KRaftVersionRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+'),
    kRaftVersion: int16('0+'),
  },
);

const voterFields = {
  voterId: int32('0+'),
  voterDirectoryId: uuid('1+'),
};

export const leaderChangeMessage = new Table(
  'LeaderChangeMessage',
  { versions: '0-1', flexible: '0+' },
  {
    version: int16('0+'),
    leaderId: int32('0+'),
    voters: array('0+', voterFields),
    grantingVoters: array('0+', voterFields),
  },
);

export const snapshotFooterRecord = new Table(
  'SnapshotFooterRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+'),
  },
);

export const snapshotHeaderRecord = new Table(
  'SnapshotHeaderRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+'),
    lastContainedLogTimestamp: int64('0+'),
  },
);

export const votersRecord = new Table(
  'VotersRecord',
  { versions: '0', flexible: '0+' },
  {
    version: int16('0+'),
    voters: array('0+', {
      voterId: int32('0+'),
      voterDirectoryId: uuid('0+'),
      endpoints: array('0+', {
        name: string('0+'),
        host: string('0+'),
        port: uint16('0+'),
      }),
      kRaftVersionFeature: struct('0+', {
        minSupportedVersion: int16('0+'),
        maxSupportedVersion: int16('0+'),
      }),
    }),
  },
);
