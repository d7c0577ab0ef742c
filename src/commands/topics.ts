import {
  ADMIN_CONFIG_FILE,
  asJavaError,
  BOOTSTRAP_SERVER,
  clusterAddress,
  differs,
  type Face,
  messageAndTrace,
  option,
  refuseCombination,
  refuseTogether,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import { openSession, type Session } from '../tools/admin-session.ts';
import { type DescribedTopic, type PartitionReport } from '../tools/describe-topics.ts';
import { JavaError } from '../util/java-error.ts';
import { UsageError } from '../util/usage-error.ts';

const ACTIONS = ['create', 'list', 'alter', 'describe', 'delete'] as const;
type Action = (typeof ACTIONS)[number];
type Run = ToolRun<typeof Topics.flags>;

/** Options and the actions they belong to, in the order in which the original checks them. */
const BELONGS_TO: readonly (readonly [name: keyof typeof Topics.flags, ...actions: Action[]])[] = [
  ['config', 'create'],
  ['partitions', 'alter', 'create'],
  ['replication-factor', 'create'],
  ['replica-assignment', 'create', 'alter'],
  ['under-replicated-partitions', 'describe'],
  ['under-min-isr-partitions', 'describe'],
  ['at-min-isr-partitions', 'describe'],
  ['unavailable-partitions', 'describe'],
  ['topics-with-overrides', 'describe'],
  ['if-exists', 'alter', 'delete', 'describe'],
  ['if-not-exists', 'create'],
  ['exclude-internal', 'list', 'describe'],
];

const REPORTS = {
  'under-replicated-partitions': 'under-replicated',
  'unavailable-partitions': 'unavailable',
  'under-min-isr-partitions': 'under-min-isr',
  'at-min-isr-partitions': 'at-min-isr',
} as const satisfies Record<string, PartitionReport>;
type ReportOption = keyof typeof REPORTS;

const COLLISION_WARNING =
  "WARNING: Due to limitations in metric names, topics with a period ('.') or underscore ('_') could collide. To avoid issues it is best to use either, but not both.";

export default class Topics extends ToolCommand {
  static override summary = 'Create, list, describe, change and delete topics';
  static override tool = {
    name: 'kafka-topics',
    help: 'This tool helps to create, delete, describe, or change a topic.',
    noArguments: 'Create, delete, describe, or change a topic.',
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'bootstrap-server': BOOTSTRAP_SERVER,
    'command-config': ADMIN_CONFIG_FILE,
    list: option.flag({ help: 'Print the names of all topics, or of those that --topic takes.' }),
    create: option.flag({ help: 'Make a new topic.' }),
    delete: option.flag({ help: 'Delete topics.' }),
    alter: option.flag({ help: 'Add partitions, with --partitions and perhaps --replica-assignment.' }),
    describe: option.flag({ help: 'Show partitions, leaders, replicas and configurations.' }),
    topic: option.string({
      argument: 'topic',
      help: 'The topic; for all actions but --create a regular expression over whole names, commas separating alternatives.',
    }),
    'topic-id': option.string({ argument: 'topic-id', help: 'The topic by its id; with --describe only.' }),
    config: option.string({
      argument: 'name=value',
      help: 'A configuration of the new topic; may be repeated. Existing topics are changed with kafka-configs.',
    }),
    'delete-config': option.string({ argument: 'name', help: '(Deprecated) has no effect.', deprecated: true }),
    partitions: option.int({
      argument: '# of partitions',
      help: 'How many partitions the topic has, or is to have with --alter; without it the cluster decides.',
    }),
    'replication-factor': option.int({
      argument: 'replication factor',
      help: 'How many replicas each partition has; without it the cluster decides.',
    }),
    'replica-assignment': option.string({
      argument:
        'broker_id_for_part1_replica1 : broker_id_for_part1_replica2 , broker_id_for_part2_replica1 : broker_id_for_part2_replica2 , ...',
      help: 'Brokers of each partition, partitions separated by commas, replicas by colons.',
    }),
    'under-replicated-partitions': option.flag({ help: 'With --describe: partitions with replicas out of sync.' }),
    'unavailable-partitions': option.flag({ help: 'With --describe: partitions without a live leader.' }),
    'under-min-isr-partitions': option.flag({
      help: 'With --describe: partitions with fewer in-sync replicas than min.insync.replicas.',
    }),
    'at-min-isr-partitions': option.flag({
      help: 'With --describe: partitions with just as many in-sync replicas as min.insync.replicas.',
    }),
    'topics-with-overrides': option.flag({ help: 'With --describe: topics with configurations of their own.' }),
    'if-exists': option.flag({ help: 'With --alter, --delete, --describe: a topic that is not there is no failure.' }),
    'if-not-exists': option.flag({ help: 'With --create: a topic that is there already is no failure.' }),
    'exclude-internal': option.flag({
      help: 'With --list and --describe: leave out the topics Kafka keeps for itself.',
    }),
    'partition-size-limit-per-response': option.int({
      argument: 'maximum number of partitions per response',
      help: 'With --describe: how many partitions to ask for at a time.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { context, face } = run;
    const action = await checkArguments(run);
    const session = await openSession(clusterAddress(run), context);
    try {
      await this[action](session, run);
      return 0;
    } catch (error) {
      if (differs('failureForm', face.name) === 'one-line') throw error;
      const failure = await asJavaError(error);
      face.out(`Error while executing topic command : ${failure.hasMessage ? failure.message : null}\n`);
      context.logger.named('org.apache.kafka.tools.TopicCommand').log('ERROR', failure.trace());
      return 1;
    } finally {
      session.close();
    }
  }

  /** What fails before the action begins is told by Java's last resort. */
  override failed(error: JavaError, face: Face): number {
    face.err(messageAndTrace(error));
    return 1;
  }

  private async create(session: Session, { options, face }: Run): Promise<void> {
    const { createTopic, hasCollisionChars, parseReplicaAssignment, parseTopicConfigs } = await import(
      '../tools/create-topic.ts'
    );
    const configs = parseTopicConfigs(options.values('config'));
    const name = options.value('topic') ?? '';
    const partitionCount = options.value('partitions');
    const replicationFactor = options.value('replication-factor');
    const replicas = options.value('replica-assignment');
    const assignment = replicas ? parseReplicaAssignment(replicas) : undefined;
    if (hasCollisionChars(name)) face.warn(COLLISION_WARNING);
    const topic = { name, partitionCount, replicationFactor, assignment, configs };
    const created = await createTopic(session, topic, options.has('if-not-exists'));
    await face.print(created, {
      text: (one) => (one ? `Created topic ${one.name}.\n` : ''),
      json: (one) =>
        one && {
          name: one.name,
          topicId: one.topicId,
          partitionCount: one.partitionCount,
          replicationFactor: one.replicationFactor,
        },
    });
  }

  private async list(session: Session, { options, face }: Run): Promise<void> {
    const { findTopics } = await import('../tools/list-topics.ts');
    const selection = { topic: options.value('topic'), excludesInternal: options.has('exclude-internal') };
    await face.print(await findTopics(session, selection), {
      text: (names) => `${names.join('\n')}\n`,
      table: (names) => ({ head: ['TOPIC'], rows: names.map((name) => [name]) }),
      json: (names) => names.map((name) => ({ name })),
    });
  }

  private async alter(session: Session, { options, face }: Run): Promise<void> {
    const { alterTopics, parseReplicaAssignment } = await import('../tools/alter-topics.ts');
    const topic = options.value('topic');
    const partitionCount = options.value('partitions') ?? 0;
    const replicas = options.value('replica-assignment');
    const altered = await alterTopics(session, {
      topic,
      partitionCount,
      assignment: replicas ? parseReplicaAssignment(replicas) : undefined,
      isAbsenceAllowed: options.has('if-exists'),
    });
    await face.print(altered, {
      text: () => '',
      table: (all) => ({
        head: ['ALTERED TOPIC', 'PARTITIONS'],
        rows: all.map((one) => [one.name, `${one.partitionCount}`]),
      }),
    });
  }

  private async describe(session: Session, { options, face }: Run): Promise<void> {
    const { describeTopics, parseTopicId, topicText } = await import('../tools/describe-topics.ts');
    const topicId = options.value('topic-id');
    const topics = await describeTopics(session, {
      topic: options.value('topic'),
      topicId: topicId === undefined ? undefined : parseTopicId(topicId),
      excludesInternal: options.has('exclude-internal'),
      isAbsenceAllowed: options.has('if-exists'),
      partitionLimit: options.value('partition-size-limit-per-response'),
      reports: (Object.keys(REPORTS) as ReportOption[])
        .filter((name) => options.has(name))
        .map((name) => REPORTS[name]),
      overriddenOnly: options.has('topics-with-overrides'),
    });
    await face.print(topics, {
      text: (all) => all.map(topicText).join(''),
      table: (all) => all.flatMap(topicTables),
      json: (all) => all.map(({ isSummarized: _shown, ...topic }) => topic),
    });
  }

  private async delete(session: Session, { options, face }: Run): Promise<void> {
    const { deleteTopics } = await import('../tools/delete-topics.ts');
    const selection = { topic: options.value('topic'), excludesInternal: options.has('exclude-internal') };
    const deleted = await deleteTopics(session, selection, options.has('if-exists'));
    await face.print(deleted, {
      text: () => '',
      table: (names) => ({ head: ['DELETED TOPIC'], rows: names.map((name) => [name]) }),
      json: (names) => names.map((name) => ({ name })),
    });
  }
}

function topicTables(topic: DescribedTopic) {
  const ids = (nodes: readonly number[] | null): string => nodes?.join(',') ?? '-';
  const configs = topic.configs.map(({ name, value }) => `${name}=${value}`).join('\n');
  const summary = {
    head: ['TOPIC', 'ID', 'PARTITIONS', 'REPLICATION', 'CONFIGS'],
    rows: [[topic.name, topic.topicId, `${topic.partitionCount}`, `${topic.replicationFactor}`, configs]],
  };
  const partitions = {
    head: ['TOPIC', 'PARTITION', 'LEADER', 'REPLICAS', 'ISR', 'ELR'],
    rows: topic.partitions.map((one) => [
      topic.name,
      `${one.partition}`,
      one.leaderId < 0 ? 'none' : `${one.leaderId}`,
      ids(one.replicas),
      ids(one.isr),
      ids(one.eligibleLeaderReplicas),
    ]),
  };
  return [...(topic.isSummarized ? [summary] : []), ...(topic.partitions.length > 0 ? [partitions] : [])];
}

/** Source: TopicCommandOptions.checkArgs. */
async function checkArguments({ options, face, require }: Run): Promise<Action> {
  const actions = ACTIONS.filter((name) => options.has(name));
  const [action] = actions;
  if (action === undefined || actions.length > 1) {
    throw new UsageError('Command must include exactly one action: --list, --describe, --create, --alter or --delete');
  }
  if (options.has('delete-config')) {
    face.warn(
      'delete-config option is no longer supported and deprecated since version 4.0. The config will be fully removed in future releases.',
      'stderr',
    );
  }
  if (!options.has('bootstrap-server') && !differs('questions', face.name)) {
    throw new JavaError('java.lang.IllegalArgumentException', '--bootstrap-server must be specified');
  }
  await require('bootstrap-server');
  if (action === 'describe' && options.has('if-exists') && !options.has('topic') && !options.has('topic-id')) {
    throw new UsageError('--topic or --topic-id is required to describe a topic');
  }
  if (action === 'describe' && options.has('if-exists') && options.has('topic') && options.has('topic-id')) {
    face.warn(
      'Only topic id will be used when both --topic and --topic-id are specified and topicId is not Uuid.ZERO_UUID',
    );
  }
  if (action !== 'list' && action !== 'describe') await require('topic');
  if (action === 'alter') {
    const hint = ' (To alter topic configurations, the kafka-configs tool can be used.)';
    refuseCombination(options, ['bootstrap-server', 'config'], ['alter'], hint);
    await require('partitions');
  }
  for (const [name, ...owners] of BELONGS_TO) {
    refuseTogether(options, name, ...ACTIONS.filter((one) => !owners.includes(one)));
    if (name === 'replica-assignment' && action === 'create') {
      refuseTogether(options, name, 'partitions', 'replication-factor');
    }
    if (name in REPORTS) refuseTogether(options, name, 'topics-with-overrides');
  }
  return action;
}
