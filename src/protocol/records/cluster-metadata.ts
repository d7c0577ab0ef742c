import {
  array,
  arrayOf,
  bool,
  bytes,
  float64,
  int8,
  int16,
  int32,
  int64,
  string,
  Table,
  uint16,
  uuid,
} from '../schema.ts';

export const registerBrokerRecord = new Table(
  'RegisterBrokerRecord',
  { versions: '0-4', flexible: '0+' },
  {
    brokerId: int32('0+'),
    isMigratingZkBroker: bool('2+'),
    incarnationId: uuid('0+'),
    brokerEpoch: int64('0+'),
    endPoints: array('0+', {
      name: string('0+'),
      host: string('0+'),
      port: uint16('0+'),
      securityProtocol: int16('0+'),
    }),
    features: array('0+', {
      name: string('0+'),
      minSupportedVersion: int16('0+'),
      maxSupportedVersion: int16('0+'),
    }),
    rack: string('0+', { nullable: '0+' }),
    fenced: bool('0+', { default: true }),
    inControlledShutdown: bool('1+'),
    logDirs: arrayOf('3+', 'uuid', { tag: 0, tagged: '3+' }),
    cordonedLogDirs: arrayOf('4+', 'uuid', { nullable: '4+', tag: 1, tagged: '4+', default: null }),
  },
);

export const unregisterBrokerRecord = new Table(
  'UnregisterBrokerRecord',
  { versions: '0', flexible: '0+' },
  {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+'),
  },
);

export const topicRecord = new Table(
  'TopicRecord',
  { versions: '0', flexible: '0+' },
  {
    name: string('0+'),
    topicId: uuid('0+'),
  },
);

export const partitionRecord = new Table(
  'PartitionRecord',
  { versions: '0-2', flexible: '0+' },
  {
    partitionId: int32('0+', { default: -1 }),
    topicId: uuid('0+'),
    replicas: arrayOf('0+', 'int32'),
    isr: arrayOf('0+', 'int32'),
    removingReplicas: arrayOf('0+', 'int32'),
    addingReplicas: arrayOf('0+', 'int32'),
    leader: int32('0+', { default: -1 }),
    leaderRecoveryState: int8('0+', { tag: 0, tagged: '0+' }),
    leaderEpoch: int32('0+', { default: -1 }),
    partitionEpoch: int32('0+', { default: -1 }),
    directories: arrayOf('1+', 'uuid'),
    eligibleLeaderReplicas: arrayOf('2+', 'int32', { nullable: '2+', tag: 1, tagged: '2+', default: null }),
    lastKnownElr: arrayOf('2+', 'int32', { nullable: '2+', tag: 2, tagged: '2+', default: null }),
  },
);

export const configRecord = new Table(
  'ConfigRecord',
  { versions: '0', flexible: '0+' },
  {
    resourceType: int8('0+'),
    resourceName: string('0+'),
    name: string('0+'),
    value: string('0+', { nullable: '0+' }),
  },
);

export const partitionChangeRecord = new Table(
  'PartitionChangeRecord',
  { versions: '0-2', flexible: '0+' },
  {
    partitionId: int32('0+', { default: -1 }),
    topicId: uuid('0+'),
    isr: arrayOf('0+', 'int32', { nullable: '0+', tag: 0, tagged: '0+', default: null }),
    leader: int32('0+', { tag: 1, tagged: '0+', default: -2 }),
    replicas: arrayOf('0+', 'int32', { nullable: '0+', tag: 2, tagged: '0+', default: null }),
    removingReplicas: arrayOf('0+', 'int32', { nullable: '0+', tag: 3, tagged: '0+', default: null }),
    addingReplicas: arrayOf('0+', 'int32', { nullable: '0+', tag: 4, tagged: '0+', default: null }),
    leaderRecoveryState: int8('0+', { tag: 5, tagged: '0+', default: -1 }),
    directories: arrayOf('1+', 'uuid', { nullable: '1+', tag: 8, tagged: '1+', default: null }),
    eligibleLeaderReplicas: arrayOf('2+', 'int32', { nullable: '2+', tag: 6, tagged: '2+', default: null }),
    lastKnownElr: arrayOf('2+', 'int32', { nullable: '2+', tag: 7, tagged: '2+', default: null }),
  },
);

export const fenceBrokerRecord = new Table(
  'FenceBrokerRecord',
  { versions: '0', flexible: '0+' },
  {
    id: int32('0+'),
    epoch: int64('0+'),
  },
);

export const unfenceBrokerRecord = new Table(
  'UnfenceBrokerRecord',
  { versions: '0', flexible: '0+' },
  {
    id: int32('0+'),
    epoch: int64('0+'),
  },
);

export const removeTopicRecord = new Table(
  'RemoveTopicRecord',
  { versions: '0', flexible: '0+' },
  {
    topicId: uuid('0+'),
  },
);

export const delegationTokenRecord = new Table(
  'DelegationTokenRecord',
  { versions: '0', flexible: '0+' },
  {
    owner: string('0+'),
    requester: string('0+'),
    renewers: arrayOf('0+', 'string'),
    issueTimestamp: int64('0+'),
    maxTimestamp: int64('0+'),
    expirationTimestamp: int64('0+'),
    tokenId: string('0+'),
  },
);

export const userScramCredentialRecord = new Table(
  'UserScramCredentialRecord',
  { versions: '0', flexible: '0+' },
  {
    name: string('0+'),
    mechanism: int8('0+'),
    salt: bytes('0+'),
    storedKey: bytes('0+'),
    serverKey: bytes('0+'),
    iterations: int32('0+'),
  },
);

export const featureLevelRecord = new Table(
  'FeatureLevelRecord',
  { versions: '0', flexible: '0+' },
  {
    name: string('0+'),
    featureLevel: int16('0+'),
  },
);

export const clientQuotaRecord = new Table(
  'ClientQuotaRecord',
  { versions: '0', flexible: '0+' },
  {
    entity: array('0+', {
      entityType: string('0+'),
      entityName: string('0+', { nullable: '0+' }),
    }),
    key: string('0+'),
    value: float64('0+'),
    remove: bool('0+'),
  },
);

export const producerIdsRecord = new Table(
  'ProducerIdsRecord',
  { versions: '0', flexible: '0+' },
  {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+', { default: -1n }),
    nextProducerId: int64('0+'),
  },
);

export const brokerRegistrationChangeRecord = new Table(
  'BrokerRegistrationChangeRecord',
  { versions: '0-3', flexible: '0+' },
  {
    brokerId: int32('0+'),
    brokerEpoch: int64('0+'),
    fenced: int8('0+', { tag: 0, tagged: '0+' }),
    inControlledShutdown: int8('1+', { tag: 1, tagged: '1+' }),
    logDirs: arrayOf('2+', 'uuid', { tag: 2, tagged: '2+' }),
    cordonedLogDirs: arrayOf('3+', 'uuid', { nullable: '3+', tag: 3, tagged: '3+', default: null }),
  },
);

export const accessControlEntryRecord = new Table(
  'AccessControlEntryRecord',
  { versions: '0', flexible: '0+' },
  {
    id: uuid('0+'),
    resourceType: int8('0+'),
    resourceName: string('0+'),
    patternType: int8('0+'),
    principal: string('0+'),
    host: string('0+'),
    operation: int8('0+'),
    permissionType: int8('0+'),
  },
);

export const removeAccessControlEntryRecord = new Table(
  'RemoveAccessControlEntryRecord',
  { versions: '0', flexible: '0+' },
  {
    id: uuid('0+'),
  },
);

export const noOpRecord = new Table('NoOpRecord', { versions: '0', flexible: '0+' }, {});

export const zkMigrationStateRecord = new Table(
  'ZkMigrationStateRecord',
  { versions: '0', flexible: '0+' },
  {
    zkMigrationState: int8('0+'),
  },
);

export const removeUserScramCredentialRecord = new Table(
  'RemoveUserScramCredentialRecord',
  { versions: '0', flexible: '0+' },
  {
    name: string('0+'),
    mechanism: int8('0+'),
  },
);

export const beginTransactionRecord = new Table(
  'BeginTransactionRecord',
  { versions: '0', flexible: '0+' },
  {
    name: string('0+', { nullable: '0+', tag: 0, tagged: '0+', default: null }),
  },
);

export const endTransactionRecord = new Table('EndTransactionRecord', { versions: '0', flexible: '0+' }, {});

export const abortTransactionRecord = new Table(
  'AbortTransactionRecord',
  { versions: '0', flexible: '0+' },
  {
    reason: string('0+', { nullable: '0+', tag: 0, tagged: '0+', default: null }),
  },
);

export const removeDelegationTokenRecord = new Table(
  'RemoveDelegationTokenRecord',
  { versions: '0', flexible: '0+' },
  {
    tokenId: string('0+'),
  },
);

export const registerControllerRecord = new Table(
  'RegisterControllerRecord',
  { versions: '0', flexible: '0+' },
  {
    controllerId: int32('0+'),
    incarnationId: uuid('0+'),
    zkMigrationReady: bool('0+'),
    endPoints: array('0+', {
      name: string('0+'),
      host: string('0+'),
      port: uint16('0+'),
      securityProtocol: int16('0+'),
    }),
    features: array('0+', {
      name: string('0+'),
      minSupportedVersion: int16('0+'),
      maxSupportedVersion: int16('0+'),
    }),
  },
);

export const clearElrRecord = new Table(
  'ClearElrRecord',
  { versions: '0', flexible: '0+' },
  {
    topicName: string('0+'),
  },
);

/** Metadata record types by id. Value on disk: uvarint frame version 1, uvarint id, uvarint version, struct. */
export const metadataRecords = {
  0: registerBrokerRecord,
  1: unregisterBrokerRecord,
  2: topicRecord,
  3: partitionRecord,
  4: configRecord,
  5: partitionChangeRecord,
  7: fenceBrokerRecord,
  8: unfenceBrokerRecord,
  9: removeTopicRecord,
  10: delegationTokenRecord,
  11: userScramCredentialRecord,
  12: featureLevelRecord,
  14: clientQuotaRecord,
  15: producerIdsRecord,
  17: brokerRegistrationChangeRecord,
  18: accessControlEntryRecord,
  19: removeAccessControlEntryRecord,
  20: noOpRecord,
  21: zkMigrationStateRecord,
  22: removeUserScramCredentialRecord,
  23: beginTransactionRecord,
  24: endTransactionRecord,
  25: abortTransactionRecord,
  26: removeDelegationTokenRecord,
  27: registerControllerRecord,
  28: clearElrRecord,
} as const;
