import { Access, type Authorizer, createAuthorizer } from '../../../../src/broker/security/index.ts';
import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../../../src/protocol/enums.ts';
import { ClusterWorld } from '../cluster/cluster-world.ts';

type Rule = readonly [
  permission: 'ALLOW' | 'DENY',
  operation: keyof typeof AclOperation,
  pattern: string,
  who?: string,
  host?: string,
];

const STANDARD = {
  className: 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  superUsers: 'User:root; User:CN=a,O=b ;',
  allowEveryoneIfNoAclIsFound: 'false',
};

/** `pre*` stands for a prefixed pattern, `*` for every resource. */
function binding([permission, operation, pattern, who = 'User:alice', host = '*']: Rule) {
  const isPrefixed = pattern.length > 1 && pattern.endsWith('*');
  return {
    resourceType: ResourceType.TOPIC,
    resourceName: isPrefixed ? pattern.slice(0, -1) : pattern,
    patternType: isPrefixed ? PatternType.PREFIXED : PatternType.LITERAL,
    principal: who,
    host,
    operation: AclOperation[operation],
    permissionType: AclPermissionType[permission],
  };
}

async function worldWith(rules: readonly Rule[], config = STANDARD) {
  const world = await ClusterWorld.open();
  const authorizer = createAuthorizer(config, world.metadata) as Authorizer;
  await world.controller.createAcls(rules.map(binding));
  const access = (principal: string, host = '10.0.0.1') => new Access(authorizer, { principal, host });
  return { world, access, alice: access('User:alice') };
}

describe('the authorizer', () => {
  it.each([
    ['nothing without an entry', [], 'READ', 'orders', false],
    ['what an entry allows', [['ALLOW', 'READ', 'orders']], 'READ', 'orders', true],
    ['nothing else', [['ALLOW', 'READ', 'orders']], 'WRITE', 'orders', false],
    ['not another topic', [['ALLOW', 'READ', 'orders']], 'READ', 'orders2', false],
    ['a prefix', [['ALLOW', 'READ', 'ord*']], 'READ', 'orders', true],
    ['a prefix that is the name', [['ALLOW', 'READ', 'orders*']], 'READ', 'orders', true],
    ['no longer prefix', [['ALLOW', 'READ', 'orders-*']], 'READ', 'orders', false],
    ['every topic', [['ALLOW', 'READ', '*']], 'READ', 'orders', true],
    ['everybody', [['ALLOW', 'READ', 'orders', 'User:*']], 'READ', 'orders', true],
    ['not somebody else', [['ALLOW', 'READ', 'orders', 'User:bob']], 'READ', 'orders', false],
    ['one address', [['ALLOW', 'READ', 'orders', 'User:alice', '10.0.0.1']], 'READ', 'orders', true],
    ['not from elsewhere', [['ALLOW', 'READ', 'orders', 'User:alice', '10.0.0.2']], 'READ', 'orders', false],
    ['all operations', [['ALLOW', 'ALL', 'orders']], 'ALTER_CONFIGS', 'orders', true],
    ['DESCRIBE who may READ', [['ALLOW', 'READ', 'orders']], 'DESCRIBE', 'orders', true],
    ['DESCRIBE who may DELETE', [['ALLOW', 'DELETE', 'orders']], 'DESCRIBE', 'orders', true],
    ['no DESCRIBE who may CREATE', [['ALLOW', 'CREATE', 'orders']], 'DESCRIBE', 'orders', false],
    [
      'DESCRIBE_CONFIGS who may ALTER_CONFIGS',
      [['ALLOW', 'ALTER_CONFIGS', 'orders']],
      'DESCRIBE_CONFIGS',
      'orders',
      true,
    ],
    ['no READ who may DESCRIBE', [['ALLOW', 'DESCRIBE', 'orders']], 'READ', 'orders', false],
    [
      'nothing a DENY forbids',
      [
        ['ALLOW', 'ALL', '*'],
        ['DENY', 'READ', 'ord*'],
      ],
      'READ',
      'orders',
      false,
    ],
    [
      'what a DENY does not name',
      [
        ['ALLOW', 'ALL', '*'],
        ['DENY', 'READ', 'ord*'],
      ],
      'WRITE',
      'orders',
      true,
    ],
    [
      'DESCRIBE though READ is denied',
      [
        ['ALLOW', 'DESCRIBE', 'orders'],
        ['DENY', 'READ', 'orders'],
      ],
      'DESCRIBE',
      'orders',
      true,
    ],
  ] as [string, Rule[], 'READ', string, boolean][])('allows %s', async (_, rules, operation, topic, expected) => {
    const { alice } = await worldWith(rules);
    expect(alice.may(operation, 'TOPIC', topic)).toBe(expected);
  });

  it('lets super users do everything, whatever is denied', async () => {
    const { access } = await worldWith([['DENY', 'ALL', '*', 'User:*']]);
    expect(access('User:root').may('DELETE', 'TOPIC', 'orders')).toBe(true);
    expect(access('User:CN=a,O=b').mayOnCluster('ALTER')).toBe(true);
    expect(access('User:alice').may('DELETE', 'TOPIC', 'orders')).toBe(false);
  });

  it('lets everybody at what no entry covers, if told so', async () => {
    const { alice } = await worldWith([['ALLOW', 'READ', 'orders', 'User:bob']], {
      ...STANDARD,
      allowEveryoneIfNoAclIsFound: ' TRUE ',
    });
    expect(alice.may('READ', 'TOPIC', 'orders')).toBe(false);
    expect(alice.may('READ', 'TOPIC', 'others')).toBe(true);
  });

  it('obeys entries from the moment they are there, and forgets removed ones', async () => {
    const { world, alice } = await worldWith([]);
    expect(alice.may('READ', 'TOPIC', 'orders')).toBe(false);
    await world.controller.createAcls([binding(['ALLOW', 'READ', 'orders'])]);
    expect(alice.may('READ', 'TOPIC', 'orders')).toBe(true);
    await world.controller.deleteAcls([binding(['ALLOW', 'READ', 'orders'])]);
    expect(alice.may('READ', 'TOPIC', 'orders')).toBe(false);
  });

  it('tells the allowed operations as bits', async () => {
    const { alice } = await worldWith([['ALLOW', 'WRITE', 'orders']]);
    expect(alice.operationsOn('TOPIC', 'orders')).toBe((1 << AclOperation.WRITE) | (1 << AclOperation.DESCRIBE));
  });

  // kafka 4.x Authorizer.authorizeByResourceType
  it.each([
    ['nowhere', [], false],
    ['on one topic', [['ALLOW', 'WRITE', 'a']], true],
    ['on a prefix', [['ALLOW', 'WRITE', 'a*']], true],
    [
      'nowhere when all is denied',
      [
        ['ALLOW', 'WRITE', 'a'],
        ['DENY', 'WRITE', '*'],
      ],
      false,
    ],
    [
      'nowhere when the same name is denied',
      [
        ['ALLOW', 'WRITE', 'a'],
        ['DENY', 'ALL', 'a'],
      ],
      false,
    ],
    [
      'nowhere when a shorter prefix is denied',
      [
        ['ALLOW', 'WRITE', 'abc*'],
        ['DENY', 'WRITE', 'ab*'],
      ],
      false,
    ],
    [
      'though a longer prefix is denied',
      [
        ['ALLOW', 'WRITE', 'ab*'],
        ['DENY', 'WRITE', 'abc*'],
      ],
      true,
    ],
    ['nowhere for another host', [['ALLOW', 'WRITE', 'a', 'User:alice', '10.9.9.9']], false],
  ] as [string, Rule[], boolean][])('knows whether there is any topic to write to: %s', async (_, rules, expected) => {
    const { alice } = await worldWith(rules);
    expect(alice.mayOnSome('WRITE', 'TOPIC')).toBe(expected);
  });

  it('is not there without a class, and refuses strangers', async () => {
    const { metadata } = await ClusterWorld.open();
    expect(createAuthorizer({ ...STANDARD, className: '' }, metadata)).toBeNull();
    expect(() => createAuthorizer({ ...STANDARD, className: 'a.B' }, metadata)).toThrow('a.B');
    const why = 'expected a string in format principalType:principalName but got root';
    expect(() => createAuthorizer({ ...STANDARD, superUsers: 'root' }, metadata)).toThrow(why);
  });
});
