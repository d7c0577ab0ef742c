import { type AclRequest, entryText, patternText, planEntries } from '../../../../src/tools/acls/index.ts';

const NOTHING: AclRequest = {
  topics: [],
  groups: [],
  transactionalIds: [],
  delegationTokens: [],
  userPrincipals: [],
  isForCluster: false,
  patternType: 'LITERAL',
  operations: ['All'],
  allowPrincipals: null,
  denyPrincipals: null,
  allowHosts: null,
  denyHosts: null,
  isForProducer: false,
  isForConsumer: false,
  isIdempotent: false,
};

function planned(request: Partial<AclRequest>): Record<string, string[]> {
  const all = planEntries({ ...NOTHING, ...request });
  return Object.fromEntries(
    all.map(({ pattern, entries }) => [
      `${pattern.resourceType} ${pattern.name}`,
      entries.map((one) => `${one.permissionType} ${one.principal} ${one.host} ${one.operation}`),
    ]),
  );
}

describe('what the options of kafka-acls mean', () => {
  it('crosses principals, hosts and operations, each entry once', () => {
    expect(
      planned({
        topics: [' x', 'x'],
        operations: ['Read', 'read', 'IdempotentWrite'].slice(0, 2),
        allowPrincipals: ['User:a', 'User:a '],
        allowHosts: ['1', '2'],
        denyPrincipals: ['User:b'],
      }),
    ).toEqual({ 'TOPIC x': ['ALLOW User:a 1 READ', 'ALLOW User:a 2 READ', 'DENY User:b * READ'] });
  });

  it('spells out the shortcuts, together as well', () => {
    const all = planned({
      topics: ['t'],
      groups: ['g'],
      transactionalIds: ['x'],
      allowPrincipals: ['User:a'],
      isForProducer: true,
      isForConsumer: true,
      isIdempotent: true,
    });
    expect(all).toEqual({
      'TOPIC t': ['WRITE', 'DESCRIBE', 'CREATE', 'READ'].map((one) => `ALLOW User:a * ${one}`),
      'TRANSACTIONAL_ID x': ['WRITE', 'DESCRIBE'].map((one) => `ALLOW User:a * ${one}`),
      'CLUSTER kafka-cluster': ['ALLOW User:a * IDEMPOTENT_WRITE'],
      'GROUP g': ['ALLOW User:a * READ'],
    });
  });

  it('knows operations in any case, and which belong to what', () => {
    expect(planned({ isForCluster: true, operations: ['idempotentwrite'], allowPrincipals: ['User:a'] })).toEqual({
      'CLUSTER kafka-cluster': ['ALLOW User:a * IDEMPOTENT_WRITE'],
    });
    const wrong = () => planned({ topics: ['t'], operations: ['Cluster_Action'], allowPrincipals: ['User:a'] });
    expect(wrong).toThrow(/^ResourceType TOPIC only supports operations \[READ, .*ALL\]$/);
  });

  it('takes the cluster among literal names alone', () => {
    expect(planned({ topics: ['t'], isForCluster: true, patternType: 'ANY' })).toEqual({ 'TOPIC t': [] });
  });

  it('refuses a principal without a type', () => {
    const text = 'expected a string in format principalType:principalName but got a';
    expect(() => planned({ topics: ['t'], allowPrincipals: ['a'] })).toThrow(text);
  });

  it('prints resources and entries as Kafka does', () => {
    const [one] = planEntries({ ...NOTHING, topics: ['t'], allowPrincipals: ['User:a'] });
    expect(patternText(one!.pattern)).toBe('ResourcePattern(resourceType=TOPIC, name=t, patternType=LITERAL)');
    expect(one!.entries.map(entryText)).toEqual(['(principal=User:a, host=*, operation=ALL, permissionType=ALLOW)']);
  });
});
