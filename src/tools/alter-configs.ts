import { readFile } from 'node:fs/promises';
import { describeConfigs, incrementalAlterConfigs } from '../client/admin/configs.ts';
import { requireAll } from '../client/admin/outcome.ts';
import { type Cluster } from '../client/index.ts';
import { parseDouble } from '../util/config-values.ts';
import { JavaError } from '../util/java-error.ts';
import { type Entity, QUOTA_TYPES, RESOURCE_KINDS } from './configs/entity.ts';
import { parseAdditions } from './configs/parse-changes.ts';
import { isScramMechanism, parseCredential } from './configs/scram-changes.ts';
import { executionFailure, failingAs } from './java-failures.ts';

export interface ConfigChanges {
  /** `k=v,k=[v,v]`. */
  readonly additions: string | undefined;
  /** Properties file. */
  readonly additionsFile: string | undefined;
  readonly deletions: readonly string[];
}

const QUOTAS = ['producer_byte_rate', 'consumer_byte_rate', 'request_percentage', 'controller_mutation_rate'];
const IP_QUOTAS = ['connection_creation_rate'];

function illegal(text: string): JavaError {
  return new JavaError('java.lang.IllegalArgumentException', text);
}

/** Throws JavaError as Kafka's tool does. Source: kafka.admin.ConfigCommand.alterConfig. */
export async function alterConfigs(
  cluster: Cluster,
  entities: readonly Entity[],
  changes: ConfigChanges,
): Promise<void> {
  const file = changes.additionsFile === undefined ? undefined : await readFile(changes.additionsFile);
  const additions = parseAdditions(changes.additions, file);
  const deletions = changes.deletions.map((one) => one.trim());
  const [first] = entities;
  if (!first) return;
  switch (first.type) {
    case 'users':
    case 'clients':
      return alterUserOrClient(cluster, entities, additions, deletions);
    case 'ips':
      checkIpQuotas(additions, deletions);
      return alterQuotas(cluster, entities, additions, deletions);
    case 'broker-loggers':
      await checkLoggers(cluster, first, additions, deletions);
      return alterResource(cluster, first, additions, deletions);
    default:
      return alterResource(cluster, first, additions, deletions);
  }
}

async function alterResource(
  cluster: Cluster,
  { type, name = '' }: Entity,
  additions: ReadonlyMap<string, string>,
  deletions: readonly string[],
): Promise<void> {
  const kind = RESOURCE_KINDS[type];
  if (kind === undefined) throw illegal(`Unsupported entity type: ${type}`);
  await failingAs(executionFailure, async () => {
    const deleted = deletions.map((key) => ({ name: key, operation: 'DELETE' as const, value: '' }));
    const added = [...additions].map(([key, value]) => ({ name: key, operation: 'SET' as const, value }));
    const change = { resource: { kind, name }, changes: [...deleted, ...added] };
    requireAll(await incrementalAlterConfigs(cluster, [change]));
  });
}

async function checkLoggers(
  cluster: Cluster,
  { name = '' }: Entity,
  additions: ReadonlyMap<string, string>,
  deletions: readonly string[],
): Promise<void> {
  const [config] = await failingAs(executionFailure, async () => {
    return requireAll(await describeConfigs(cluster, [{ kind: 'BROKER_LOGGER', name }]));
  });
  const known = new Set(config?.entries.map((one) => one.name));
  const unknown = [...deletions, ...additions.keys()].filter((one) => !known.has(one));
  if (unknown.length > 0) {
    throw new JavaError(
      'org.apache.kafka.common.errors.InvalidConfigurationException',
      `Invalid broker logger(s): ${unknown.join(',')}`,
    );
  }
}

function checkIpQuotas(additions: ReadonlyMap<string, string>, deletions: readonly string[]): void {
  const unknown = [...additions.keys(), ...deletions].filter((key) => !IP_QUOTAS.includes(key));
  if (unknown.length > 0) {
    throw illegal(
      `Only connection quota configs can be added for 'ips' using --bootstrap-server. Unexpected config names: ${unknown.join(',')}`,
    );
  }
}

/** Names that are refused, in the form in which Scala prints what it holds them in. */
function refuse(kind: string, type: string, verb: string, holder: string, names: readonly string[]): void {
  if (names.length === 0) return;
  throw illegal(
    `Only ${kind} configs can be ${verb} for '${type}' using --bootstrap-server. Unexpected config names: ${holder}(${names.join(', ')})`,
  );
}

async function alterUserOrClient(
  cluster: Cluster,
  entities: readonly Entity[],
  additions: ReadonlyMap<string, string>,
  deletions: readonly string[],
): Promise<void> {
  const added = [...additions.keys()];
  const isUnknown = (key: string) => !isScramMechanism(key) && !QUOTAS.includes(key);
  const hasQuotas = [...added, ...deletions].some((key) => QUOTAS.includes(key));
  if (entities[0]?.type === 'clients' || entities.length === 2) {
    const isNoQuota = (key: string) => !QUOTAS.includes(key);
    refuse('quota', 'clients', 'added', 'Set', unknownFirst(added.filter(isNoQuota)));
    refuse('quota', 'clients', 'deleted', 'ArrayBuffer', unknownFirst(deletions.filter(isNoQuota)));
  } else {
    const kind = 'quota and SCRAM credential';
    refuse(kind, 'users', 'added', 'Set', added.filter(isUnknown));
    refuse(kind, 'users', 'deleted', 'ArrayBuffer', deletions.filter(isUnknown));
    if ([...added, ...deletions].some(isScramMechanism)) {
      if (entities.some(({ name }) => name === '')) {
        throw illegal(
          'The use of --entity-default or --user-defaults is not allowed with User SCRAM Credentials using --bootstrap-server.',
        );
      }
      if (hasQuotas) {
        throw illegal(
          "Cannot alter both quota and SCRAM credential configs simultaneously for 'users' using --bootstrap-server.",
        );
      }
    }
  }
  if (hasQuotas) return alterQuotas(cluster, entities, additions, deletions);
  return alterCredentials(cluster, entities[0]?.name ?? '', additions, deletions);
}

/** What is neither quota nor mechanism stands before the mechanisms. */
function unknownFirst(names: readonly string[]): string[] {
  return [...names.filter((name) => !isScramMechanism(name)), ...names.filter(isScramMechanism)];
}

async function alterCredentials(
  cluster: Cluster,
  user: string,
  additions: ReadonlyMap<string, string>,
  deletions: readonly string[],
): Promise<void> {
  const { alterScramCredentials } = await import('../client/admin/scram-credentials.ts');
  const upsertions = [...additions].flatMap(([key, value]) =>
    isScramMechanism(key) ? [parseCredential(user, key, value)] : [],
  );
  const deleted = deletions.filter(isScramMechanism).map((mechanism) => ({ user, mechanism }));
  await failingAs(executionFailure, async () => requireAll(await alterScramCredentials(cluster, upsertions, deleted)));
}

async function alterQuotas(
  cluster: Cluster,
  entities: readonly Entity[],
  additions: ReadonlyMap<string, string>,
  deletions: readonly string[],
): Promise<void> {
  const { alterClientQuotas, describeClientQuotas } = await import('../client/admin/quotas.ts');
  const filters = entities.map(({ type, name = '' }) => {
    const quotaType = QUOTA_TYPES[type];
    if (quotaType === undefined) throw illegal(`Unexpected entity type: ${type}`);
    return { type: quotaType, name: name === '' ? null : name };
  });
  const [current] = await failingAs(executionFailure, () => describeClientQuotas(cluster, filters));
  const unset = deletions.filter((key) => !current?.quotas.has(key));
  if (unset.length > 0) {
    throw new JavaError(
      'org.apache.kafka.common.errors.InvalidConfigurationException',
      `Invalid config(s): ${unset.join(',')}`,
    );
  }
  const values = [...additions].map(([key, text]): [string, number | null] => {
    const value = parseDouble(text);
    if (value === undefined) throw illegal(`Cannot parse quota configuration value for ${key}: ${text}`);
    return [key, value];
  });
  const removed = deletions.map((key): [string, number | null] => [key, null]);
  const entity = new Map(filters.map(({ type, name }) => [type, name]));
  await failingAs(executionFailure, async () =>
    requireAll(await alterClientQuotas(cluster, [{ entity, quotas: new Map([...values, ...removed]) }])),
  );
}
