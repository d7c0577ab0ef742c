import {
  choiceType,
  differs,
  type Face,
  JavaError,
  option,
  refuseTogether,
  ToolCommand,
  type ToolContext,
  type ToolRun,
  UsageError,
} from '../cli/index.ts';
import {
  type AclRequest,
  type AddedAcls,
  addAcls,
  entryText,
  listAcls,
  OPERATION_WORDS,
  type PatternTypeName,
  patternText,
  planEntries,
  type ResourceEntries,
  removeAcls,
  resourcesOf,
} from '../tools/acls/index.ts';
import { type Session, withSession } from '../tools/admin-session.ts';
import { Answers } from '../tools/answers.ts';

type Run = ToolRun<typeof Acls.flags>;

export default class Acls extends ToolCommand {
  static override summary = 'Show, add and remove access control entries';
  static override tool = {
    name: 'kafka-acls',
    help: 'This tool helps to manage acls on kafka.',
    noArguments: 'This tool helps to manage acls on kafka.',
  };
  static override flags = {
    'bootstrap-server': option.string({
      argument: 'server to connect to',
      help: 'Brokers to begin with, as HOST1:PORT1,HOST2:PORT2.',
    }),
    'bootstrap-controller': option.string({
      argument: 'controller to connect to',
      help: 'Controllers to speak to instead of brokers.',
    }),
    'command-config': option.string({
      argument: 'command-config',
      valueOptional: true,
      help: 'File with settings of the admin client.',
    }),
    topic: option.string({ argument: 'topic', help: "Topic that the entries are about; '*' is every topic." }),
    cluster: option.flag({ help: 'Entries about the cluster itself.' }),
    group: option.string({ argument: 'group', help: "Group that the entries are about; '*' is every group." }),
    'transactional-id': option.string({
      argument: 'transactional-id',
      help: "Transactional id that the entries are about; '*' is every one.",
    }),
    idempotent: option.flag({ help: 'With --producer: lets the producer be idempotent.' }),
    'delegation-token': option.string({
      argument: 'delegation-token',
      help: "Delegation token that the entries are about; '*' is every token.",
    }),
    'resource-pattern-type': option.of(
      choiceType<PatternTypeName>('ANY|MATCH|LITERAL|PREFIXED', ['ANY', 'MATCH', 'LITERAL', 'PREFIXED']),
      {
        default: 'LITERAL',
        help: "How names are meant: 'literal' or 'prefixed'; to list and remove also 'any' (the name in any kind of entry) and 'match' (everything that affects the name, to be used with care).",
      },
    ),
    add: option.flag({ help: 'Add entries.' }),
    remove: option.flag({ help: 'Remove entries.' }),
    list: option.flag({ help: 'List the entries, of the resources that are named or of all.' }),
    operation: option.string({
      default: 'All',
      help: `What is allowed or denied: ${OPERATION_WORDS.join(', ')}.`,
    }),
    'allow-principal': option.string({
      argument: 'allow-principal',
      help: "Who is allowed, as TYPE:NAME; User:'*' is everybody.",
    }),
    'deny-principal': option.string({
      argument: 'deny-principal',
      help: 'Who is denied what others may, as TYPE:NAME; a denial counts more than any permission.',
    }),
    principal: option.string({
      argument: 'principal',
      valueOptional: true,
      help: 'With --list: only entries of this principal, as TYPE:NAME.',
    }),
    'allow-host': option.string({ argument: 'allow-host', help: 'Address that the allowed come from; any if absent.' }),
    'deny-host': option.string({ argument: 'deny-host', help: 'Address that the denied come from; any if absent.' }),
    producer: option.flag({ help: 'What a producer needs: WRITE, DESCRIBE and CREATE on the topic.' }),
    consumer: option.flag({ help: 'What a consumer needs: READ and DESCRIBE on the topic, READ on the group.' }),
    force: option.flag({ help: 'Ask nothing before entries are removed.' }),
    'user-principal': option.string({
      argument: 'user-principal',
      help: 'User that the entries are about, for CreateTokens and DescribeTokens.',
    }),
  };

  override async execute(run: Run): Promise<number> {
    const { options, context, face } = run;
    checkOptions(options);
    const server = options.value('bootstrap-server');
    const address = {
      configFile: options.value('command-config'),
      bootstrapServers: server,
      bootstrapControllers: server === undefined ? options.value('bootstrap-controller') : undefined,
      connectPatienceMs: differs('connectPatienceMs', face.name),
    };
    await withSession(address, context, (cluster) => {
      if (options.has('add')) return add(cluster, run);
      return options.has('remove') ? remove(cluster, run) : list(cluster, run);
    });
    return 0;
  }

  override failed(error: JavaError, face: Face): number {
    face.out(`Error while executing ACL command: ${error.hasMessage ? error.message : null}\n${error.trace()}\n`);
    return 1;
  }
}

/** Source: AclCommandOptions.checkArgs. */
function checkOptions(options: Run['options']): void {
  if (options.has('bootstrap-server') && options.has('bootstrap-controller')) {
    throw new UsageError('Only one of --bootstrap-server or --bootstrap-controller must be specified');
  }
  if (!options.has('bootstrap-server') && !options.has('bootstrap-controller')) {
    throw new UsageError('One of --bootstrap-server or --bootstrap-controller must be specified');
  }
  const actions = (['add', 'remove', 'list'] as const).filter((name) => options.has(name));
  if (actions.length !== 1) throw new UsageError('Command must include exactly one action: --list, --add, --remove. ');
  const whom = ['allow-host', 'allow-principal', 'deny-host', 'deny-principal'] as const;
  refuseTogether(options, 'list', 'producer', 'consumer', ...whom);
  refuseTogether(options, 'producer', 'operation', 'deny-principal', 'deny-host');
  refuseTogether(options, 'consumer', 'operation', 'deny-principal', 'deny-host');
  if (options.has('principal') && !options.has('list')) {
    throw new UsageError('The --principal option is only available if --list is set');
  }
  if (options.has('producer') && !options.has('topic')) {
    throw new UsageError('With --producer you must specify a --topic');
  }
  if (options.has('idempotent') && !options.has('producer')) {
    throw new UsageError('The --idempotent option is only available if --producer is set');
  }
  const isComplete = options.has('topic') && options.has('group');
  const isMixed = !options.has('producer') && (options.has('cluster') || options.has('transactional-id'));
  if (options.has('consumer') && (!isComplete || isMixed)) {
    const rest = 'and no --cluster or --transactional-id option should be specified.';
    throw new UsageError(`With --consumer you must specify a --topic and a --group ${rest}`);
  }
}

function requestOf(options: Run['options']): AclRequest {
  type Name = Parameters<typeof options.values>[0];
  const given = (name: Name) => (options.has(name) ? (options.values(name) as string[]) : null);
  return {
    topics: options.values('topic'),
    groups: options.values('group'),
    transactionalIds: options.values('transactional-id'),
    delegationTokens: options.values('delegation-token'),
    userPrincipals: options.values('user-principal'),
    isForCluster: options.has('cluster'),
    patternType: options.value('resource-pattern-type') ?? 'LITERAL',
    operations: given('operation') ?? ['All'],
    allowPrincipals: given('allow-principal'),
    denyPrincipals: given('deny-principal'),
    allowHosts: given('allow-host'),
    denyHosts: given('deny-host'),
    isForProducer: options.has('producer'),
    isForConsumer: options.has('consumer'),
    isIdempotent: options.has('idempotent'),
  };
}

function planOf(request: AclRequest): ResourceEntries[] {
  if (resourcesOf(request).length === 0) {
    const ways = '--topic <topic> or --cluster or --group <group> or --delegation-token <Delegation Token ID>';
    throw new UsageError(`You must provide at least one resource: ${ways}`);
  }
  return planEntries(request);
}

const lines = ({ entries }: Pick<ResourceEntries, 'entries'>) => entries.map((one) => `\t${entryText(one)}`).join('\n');

async function add(cluster: Session, { options, face }: Run): Promise<void> {
  const request = requestOf(options);
  if (request.patternType === 'ANY' || request.patternType === 'MATCH') {
    const value = request.patternType;
    throw new UsageError(`A '--resource-pattern-type' value of '${value}' is not valid when adding acls.`);
  }
  const planned = planOf(request);
  if (planned.some(({ entries }) => entries.length === 0)) {
    throw new UsageError('You must specify one of: --allow-principal, --deny-principal when trying to add ACLs.');
  }
  const done: AddedAcls[] = [];
  await addAcls(cluster, planned, (one) => {
    done.push(one);
    if (face.output === 'text') face.out(addedText(one));
  });
  if (face.output === 'text') return;
  await face.print(done, {
    text: (all) => all.map(addedText).join(''),
    table: (all) => tableOf(all.map(({ pattern, added, existing }) => ({ pattern, entries: [...existing, ...added] }))),
    json: (all) => ({
      added: flat(all.map(({ pattern, added }) => ({ pattern, entries: added }))),
      existing: flat(all.map(({ pattern, existing }) => ({ pattern, entries: existing }))),
    }),
  });
}

function addedText({ pattern, existing, added }: AddedAcls): string {
  const before = existing.map(
    (one) => `Acl (pattern=${patternText(pattern)}, entry=${entryText(one)}) already exists.\n`,
  );
  if (added.length === 0) return before.join('');
  const now = `Adding ACLs for resource \`${patternText(pattern)}\`: \n ${lines({ entries: added })}\n\n`;
  return `${before.join('')}${now}`;
}

async function remove(cluster: Session, { options, context, face }: Run): Promise<void> {
  const removed: ResourceEntries[] = [];
  const answers = new Answers(context);
  for (const one of planOf(requestOf(options))) {
    const resource = `resource filter \`${patternText(one.pattern)}\`? (y/n)`;
    const question =
      one.entries.length === 0
        ? `Are you sure you want to delete all ACLs for ${resource}`
        : `Are you sure you want to remove ACLs: \n ${lines(one)}\n from ${resource}`;
    if (!options.has('force') && !(await confirmed(question, answers, context, face))) continue;
    removed.push(...(await removeAcls(cluster, one)));
  }
  answers.close();
  // The original says nothing of what it did.
  await face.print(removed, { text: () => '', table: tableOf, json: (all) => ({ removed: flat(all) }) });
}

async function confirmed(question: string, answers: Answers, context: ToolContext, face: Face): Promise<boolean> {
  if (!context.isInteractive) {
    if (differs('questions', face.name))
      throw new UsageError('nobody can be asked here: --force removes at once', false);
    face.out(`${question}\n`);
    // What Java's tool meets where there is no console.
    const missing = 'because the return value of "java.lang.System.console()" is null';
    throw new JavaError('java.lang.NullPointerException', `Cannot invoke "java.io.Console.readLine()" ${missing}`);
  }
  face.out(`${question}\n`);
  return (await answers.next()).toLowerCase() === 'y';
}

async function list(cluster: Session, { options, face }: Run): Promise<void> {
  const resources = resourcesOf(requestOf(options));
  const principals = [...new Set(options.values('principal').map((one) => one.trim()))];
  const malformed = principals.find((one) => !one.includes(':'));
  if (malformed !== undefined) {
    const why = `expected a string in format principalType:principalName but got ${malformed}`;
    throw new JavaError('java.lang.IllegalArgumentException', why);
  }
  const found = await listAcls(cluster, resources);
  const ofPrincipal = (principal: string) =>
    found
      .map(({ pattern, entries }) => ({ pattern, entries: entries.filter((one) => one.principal === principal) }))
      .filter(({ entries }) => entries.length > 0);
  const shown = principals.length === 0 ? found : principals.flatMap(ofPrincipal);
  await face.print(shown, {
    text: () =>
      principals.length === 0
        ? listText(found)
        : principals.map((one) => `ACLs for principal \`${one}\`\n${listText(ofPrincipal(one))}`).join(''),
    table: tableOf,
    json: flat,
  });
}

function listText(all: readonly ResourceEntries[]): string {
  return all.map((one) => `Current ACLs for resource \`${patternText(one.pattern)}\`:\n${lines(one)}\n\n`).join('');
}

function flat(all: readonly ResourceEntries[]) {
  return all.flatMap(({ pattern: { resourceType, name, patternType }, entries }) =>
    entries.map((entry) => ({ resourceType, resourceName: name, patternType, ...entry })),
  );
}

function tableOf(all: readonly ResourceEntries[]) {
  return {
    head: ['RESOURCE', 'NAME', 'PATTERN', 'PRINCIPAL', 'HOST', 'OPERATION', 'PERMISSION'],
    rows: flat(all).map((one) => [
      one.resourceType,
      one.resourceName,
      one.patternType,
      one.principal,
      one.host,
      one.operation,
      one.permissionType,
    ]),
  };
}
