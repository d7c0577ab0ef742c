import { COORDINATOR_TEXTS } from './documentation-groups.ts';
import { REMOTE_LOG_TEXTS } from './documentation-remote-log.ts';
import { SECURITY_TEXTS } from './documentation-security.ts';
import { SERVER_TEXTS } from './documentation-server.ts';
import { GROUP_CONFIG_SYNONYMS, TOPIC_CONFIG_SYNONYMS } from './synonyms.ts';

/** What DescribeConfigs says of a config, in our own words. Broker defaults of topic and group configs share their text. */
const TEXTS: Readonly<Record<string, string>> = {
  ...SERVER_TEXTS,
  ...COORDINATOR_TEXTS,
  ...SECURITY_TEXTS,
  ...REMOTE_LOG_TEXTS,
  'cleanup.policy':
    'What happens to old segments: "delete" drops them by age and size, "compact" keeps the newest record of each key. Both may be given; an empty list keeps everything.',
  'compression.gzip.level':
    'Level for gzip when the broker compresses: 1 (fast) to 9 (small), or -1 for the codec default.',
  'compression.lz4.level': 'Level for lz4 when the broker compresses: 1 (fast) to 17 (small).',
  'compression.type':
    'Codec of stored batches: one of gzip, snappy, lz4 and zstd, "uncompressed", or "producer" to store batches as they come.',
  'compression.zstd.level': 'Level for zstd when the broker compresses: the higher, the smaller and slower.',
  'delete.retention.ms': 'How long tombstones stay in a compacted topic, so that readers who started before see them.',
  'file.delete.delay.ms': 'How long the files of a deleted segment stay on disk, so that reads in flight can finish.',
  'flush.messages':
    'Number of appended records after which the log is forced to disk. The default leaves it to the operating system.',
  'flush.ms': 'Time after which appended records are forced to disk. The default leaves it to the operating system.',
  'follower.replication.throttled.replicas':
    'Replicas whose following is throttled: "*" for all or a list of partition:broker pairs.',
  'index.interval.bytes':
    'Bytes of log between two entries of the offset index: smaller finds offsets faster and takes more room.',
  'leader.replication.throttled.replicas':
    'Replicas whose leading is throttled: "*" for all or a list of partition:broker pairs.',
  'local.retention.bytes': 'Bytes kept on the local disk with tiered storage; -2 means as retention.bytes.',
  'local.retention.ms': 'Time kept on the local disk with tiered storage; -2 means as retention.ms.',
  'max.compaction.lag.ms': 'The longest time a record may wait before compaction looks at it.',
  'max.message.bytes': 'The largest record batch a producer may send, compressed, header included.',
  'message.timestamp.after.max.ms':
    "How far a record's own timestamp may lie ahead of the broker's clock; more is refused.",
  'message.timestamp.before.max.ms':
    "How far a record's own timestamp may lie behind the broker's clock; more is refused.",
  'message.timestamp.type':
    "Whose time a record carries: the producer's (CreateTime) or that of the append (LogAppendTime).",
  'min.cleanable.dirty.ratio': 'Share of the log that must be uncompacted before the cleaner takes it up.',
  'min.compaction.lag.ms': 'The least time a record stays as it is before compaction may remove it.',
  'min.insync.replicas':
    'Replicas that must have a record before a producer with acks=all gets its answer; with fewer in sync the write is refused.',
  preallocate: 'Whether a new segment takes its whole size on disk at once.',
  'remote.log.copy.disable': 'With tiered storage: stops copying segments to the remote store and makes it read-only.',
  'remote.log.delete.on.disable':
    'With tiered storage: whether switching it off deletes what lies in the remote store.',
  'remote.storage.enable': 'Turns tiered storage on for the topic. This broker keeps all data on local disks.',
  'retention.bytes': 'Bytes a partition may hold before its oldest segments go; -1 sets no limit.',
  'retention.ms': 'Age at which a segment goes, counted from its newest record; -1 sets no limit.',
  'segment.bytes':
    'Size of one segment file. Retention and compaction work on whole segments that are not written to any more.',
  'segment.index.bytes': 'The largest size of an offset index; a full one starts a new segment.',
  'segment.jitter.ms': 'Up to this much is taken off segment.ms at random, so that segments do not all roll at once.',
  'segment.ms': 'Age at which a new segment starts even when the old one is not full.',
  'unclean.leader.election.enable':
    'Whether a replica that is not in sync may lead when no other is left, at the price of lost records.',
  'consumer.assignment.interval.ms':
    'The least time between two assignments of a consumer group; 0 assigns at every change.',
  'consumer.heartbeat.interval.ms': 'How often members of a consumer group report to the coordinator.',
  'consumer.session.timeout.ms': 'Silence after which a member of a consumer group counts as gone.',
  'share.assignment.interval.ms': 'The least time between two assignments of a share group; 0 assigns at every change.',
  'share.auto.offset.reset':
    'Where a new share group starts: latest, earliest, or by_duration: and an ISO-8601 duration back from now.',
  'share.delivery.count.limit': 'How often a record is handed out in a share group before it is given up.',
  'share.heartbeat.interval.ms': 'How often members of a share group report to the coordinator.',
  'share.isolation.level': 'Whether a share group sees records of unfinished and aborted transactions.',
  'share.partition.max.record.locks': 'How many records of one partition a share group may have in hand at once.',
  'share.record.lock.duration.ms': 'How long a consumer of a share group may keep a record before another gets it.',
  'share.renew.acknowledge.enable': 'Whether consumers of a share group may ask for more time for a record.',
  'share.session.timeout.ms': 'Silence after which a member of a share group counts as gone.',
  'streams.assignment.interval.ms':
    'The least time between two assignments of a streams group; 0 assigns at every change.',
  'streams.heartbeat.interval.ms': 'How often members of a streams group report to the coordinator.',
  'streams.initial.rebalance.delay.ms':
    'How long a new streams group waits for more members before the first assignment.',
  'streams.num.standby.replicas': 'Standby copies of each task of a streams group.',
  'streams.session.timeout.ms': 'Silence after which a member of a streams group counts as gone.',
  'interval.ms': 'How often clients push the chosen metrics.',
  match: 'Which clients a subscription is for: a list of client properties with regular expressions.',
  metrics: 'Prefixes of the names of metrics to push; empty chooses none.',
  'advertised.listeners':
    'Addresses that clients are told to connect to, when they differ from those the broker binds.',
  'authorizer.class.name': 'Class that decides who may do what; empty allows everything.',
  'auto.create.topics.enable': 'Whether asking for an unknown topic creates it, if the client agrees.',
  'broker.id': 'The node id under its old name.',
  'broker.rack': 'Rack of this broker, for spreading replicas and for reading from near replicas.',
  'connections.max.idle.ms': 'Idle time after which a connection is closed.',
  'controlled.shutdown.enable': 'Whether a stopping broker hands over its partitions first.',
  'controller.listener.names': 'Listeners of the controller quorum; clients do not use them.',
  'controller.quorum.bootstrap.servers': 'Addresses of controllers to find the quorum by, when its members may change.',
  'controller.quorum.voters': 'The fixed members of the controller quorum as id@host:port.',
  'default.replication.factor': 'Replicas of topics that are created without saying how many.',
  'delete.topic.enable': 'Whether topics may be deleted.',
  'fetch.max.bytes': 'The most bytes one fetch answer carries.',
  'group.coordinator.rebalance.protocols': 'Group protocols this broker serves.',
  'group.initial.rebalance.delay.ms': 'How long a new classic group waits for more members before its first rebalance.',
  'group.max.session.timeout.ms': 'The longest session timeout a member of a classic group may ask for.',
  'group.max.size': 'The most members of a classic group.',
  'group.min.session.timeout.ms': 'The shortest session timeout a member of a classic group may ask for.',
  'inter.broker.listener.name': 'Listener that brokers use among themselves.',
  'listener.security.protocol.map': 'Security protocol of each listener name.',
  listeners: 'Addresses to bind, each as name://host:port; an empty host binds all.',
  'log.dir': 'Directory for data when log.dirs is not set.',
  'log.dirs': 'Directories for data; partitions are spread over them.',
  'log.flush.offset.checkpoint.interval.ms': 'How often the point up to which logs need no recovery is written down.',
  'log.retention.check.interval.ms': 'How often logs are checked for segments that may go.',
  'max.connection.creation.rate': 'The most new connections a second.',
  'max.connections': 'The most connections at a time.',
  'max.connections.per.ip': 'The most connections at a time from one address.',
  'max.connections.per.ip.overrides': 'Other limits for single addresses, as address:count.',
  'metadata.log.dir': 'Directory of the metadata log; the first of log.dirs unless set.',
  'metadata.log.max.record.bytes.between.snapshots': 'Bytes of metadata after which a snapshot is written.',
  'metadata.log.max.snapshot.interval.ms': 'Time after which a snapshot is written if there is anything new.',
  'node.id': 'Number of this node in the cluster.',
  'num.partitions': 'Partitions of topics that are created without saying how many.',
  'offset.metadata.max.bytes': 'The longest note a consumer may store with an offset.',
  'offsets.retention.minutes': 'How long offsets of a group without members are kept.',
  'offsets.topic.num.partitions':
    'Partitions of the topic that keeps offsets; it must not change once the topic is there.',
  'offsets.topic.replication.factor': 'Replicas of the topic that keeps offsets.',
  'offsets.topic.segment.bytes': 'Segment size of the topic that keeps offsets.',
  'process.roles': 'What this node does: broker, controller, or both.',
  'producer.id.expiration.ms': 'How long the sequence numbers of a silent producer are remembered.',
  'request.timeout.ms': 'How long a client of the broker waits for an answer.',
  'sasl.enabled.mechanisms': 'SASL mechanisms offered to clients.',
  'security.inter.broker.protocol':
    'Security protocol that brokers use among themselves, when no listener is named for it.',
  'socket.listen.backlog.size': 'Connections that may wait to be accepted.',
  'socket.request.max.bytes': 'The largest request; a connection that sends a larger one is closed.',
  'transaction.max.timeout.ms': 'The longest timeout a transactional producer may ask for.',
  'transaction.state.log.num.partitions':
    'Partitions of the topic that keeps transactions; it must not change once the topic is there.',
  'transaction.state.log.replication.factor': 'Replicas of the topic that keeps transactions.',
  'transactional.id.expiration.ms': 'How long an unused transactional id is remembered.',
};

/** Empty for a name that no table holds. */
export function documentationOf(name: string): string {
  return (
    TEXTS[name] ?? TEXTS[ofBroker(TOPIC_CONFIG_SYNONYMS, name)] ?? TEXTS[ofBroker(GROUP_CONFIG_SYNONYMS, name)] ?? ''
  );
}

/** The topic or group config a broker config is the default of. */
function ofBroker(synonyms: Readonly<Record<string, string>>, brokerName: string): string {
  return Object.keys(synonyms).find((name) => synonyms[name] === brokerName) ?? '';
}
