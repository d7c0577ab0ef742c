import {
  choiceType,
  differs,
  type Face,
  messageAndTrace,
  option,
  refuseTogether,
  ToolCommand,
  type ToolRun,
} from '../cli/index.ts';
import {
  commandFailed,
  ELECTION_REFUSED,
  ELECTION_TIMEOUT,
  type ElectionKind,
  ElectionsFailed,
  electLeaders,
  type PartitionElection,
  readPartitions,
} from '../tools/leader-election.ts';
import { type JavaError } from '../util/java-error.ts';

const PURPOSE =
  'This tool attempts to elect a new leader for a set of topic partitions. The type of elections supported are preferred replicas and unclean replicas.';
const SCOPES = ['topic', 'all-topic-partitions', 'path-to-json-file'] as const;
type Run = ToolRun<typeof LeaderElection.flags>;

export default class LeaderElection extends ToolCommand {
  static override summary = 'Elect leaders of partitions anew';
  static override tool = {
    name: 'kafka-leader-election',
    help: PURPOSE,
    noArguments: PURPOSE,
    optionErrors: 'failure' as const,
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'host:port',
      help: 'REQUIRED: brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'admin.config': option.string({
      argument: 'config file',
      deprecated: true,
      help: '(DEPRECATED) the same as --command-config.',
    }),
    'command-config': option.string({ argument: 'Config file', help: 'File with settings of the admin client.' }),
    'path-to-json-file': option.string({
      argument: 'Path to JSON file',
      help: 'File that names the partitions, for example {"partitions": [{"topic": "a", "partition": 0}]}; excludes --topic and --all-topic-partitions.',
    }),
    topic: option.string({
      argument: 'topic name',
      help: 'Topic of the one partition, together with --partition; excludes --all-topic-partitions and --path-to-json-file.',
    }),
    partition: option.int({ argument: 'partition id', help: 'The partition of --topic.' }),
    'all-topic-partitions': option.flag({
      help: 'Every partition where the election has something to do; excludes --topic and --path-to-json-file.',
    }),
    'election-type': option.of(choiceType<ElectionKind>('[PREFERRED,UNCLEAN]', ['PREFERRED', 'UNCLEAN']), {
      argument: 'election type',
      help: 'REQUIRED: "preferred" moves leadership to the first replica where another leads; "unclean" takes a replica out of sync where nobody leads.',
    }),
  };

  override async execute({ options, context, face }: Run): Promise<number> {
    validate(options);
    const kind = options.value('election-type') ?? 'PREFERRED';
    const file = options.value('path-to-json-file');
    const planned = file === undefined ? undefined : await readPartitions(file);
    const topic = options.value('topic');
    const partition = options.value('partition');
    const named = topic === undefined || partition === undefined ? planned : [{ topic, partition }];
    const isOldName = options.has('admin.config');
    if (isOldName) {
      face.warn(
        'Option --admin.config has been deprecated and will be removed in a future version. Use --command-config instead.',
      );
    }
    const elections = await electLeaders(
      {
        configFile: options.value(isOldName ? 'admin.config' : 'command-config'),
        bootstrapServers: options.value('bootstrap-server'),
        connectPatienceMs: differs('connectPatienceMs', face.name),
      },
      kind,
      named ?? 'all',
      context,
    );
    await face.print(elections, {
      text: (all) => textOf(all, kind),
      table: (all) => ({
        head: ['TOPIC', 'PARTITION', 'RESULT', 'ERROR'],
        rows: all.map((one) => [one.topic, `${one.partition}`, one.result, one.error?.message ?? '']),
      }),
      json: (all) => all.map(({ error, ...one }) => ({ ...one, error: error?.message ?? null })),
    });
    const failures = elections.flatMap(({ error }) => error ?? []);
    if (failures.length > 0) throw new ElectionsFailed(failures);
    return 0;
  }

  override failed(error: JavaError, face: Face): number {
    if (error.message === ELECTION_TIMEOUT || error.message === ELECTION_REFUSED) face.out(`${error.message}\n`);
    face.err(messageAndTrace(error));
    return 1;
  }
}

/** Source: LeaderElectionCommandOptions.validate. */
function validate(options: Run['options']): void {
  const missing = (['bootstrap-server', 'election-type'] as const).filter((name) => !options.has(name));
  if (missing.length > 0) throw commandFailed(`Missing required option(s): ${missing.join(', ')}`);
  refuseTogether(options, 'admin.config', 'command-config');
  if (SCOPES.filter((name) => options.has(name)).length !== 1) {
    throw commandFailed(`One and only one of the following options is required: ${SCOPES.join(', ')}`);
  }
  if (options.has('topic') && !options.has('partition')) throw commandFailed('Missing required option(s): partition');
  if (!options.has('topic') && options.has('partition')) {
    throw commandFailed('Option partition is only allowed if topic is used');
  }
}

function textOf(elections: readonly PartitionElection[], kind: ElectionKind): string {
  const named = (result: PartitionElection['result']) =>
    elections.filter((one) => one.result === result).map(({ topic, partition }) => `${topic}-${partition}`);
  const elected = named('elected').join(', ');
  const notNeeded = named('not needed').join(', ');
  const failures = elections.flatMap(({ topic, partition, error }) =>
    error ? [`Error completing leader election (${kind}) for partition: ${topic}-${partition}: ${error}\n`] : [],
  );
  return [
    elected === '' ? '' : `Successfully completed leader election (${kind}) for partitions ${elected}\n`,
    notNeeded === '' ? '' : `Valid replica already elected for partitions ${notNeeded}\n`,
    ...failures,
  ].join('');
}
