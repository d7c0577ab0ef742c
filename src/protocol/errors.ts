/**
 * Every protocol error: number, exception class as Java's tools print it, whether a client retries, whether it refreshes
 * metadata first, default text. Everything else about errors is derived from this table. Source: protocol guide, error codes.
 */
interface ErrorRow {
  readonly code: number;
  readonly exception: string;
  readonly retriable: boolean;
  readonly refreshMetadata: boolean;
  readonly text: string;
}

function row(code: number, exception: string, text: string, retry: '' | 'retriable' | 'refresh' = ''): ErrorRow {
  return { code, exception, text, retriable: retry !== '', refreshMetadata: retry === 'refresh' };
}

export const ERRORS = {
  UNKNOWN_SERVER_ERROR: row(
    -1,
    'UnknownServerException',
    'The server experienced an unexpected error when processing the request.',
  ),
  NONE: row(0, '', 'NONE'),
  OFFSET_OUT_OF_RANGE: row(
    1,
    'OffsetOutOfRangeException',
    'The requested offset is not within the range of offsets maintained by the server.',
  ),
  CORRUPT_MESSAGE: row(
    2,
    'CorruptRecordException',
    'This message has failed its CRC checksum, exceeds the valid size, has a null key for a compacted topic, or is otherwise corrupt.',
    'retriable',
  ),
  UNKNOWN_TOPIC_OR_PARTITION: row(
    3,
    'UnknownTopicOrPartitionException',
    'This server does not host this topic-partition.',
    'refresh',
  ),
  INVALID_FETCH_SIZE: row(4, 'InvalidFetchSizeException', 'The requested fetch size is invalid.'),
  LEADER_NOT_AVAILABLE: row(
    5,
    'LeaderNotAvailableException',
    'There is no leader for this topic-partition as we are in the middle of a leadership election.',
    'refresh',
  ),
  NOT_LEADER_OR_FOLLOWER: row(
    6,
    'NotLeaderOrFollowerException',
    'For requests intended only for the leader, this error indicates that the broker is not the current leader. For requests intended for any replica, this error indicates that the broker is not a replica of the topic partition.',
    'refresh',
  ),
  REQUEST_TIMED_OUT: row(7, 'TimeoutException', 'The request timed out.', 'retriable'),
  BROKER_NOT_AVAILABLE: row(8, 'BrokerNotAvailableException', 'The broker is not available.'),
  REPLICA_NOT_AVAILABLE: row(
    9,
    'ReplicaNotAvailableException',
    'The replica is not available for the requested topic-partition. Produce/Fetch requests and other requests intended only for the leader or follower return NOT_LEADER_OR_FOLLOWER if the broker is not a replica of the topic-partition.',
    'refresh',
  ),
  MESSAGE_TOO_LARGE: row(
    10,
    'RecordTooLargeException',
    'The request included a message larger than the max message size the server will accept.',
  ),
  STALE_CONTROLLER_EPOCH: row(11, 'ControllerMovedException', 'The controller moved to another broker.'),
  OFFSET_METADATA_TOO_LARGE: row(
    12,
    'OffsetMetadataTooLarge',
    'The metadata field of the offset request was too large.',
  ),
  NETWORK_EXCEPTION: row(13, 'NetworkException', 'The server disconnected before a response was received.', 'refresh'),
  COORDINATOR_LOAD_IN_PROGRESS: row(
    14,
    'CoordinatorLoadInProgressException',
    "The coordinator is loading and hence can't process requests.",
    'retriable',
  ),
  COORDINATOR_NOT_AVAILABLE: row(
    15,
    'CoordinatorNotAvailableException',
    'The coordinator is not available.',
    'retriable',
  ),
  NOT_COORDINATOR: row(16, 'NotCoordinatorException', 'This is not the correct coordinator.', 'retriable'),
  INVALID_TOPIC_EXCEPTION: row(
    17,
    'InvalidTopicException',
    'The request attempted to perform an operation on an invalid topic.',
  ),
  RECORD_LIST_TOO_LARGE: row(
    18,
    'RecordBatchTooLargeException',
    'The request included message batch larger than the configured segment size on the server.',
  ),
  NOT_ENOUGH_REPLICAS: row(
    19,
    'NotEnoughReplicasException',
    'Messages are rejected since there are fewer in-sync replicas than required.',
    'retriable',
  ),
  NOT_ENOUGH_REPLICAS_AFTER_APPEND: row(
    20,
    'NotEnoughReplicasAfterAppendException',
    'Messages are written to the log, but to fewer in-sync replicas than required.',
    'retriable',
  ),
  INVALID_REQUIRED_ACKS: row(
    21,
    'InvalidRequiredAcksException',
    'Produce request specified an invalid value for required acks.',
  ),
  ILLEGAL_GENERATION: row(22, 'IllegalGenerationException', 'Specified group generation id is not valid.'),
  INCONSISTENT_GROUP_PROTOCOL: row(
    23,
    'InconsistentGroupProtocolException',
    "The group member's supported protocols are incompatible with those of existing members or first group member tried to join with empty protocol type or empty protocol list.",
  ),
  INVALID_GROUP_ID: row(24, 'InvalidGroupIdException', 'The group id is invalid.'),
  UNKNOWN_MEMBER_ID: row(25, 'UnknownMemberIdException', 'The coordinator is not aware of this member.'),
  INVALID_SESSION_TIMEOUT: row(
    26,
    'InvalidSessionTimeoutException',
    'The session timeout is not within the range allowed by the broker (as configured by group.min.session.timeout.ms and group.max.session.timeout.ms).',
  ),
  REBALANCE_IN_PROGRESS: row(27, 'RebalanceInProgressException', 'The group is rebalancing, so a rejoin is needed.'),
  INVALID_COMMIT_OFFSET_SIZE: row(
    28,
    'InvalidCommitOffsetSizeException',
    'The committing offset data size is not valid.',
  ),
  TOPIC_AUTHORIZATION_FAILED: row(29, 'TopicAuthorizationException', 'Topic authorization failed.'),
  GROUP_AUTHORIZATION_FAILED: row(30, 'GroupAuthorizationException', 'Group authorization failed.'),
  CLUSTER_AUTHORIZATION_FAILED: row(31, 'ClusterAuthorizationException', 'Cluster authorization failed.'),
  INVALID_TIMESTAMP: row(32, 'InvalidTimestampException', 'The timestamp of the message is out of acceptable range.'),
  UNSUPPORTED_SASL_MECHANISM: row(
    33,
    'UnsupportedSaslMechanismException',
    'The broker does not support the requested SASL mechanism.',
  ),
  ILLEGAL_SASL_STATE: row(34, 'IllegalSaslStateException', 'Request is not valid given the current SASL state.'),
  UNSUPPORTED_VERSION: row(35, 'UnsupportedVersionException', 'The version of API is not supported.'),
  TOPIC_ALREADY_EXISTS: row(36, 'TopicExistsException', 'Topic with this name already exists.'),
  INVALID_PARTITIONS: row(37, 'InvalidPartitionsException', 'Number of partitions is below 1.'),
  INVALID_REPLICATION_FACTOR: row(
    38,
    'InvalidReplicationFactorException',
    'Replication factor is below 1 or larger than the number of available brokers.',
  ),
  INVALID_REPLICA_ASSIGNMENT: row(39, 'InvalidReplicaAssignmentException', 'Replica assignment is invalid.'),
  INVALID_CONFIG: row(40, 'InvalidConfigurationException', 'Configuration is invalid.'),
  NOT_CONTROLLER: row(
    41,
    'NotControllerException',
    'This is not the correct controller for this cluster.',
    'retriable',
  ),
  INVALID_REQUEST: row(
    42,
    'InvalidRequestException',
    'This most likely occurs because of a request being malformed by the client library or the message was sent to an incompatible broker. See the broker logs for more details.',
  ),
  UNSUPPORTED_FOR_MESSAGE_FORMAT: row(
    43,
    'UnsupportedForMessageFormatException',
    'The message format version on the broker does not support the request.',
  ),
  POLICY_VIOLATION: row(44, 'PolicyViolationException', 'Request parameters do not satisfy the configured policy.'),
  OUT_OF_ORDER_SEQUENCE_NUMBER: row(
    45,
    'OutOfOrderSequenceException',
    'The broker received an out of order sequence number.',
  ),
  DUPLICATE_SEQUENCE_NUMBER: row(46, 'DuplicateSequenceException', 'The broker received a duplicate sequence number.'),
  INVALID_PRODUCER_EPOCH: row(47, 'InvalidProducerEpochException', 'Producer attempted to produce with an old epoch.'),
  INVALID_TXN_STATE: row(
    48,
    'InvalidTxnStateException',
    'The producer attempted a transactional operation in an invalid state.',
  ),
  INVALID_PRODUCER_ID_MAPPING: row(
    49,
    'InvalidPidMappingException',
    'The producer attempted to use a producer id which is not currently assigned to its transactional id.',
  ),
  INVALID_TRANSACTION_TIMEOUT: row(
    50,
    'InvalidTxnTimeoutException',
    'The transaction timeout is larger than the maximum value allowed by the broker (as configured by transaction.max.timeout.ms).',
  ),
  CONCURRENT_TRANSACTIONS: row(
    51,
    'ConcurrentTransactionsException',
    'The producer attempted to update a transaction while another concurrent operation on the same transaction was ongoing.',
    'retriable',
  ),
  TRANSACTION_COORDINATOR_FENCED: row(
    52,
    'TransactionCoordinatorFencedException',
    'Indicates that the transaction coordinator sending a WriteTxnMarker is no longer the current coordinator for a given producer.',
  ),
  TRANSACTIONAL_ID_AUTHORIZATION_FAILED: row(
    53,
    'TransactionalIdAuthorizationException',
    'Transactional Id authorization failed.',
  ),
  SECURITY_DISABLED: row(54, 'SecurityDisabledException', 'Security features are disabled.'),
  OPERATION_NOT_ATTEMPTED: row(
    55,
    'OperationNotAttemptedException',
    'The broker did not attempt to execute this operation. This may happen for batched RPCs where some operations in the batch failed, causing the broker to respond without trying the rest.',
  ),
  KAFKA_STORAGE_ERROR: row(
    56,
    'KafkaStorageException',
    'Disk error when trying to access log file on the disk.',
    'refresh',
  ),
  LOG_DIR_NOT_FOUND: row(
    57,
    'LogDirNotFoundException',
    'The user-specified log directory is not found in the broker config.',
  ),
  SASL_AUTHENTICATION_FAILED: row(58, 'SaslAuthenticationException', 'SASL Authentication failed.'),
  UNKNOWN_PRODUCER_ID: row(
    59,
    'UnknownProducerIdException',
    "This exception is raised by the broker if it could not locate the producer metadata associated with the producerId in question. This could happen if, for instance, the producer's records were deleted because their retention time had elapsed. Once the last records of the producerId are removed, the producer's metadata is removed from the broker, and future appends by the producer will return this exception.",
  ),
  REASSIGNMENT_IN_PROGRESS: row(60, 'ReassignmentInProgressException', 'A partition reassignment is in progress.'),
  DELEGATION_TOKEN_AUTH_DISABLED: row(
    61,
    'DelegationTokenDisabledException',
    'Delegation Token feature is not enabled.',
  ),
  DELEGATION_TOKEN_NOT_FOUND: row(62, 'DelegationTokenNotFoundException', 'Delegation Token is not found on server.'),
  DELEGATION_TOKEN_OWNER_MISMATCH: row(
    63,
    'DelegationTokenOwnerMismatchException',
    'Specified Principal is not valid Owner/Renewer.',
  ),
  DELEGATION_TOKEN_REQUEST_NOT_ALLOWED: row(
    64,
    'UnsupportedByAuthenticationException',
    'Delegation Token requests are not allowed on PLAINTEXT/1-way SSL channels and on delegation token authenticated channels.',
  ),
  DELEGATION_TOKEN_AUTHORIZATION_FAILED: row(
    65,
    'DelegationTokenAuthorizationException',
    'Delegation Token authorization failed.',
  ),
  DELEGATION_TOKEN_EXPIRED: row(66, 'DelegationTokenExpiredException', 'Delegation Token is expired.'),
  INVALID_PRINCIPAL_TYPE: row(67, 'InvalidPrincipalTypeException', 'Supplied principalType is not supported.'),
  NON_EMPTY_GROUP: row(68, 'GroupNotEmptyException', 'The group is not empty.'),
  GROUP_ID_NOT_FOUND: row(69, 'GroupIdNotFoundException', 'The group id does not exist.'),
  FETCH_SESSION_ID_NOT_FOUND: row(
    70,
    'FetchSessionIdNotFoundException',
    'The fetch session ID was not found.',
    'retriable',
  ),
  INVALID_FETCH_SESSION_EPOCH: row(
    71,
    'InvalidFetchSessionEpochException',
    'The fetch session epoch is invalid.',
    'retriable',
  ),
  LISTENER_NOT_FOUND: row(
    72,
    'ListenerNotFoundException',
    'There is no listener on the leader broker that matches the listener on which metadata request was processed.',
    'refresh',
  ),
  TOPIC_DELETION_DISABLED: row(73, 'TopicDeletionDisabledException', 'Topic deletion is disabled.'),
  FENCED_LEADER_EPOCH: row(
    74,
    'FencedLeaderEpochException',
    'The leader epoch in the request is older than the epoch on the broker.',
    'refresh',
  ),
  UNKNOWN_LEADER_EPOCH: row(
    75,
    'UnknownLeaderEpochException',
    'The leader epoch in the request is newer than the epoch on the broker.',
    'retriable',
  ),
  UNSUPPORTED_COMPRESSION_TYPE: row(
    76,
    'UnsupportedCompressionTypeException',
    'The requesting client does not support the compression type of given partition.',
  ),
  STALE_BROKER_EPOCH: row(77, 'StaleBrokerEpochException', 'Broker epoch has changed.'),
  OFFSET_NOT_AVAILABLE: row(
    78,
    'OffsetNotAvailableException',
    'The leader high watermark has not caught up from a recent leader election so the offsets cannot be guaranteed to be monotonically increasing.',
    'retriable',
  ),
  MEMBER_ID_REQUIRED: row(
    79,
    'MemberIdRequiredException',
    'The group member needs to have a valid member id before actually entering a consumer group.',
  ),
  PREFERRED_LEADER_NOT_AVAILABLE: row(
    80,
    'PreferredLeaderNotAvailableException',
    'The preferred leader was not available.',
    'refresh',
  ),
  GROUP_MAX_SIZE_REACHED: row(81, 'GroupMaxSizeReachedException', 'The group has reached its maximum size.'),
  FENCED_INSTANCE_ID: row(
    82,
    'FencedInstanceIdException',
    'The broker rejected this static consumer since another consumer with the same group.instance.id has registered with a different member.id.',
  ),
  ELIGIBLE_LEADERS_NOT_AVAILABLE: row(
    83,
    'EligibleLeadersNotAvailableException',
    'Eligible topic partition leaders are not available.',
    'refresh',
  ),
  ELECTION_NOT_NEEDED: row(
    84,
    'ElectionNotNeededException',
    'Leader election not needed for topic partition.',
    'refresh',
  ),
  NO_REASSIGNMENT_IN_PROGRESS: row(
    85,
    'NoReassignmentInProgressException',
    'No partition reassignment is in progress.',
  ),
  GROUP_SUBSCRIBED_TO_TOPIC: row(
    86,
    'GroupSubscribedToTopicException',
    'Deleting offsets of a topic is forbidden while the consumer group is actively subscribed to it.',
  ),
  INVALID_RECORD: row(
    87,
    'InvalidRecordException',
    'This record has failed the validation on broker and hence will be rejected.',
  ),
  UNSTABLE_OFFSET_COMMIT: row(
    88,
    'UnstableOffsetCommitException',
    'There are unstable offsets that need to be cleared.',
    'retriable',
  ),
  THROTTLING_QUOTA_EXCEEDED: row(
    89,
    'ThrottlingQuotaExceededException',
    'The throttling quota has been exceeded.',
    'retriable',
  ),
  PRODUCER_FENCED: row(
    90,
    'ProducerFencedException',
    'There is a newer producer with the same transactionalId which fences the current one.',
  ),
  RESOURCE_NOT_FOUND: row(
    91,
    'ResourceNotFoundException',
    'A request illegally referred to a resource that does not exist.',
  ),
  DUPLICATE_RESOURCE: row(92, 'DuplicateResourceException', 'A request illegally referred to the same resource twice.'),
  UNACCEPTABLE_CREDENTIAL: row(
    93,
    'UnacceptableCredentialException',
    'Requested credential would not meet criteria for acceptability.',
  ),
  INCONSISTENT_VOTER_SET: row(
    94,
    'InconsistentVoterSetException',
    'Indicates that the either the sender or recipient of a voter-only request is not one of the expected voters.',
  ),
  INVALID_UPDATE_VERSION: row(95, 'InvalidUpdateVersionException', 'The given update version was invalid.'),
  FEATURE_UPDATE_FAILED: row(
    96,
    'FeatureUpdateFailedException',
    'Unable to update finalized features due to an unexpected server error.',
  ),
  PRINCIPAL_DESERIALIZATION_FAILURE: row(
    97,
    'PrincipalDeserializationException',
    'Request principal deserialization failed during forwarding. This indicates an internal error on the broker cluster security setup.',
  ),
  SNAPSHOT_NOT_FOUND: row(98, 'SnapshotNotFoundException', 'Requested snapshot was not found.'),
  POSITION_OUT_OF_RANGE: row(
    99,
    'PositionOutOfRangeException',
    'Requested position is not greater than or equal to zero, and less than the size of the snapshot.',
  ),
  UNKNOWN_TOPIC_ID: row(100, 'UnknownTopicIdException', 'This server does not host this topic ID.', 'refresh'),
  DUPLICATE_BROKER_REGISTRATION: row(101, 'DuplicateBrokerRegistrationException', 'This broker ID is already in use.'),
  BROKER_ID_NOT_REGISTERED: row(102, 'BrokerIdNotRegisteredException', 'The given broker ID was not registered.'),
  INCONSISTENT_TOPIC_ID: row(
    103,
    'InconsistentTopicIdException',
    "The log's topic ID did not match the topic ID in the request.",
    'refresh',
  ),
  INCONSISTENT_CLUSTER_ID: row(
    104,
    'InconsistentClusterIdException',
    'The clusterId in the request does not match that found on the server.',
  ),
  TRANSACTIONAL_ID_NOT_FOUND: row(105, 'TransactionalIdNotFoundException', 'The transactionalId could not be found.'),
  FETCH_SESSION_TOPIC_ID_ERROR: row(
    106,
    'FetchSessionTopicIdException',
    'The fetch session encountered inconsistent topic ID usage.',
    'retriable',
  ),
  INELIGIBLE_REPLICA: row(107, 'IneligibleReplicaException', 'The new ISR contains at least one ineligible replica.'),
  NEW_LEADER_ELECTED: row(
    108,
    'NewLeaderElectedException',
    'The AlterPartition request successfully updated the partition state but the leader has changed.',
  ),
  OFFSET_MOVED_TO_TIERED_STORAGE: row(
    109,
    'OffsetMovedToTieredStorageException',
    'The requested offset is moved to tiered storage.',
  ),
  FENCED_MEMBER_EPOCH: row(
    110,
    'FencedMemberEpochException',
    'The member epoch is fenced by the group coordinator. The member must abandon all its partitions and rejoin.',
  ),
  UNRELEASED_INSTANCE_ID: row(
    111,
    'UnreleasedInstanceIdException',
    'The instance ID is still used by another member in the consumer group. That member must leave first.',
  ),
  UNSUPPORTED_ASSIGNOR: row(
    112,
    'UnsupportedAssignorException',
    'The assignor or its version range is not supported by the consumer group.',
  ),
  STALE_MEMBER_EPOCH: row(
    113,
    'StaleMemberEpochException',
    'The member epoch is stale. The member must retry after receiving its updated member epoch via the ConsumerGroupHeartbeat API.',
  ),
  MISMATCHED_ENDPOINT_TYPE: row(
    114,
    'MismatchedEndpointTypeException',
    'The request was sent to an endpoint of the wrong type.',
  ),
  UNSUPPORTED_ENDPOINT_TYPE: row(115, 'UnsupportedEndpointTypeException', 'This endpoint type is not supported yet.'),
  UNKNOWN_CONTROLLER_ID: row(116, 'UnknownControllerIdException', 'This controller ID is not known.'),
  UNKNOWN_SUBSCRIPTION_ID: row(
    117,
    'UnknownSubscriptionIdException',
    'Client sent a push telemetry request with an invalid or outdated subscription ID.',
  ),
  TELEMETRY_TOO_LARGE: row(
    118,
    'TelemetryTooLargeException',
    'Client sent a push telemetry request larger than the maximum size the broker will accept.',
  ),
  INVALID_REGISTRATION: row(
    119,
    'InvalidRegistrationException',
    'The controller has considered the broker registration to be invalid.',
  ),
  TRANSACTION_ABORTABLE: row(
    120,
    'TransactionAbortableException',
    'The server encountered an error with the transaction. The client can abort the transaction to continue using this transactional ID.',
  ),
  INVALID_RECORD_STATE: row(
    121,
    'InvalidRecordStateException',
    'The record state is invalid. The acknowledgement of delivery could not be completed.',
  ),
  SHARE_SESSION_NOT_FOUND: row(122, 'ShareSessionNotFoundException', 'The share session was not found.', 'retriable'),
  INVALID_SHARE_SESSION_EPOCH: row(
    123,
    'InvalidShareSessionEpochException',
    'The share session epoch is invalid.',
    'retriable',
  ),
  FENCED_STATE_EPOCH: row(
    124,
    'FencedStateEpochException',
    'The share coordinator rejected the request because the share-group state epoch did not match.',
  ),
  INVALID_VOTER_KEY: row(125, 'InvalidVoterKeyException', "The voter key doesn't match the receiving replica's key."),
  DUPLICATE_VOTER: row(126, 'DuplicateVoterException', 'The voter is already part of the set of voters.'),
  VOTER_NOT_FOUND: row(127, 'VoterNotFoundException', 'The voter is not part of the set of voters.'),
  INVALID_REGULAR_EXPRESSION: row(128, 'InvalidRegularExpression', 'The regular expression is not valid.'),
  REBOOTSTRAP_REQUIRED: row(
    129,
    'RebootstrapRequiredException',
    'Client metadata is stale. The client should rebootstrap to obtain new metadata.',
  ),
  STREAMS_INVALID_TOPOLOGY: row(130, 'StreamsInvalidTopologyException', 'The supplied topology is invalid.'),
  STREAMS_INVALID_TOPOLOGY_EPOCH: row(
    131,
    'StreamsInvalidTopologyEpochException',
    'The supplied topology epoch is invalid.',
  ),
  STREAMS_TOPOLOGY_FENCED: row(132, 'StreamsTopologyFencedException', 'The supplied topology epoch is outdated.'),
  SHARE_SESSION_LIMIT_REACHED: row(
    133,
    'ShareSessionLimitReachedException',
    'The limit of share sessions has been reached.',
    'retriable',
  ),
} as const;

export type ErrorName = keyof typeof ERRORS;

/** Numbers by name: `Errors.NOT_COORDINATOR === 16`. */
export const Errors = Object.fromEntries(Object.entries(ERRORS).map(([name, { code }]) => [name, code])) as {
  readonly [K in ErrorName]: number;
};

const NAMES = new Map(Object.entries(ERRORS).map(([name, { code }]) => [code, name as ErrorName]));

/** The name of a number from the wire; numbers this table does not know are UNKNOWN_SERVER_ERROR, as in Java. */
export function errorName(code: number): ErrorName {
  return NAMES.get(code) ?? 'UNKNOWN_SERVER_ERROR';
}

/** Full name of the exception that Java's clients make of a code. */
export function exceptionClassOf(error: ErrorName): string {
  const { exception } = ERRORS[error];
  // The one that lies outside the package of its fellows.
  const inErrors = exception !== 'InvalidRecordException';
  return `org.apache.kafka.common.${inErrors ? 'errors.' : ''}${exception}`;
}

/** A failure with a protocol error code: thrown by broker rooms for whole requests, and by the client for answers. */
export class KafkaError extends Error {
  override name = 'KafkaError';
  readonly error: ErrorName;

  constructor(error: ErrorName, text?: string, options?: ErrorOptions) {
    super(text ?? ERRORS[error].text, options);
    this.error = error;
  }

  get code(): number {
    return ERRORS[this.error].code;
  }

  get isRetriable(): boolean {
    return ERRORS[this.error].retriable;
  }
}
