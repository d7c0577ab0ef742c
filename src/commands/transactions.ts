import {
  clusterAddress,
  type Face,
  type JavaError,
  javaTable,
  option,
  ToolCommand,
  type ToolRun,
  type View,
} from '../cli/index.ts';
import {
  abortHanging,
  checkSearch,
  describeProducers,
  describeTransaction,
  findHanging,
  forceTerminate,
  listTransactions,
  TransactionsFailure,
  withTransactions,
} from '../tools/transactions/index.ts';

type Run = ToolRun<typeof Transactions.flags>;

const NEWER = {
  title: 'Brokers on versions 3.0 and above',
  description: 'These know where each open transaction begins, and that is enough.',
};
const OLDER = {
  title: 'Brokers on versions older than 3.0',
  description: 'These need all of the following.',
};

export default class Transactions extends ToolCommand {
  static override summary = 'Look at transactions and their producers, end those that hang';
  static override tool = {
    name: 'kafka-transactions',
    rules: 'argparse' as const,
    usageName: 'kafka-transactions.sh',
    description:
      'Shows which transactions are open and who writes them, finds those that nobody will ever end, and ends them.',
    hasVersionOption: true,
    helpStatus: 1,
    subcommandsTitle: 'commands',
    subcommandsMetavar: 'COMMAND',
    subcommands: {
      list: { help: 'show the transactional ids that brokers know' },
      describe: {
        help: 'show what is known about one transactional id',
        description: 'Shows what the coordinator knows about one transactional id.',
      },
      'describe-producers': { help: 'show the producers that one partition knows' },
      abort: { help: 'end a hanging transaction in one partition (needs the rights of an administrator)' },
      'find-hanging': { help: 'search for hanging transactions' },
      forceTerminateTransaction: {
        help: 'end what a transactional id has under way (needs the rights of an administrator)',
        description: 'Ends what a transactional id has under way.',
      },
    },
  };
  static override flags = {
    'command-config': option.string({ argument: 'FILE', help: 'file with settings of the admin client' }),
    'bootstrap-server': option.string({
      argument: 'host:port',
      required: true,
      help: 'brokers to begin with; several with commas between them',
    }),
    'duration-filter': option.long({
      of: ['list'],
      help: 'only transactions older than this many milliseconds; below 0: all of them',
    }),
    'transactional-id-pattern': option.string({
      of: ['list'],
      help: 'only transactional ids that match this regular expression',
    }),
    'transactional-id': option.string({ of: ['describe'], required: ['describe'], help: 'the transactional id' }),
    'broker-id': option.int({
      of: ['describe-producers', 'find-hanging'],
      help: 'ask the replica on this broker, or search on it',
    }),
    'max-transaction-timeout': option.int({
      of: ['find-hanging'],
      default: 15,
      help: 'how old transactions may get, in minutes: younger ones do not hang (15 unless given)',
    }),
    topic: option.string({
      of: ['describe-producers', 'abort', 'find-hanging'],
      required: ['describe-producers', 'abort'],
      help: 'the topic; to be given with --partition',
    }),
    partition: option.int({
      of: ['describe-producers', 'abort', 'find-hanging'],
      required: ['describe-producers', 'abort'],
      help: 'the partition of the topic',
    }),
    'start-offset': option.long({ of: ['abort'], section: NEWER, help: 'offset at which the transaction begins' }),
    'producer-id': option.long({ of: ['abort'], section: OLDER, help: 'id of its producer' }),
    'producer-epoch': option.short({ of: ['abort'], section: OLDER, help: "the producer's epoch" }),
    'coordinator-epoch': option.int({ of: ['abort'], section: OLDER, help: "the coordinator's epoch" }),
    transactionalId: option.string({
      of: ['forceTerminateTransaction'],
      required: ['forceTerminateTransaction'],
      help: 'the transactional id',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, context, face } = run;
    const address = clusterAddress(run);
    const topic = options.value('topic') ?? '';
    const partition = options.value('partition') ?? 0;
    await withTransactions(address, context, async (cluster) => {
      switch (options.subcommand) {
        case 'list': {
          const filter = {
            durationMs: options.value('duration-filter'),
            idPattern: options.value('transactional-id-pattern'),
          };
          return face.print(await listTransactions(cluster, filter), LISTED);
        }
        case 'describe':
          return face.print(await describeTransaction(cluster, options.value('transactional-id') ?? ''), DESCRIBED);
        case 'describe-producers':
          return face.print(
            await describeProducers(cluster, { topic, partition }, options.value('broker-id')),
            PRODUCERS,
          );
        case 'abort':
          return abortHanging(cluster, {
            topic,
            partition,
            startOffset: options.value('start-offset'),
            producerId: options.value('producer-id'),
            producerEpoch: options.value('producer-epoch'),
            coordinatorEpoch: options.value('coordinator-epoch'),
          });
        case 'find-hanging': {
          const search = {
            topic: options.value('topic'),
            partition: options.value('partition'),
            brokerId: options.value('broker-id'),
            maxTransactionTimeoutMinutes: options.value('max-transaction-timeout'),
          };
          checkSearch(search);
          return face.print(await findHanging(cluster, search), HANGING);
        }
        default:
          return forceTerminate(cluster, options.value('transactionalId') ?? '');
      }
    });
    return 0;
  }

  override failed(error: JavaError, face: Face): number {
    if (!(error instanceof TransactionsFailure)) return super.failed(error, face);
    const hint = error.cause === undefined ? '' : '. Enable debug logging for additional detail.';
    face.err(`${error.message}${hint}\n`);
    return 1;
  }
}

/** Kafka's columns, the same as a table. */
function view<T>(head: readonly string[], row: (one: T) => unknown[], json?: (one: T) => unknown): View<readonly T[]> {
  const rows = (all: readonly T[]) => all.map((one) => row(one).map(String));
  return {
    text: (all) => javaTable(head, rows(all)),
    table: (all) => ({ head, rows: rows(all) }),
    ...(json ? { json: (all) => all.map(json) } : {}),
  };
}

const LISTED = view<Awaited<ReturnType<typeof listTransactions>>[number]>(
  ['TransactionalId', 'Coordinator', 'ProducerId', 'TransactionState'],
  (one) => [one.transactionalId, one.coordinatorId, one.producerId, one.state],
);

const ONE_DESCRIBED = view<Awaited<ReturnType<typeof describeTransaction>>>(
  [
    'CoordinatorId',
    'TransactionalId',
    'ProducerId',
    'ProducerEpoch',
    'TransactionState',
    'TransactionTimeoutMs',
    'CurrentTransactionStartTimeMs',
    'TransactionDurationMs',
    'TopicPartitions',
  ],
  (one) => [
    one.coordinatorId,
    one.transactionalId,
    one.producerId,
    one.producerEpoch,
    one.state,
    one.timeoutMs,
    one.startTimeMs ?? 'None',
    one.durationMs ?? 'None',
    one.partitions.map(({ topic, partition }) => `${topic}-${partition}`).join(','),
  ],
);
const DESCRIBED: View<Awaited<ReturnType<typeof describeTransaction>>> = {
  text: (one) => ONE_DESCRIBED.text([one]),
  table: (one) => ONE_DESCRIBED.table?.([one]) ?? [],
};

const PRODUCERS = view<Awaited<ReturnType<typeof describeProducers>>[number]>(
  [
    'ProducerId',
    'ProducerEpoch',
    'LatestCoordinatorEpoch',
    'LastSequence',
    'LastTimestamp',
    'CurrentTransactionStartOffset',
  ],
  (one) => [
    one.producerId,
    one.producerEpoch,
    one.coordinatorEpoch,
    one.lastSequence,
    one.lastTimestampMs,
    one.transactionStartOffset ?? 'None',
  ],
);

const HANGING = view<Awaited<ReturnType<typeof findHanging>>[number]>(
  [
    'Topic',
    'Partition',
    'ProducerId',
    'ProducerEpoch',
    'CoordinatorEpoch',
    'StartOffset',
    'LastTimestamp',
    'Duration(min)',
  ],
  (one) => [
    one.topic,
    one.partition,
    one.producerId,
    one.producerEpoch,
    one.coordinatorEpoch,
    one.transactionStartOffset ?? -1,
    one.lastTimestampMs,
    one.durationMinutes,
  ],
);
