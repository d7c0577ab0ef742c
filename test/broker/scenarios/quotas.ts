import { describeClientQuotas } from '../../../src/protocol/messages/48-describe-client-quotas.ts';
import { alterClientQuotas } from '../../../src/protocol/messages/49-alter-client-quotas.ts';
import { type Exchange } from './exchange.ts';

type Entity = readonly (readonly [type: string, name: string | null])[];
/** Null removes. */
type Quotas = Readonly<Record<string, number | null>>;

function entry(entity: Entity, quotas: Quotas) {
  return {
    entity: entity.map(([entityType, entityName]) => ({ entityType, entityName })),
    ops: Object.entries(quotas).map(([key, value]) => ({ key, value: value ?? 0, remove: value === null })),
  };
}

const named = (entityType: string, match: string | null) => ({ entityType, matchType: 0, match });
const byDefault = (entityType: string, match: string | null = null) => ({ entityType, matchType: 1, match });
const any = (entityType: string, match: string | null = null) => ({ entityType, matchType: 2, match });

/** DescribeClientQuotas and AlterClientQuotas: validation, texts, filters, and the order of Kafka's hash maps. */
export async function quotasScenario(exchange: Exchange): Promise<void> {
  const alter = (step: string, entries: ReturnType<typeof entry>[], validateOnly = false) =>
    exchange.step(`alter ${step}`, alterClientQuotas, 1, { entries, validateOnly });
  const set = (step: string, entity: Entity, values: Quotas) => alter(step, [entry(entity, values)]);
  await removeAll(exchange);

  await set('no entity', [], { producer_byte_rate: 1 });
  await set('an unknown type', [['nope', 'x']], { producer_byte_rate: 1 });
  for (const type of ['user', 'client-id', 'ip'])
    await set(`an empty ${type}`, [[type, '']], { producer_byte_rate: 1 });
  await set(
    'an address and a user',
    [
      ['user', 'a'],
      ['ip', '1.2.3.4'],
    ],
    { producer_byte_rate: 1 },
  );
  await set('what an address has not', [['ip', '1.2.3.4']], { producer_byte_rate: 1 });
  await set('no address', [['ip', '1.2.3.999']], { connection_creation_rate: 1 });
  await set('a short address', [['ip', '1.2.3']], { connection_creation_rate: 1 });
  await set('an IPv6 address', [['ip', '::1']], { connection_creation_rate: 1 });
  await set('a fraction of a connection', [['ip', '1.2.3.4']], { connection_creation_rate: 1.5 });
  await set('too many connections', [['ip', '1.2.3.4']], { connection_creation_rate: 3e9 });
  await set('the most connections', [['ip', '1.2.3.4']], { connection_creation_rate: 2147483647 });
  await set('what a user has not', [['user', 'a']], { connection_creation_rate: 1 });
  await set('an unknown key', [['user', 'a']], { no_such: 1 });
  for (const value of [0, -1, 1.5, 1.0000001, 1e30, Infinity]) {
    await set(`a rate of ${value}`, [['user', 'a']], { producer_byte_rate: value });
  }
  await set('fractions', [['user', 'a']], { request_percentage: 0.5, controller_mutation_rate: 1.5 });
  await set('removal of what is not there', [['user', 'a']], { no_such: null, consumer_byte_rate: null });
  const twice = entry([['user', 'a']], { producer_byte_rate: 5 });
  await alter('a key twice', [{ ...twice, ops: [...twice.ops, ...twice.ops] }]);
  await alter('an entity twice', [
    entry([['user', 'a']], { producer_byte_rate: 7 }),
    entry([['user', 'a']], { consumer_byte_rate: 8 }),
  ]);
  await alter('a good and a bad one', [
    entry([['user', 'b']], { producer_byte_rate: 7 }),
    entry([['nope', 'a']], { producer_byte_rate: 8 }),
  ]);
  await alter('only to validate', [entry([['user', 'v']], { producer_byte_rate: 7 })], true);
  await alter('only to validate, wrongly', [entry([['user', 'v']], { producer_byte_rate: -7 })], true);
  const [someone, client, anyone, anyClient] = [
    ['user', 'a'],
    ['client-id', 'c'],
    ['user', null],
    ['client-id', null],
  ] as const;
  await set('a pair', [someone, client], { producer_byte_rate: 10, request_percentage: 200 });
  await set('a client of anyone', [anyone, client], { producer_byte_rate: 11 });
  await set('the default pair', [anyClient, anyone], { producer_byte_rate: 12 });
  await set('all four', [client], {
    producer_byte_rate: 13,
    consumer_byte_rate: 1,
    request_percentage: 2000,
    controller_mutation_rate: 3,
  });
  await set('odd characters', [['user', 'a b%:"']], { producer_byte_rate: 16 });
  await set('any address', [['ip', null]], { connection_creation_rate: 1600 });

  const filters = {
    nothing: [],
    users: [any('user')],
    clients: [any('client-id')],
    addresses: [any('ip')],
    'one user': [named('user', 'a')],
    'the default user': [byDefault('user')],
    'any user of a client': [any('user'), named('client-id', 'c')],
    'the default pair': [byDefault('user'), byDefault('client-id')],
    'nobody known': [named('user', 'zzz')],
    'a type twice': [any('user'), any('user')],
    'an unknown type': [any('nope')],
    'an empty type': [any('')],
    'an address and a user': [any('user'), any('ip')],
    'an exact match of nothing': [named('user', null)],
    'a default with a name': [byDefault('user', 'a')],
    'any with a name': [any('user', 'a')],
    'an unknown match': [{ entityType: 'user', matchType: 3, match: null }],
  };
  for (const strict of [false, true]) {
    for (const [name, components] of Object.entries(filters)) {
      const step = `describe ${name}${strict ? ' strictly' : ''}`;
      await exchange.step(step, describeClientQuotas, 1, { components, strict });
    }
  }
  await removeAll(exchange);
}

/** Leaves no quota behind that would hold others up. */
async function removeAll(exchange: Exchange): Promise<void> {
  const everything = { components: [], strict: false };
  const { entries } = await exchange.until(describeClientQuotas, 1, everything, () => true);
  const removals = (entries ?? []).map(({ entity, values }) => ({
    entity,
    ops: values.map(({ key }) => ({ key, value: 0, remove: true })),
  }));
  await exchange.until(alterClientQuotas, 1, { entries: removals, validateOnly: false }, () => true);
}
