import { metadata } from '../../../../src/protocol/messages/03-metadata.ts';
import { incrementalAlterConfigs } from '../../../../src/protocol/messages/44-incremental-alter-configs.ts';
import { describeClientQuotas } from '../../../../src/protocol/messages/48-describe-client-quotas.ts';
import { alterClientQuotas } from '../../../../src/protocol/messages/49-alter-client-quotas.ts';
import { alterUserScramCredentials } from '../../../../src/protocol/messages/51-alter-user-scram-credentials.ts';
import { alterConfigs } from '../../../../src/tools/alter-configs.ts';
import { parseAdditions } from '../../../../src/tools/configs/parse-changes.ts';
import { configLine, type Entity, quotaLine } from '../../../../src/tools/describe-configs.ts';
import { FakeBroker, fakeApi, openCluster } from '../../client/fake-broker.ts';

describe('--add-config taken apart', () => {
  // Origin: kafka-configs of Apache Kafka 4.3.1.
  it.each([
    ['a=b', { a: 'b' }],
    ['a=', { a: '' }],
    [' a = b ', { a: 'b' }],
    ['a=[b,c],d=e', { a: 'b,c', d: 'e' }],
    ['a=[x=1,y=2]', { a: 'x=1,y=2' }],
    ['a=b,', { a: 'b' }],
  ])('%j', (text, additions) => {
    expect(Object.fromEntries(parseAdditions(text, undefined))).toEqual(additions);
  });

  it('is laid over the file', () => {
    const additions = parseAdditions('a=2', Buffer.from('# comment\na=1\nb: 3\n'));
    expect(Object.fromEntries(additions)).toEqual({ a: '2', b: '3' });
  });
});

describe('lines of kafka-configs', () => {
  it('shows a value with its sources', () => {
    const synonyms = [
      { name: 'a', value: '1', source: 'DYNAMIC_TOPIC_CONFIG' as const },
      { name: 'log.a', value: null, source: 'DEFAULT_CONFIG' as const },
    ];
    const entry = { name: 'a', value: '1', isSensitive: false, isReadOnly: false, type: 'INT', synonyms };
    expect(configLine({ ...entry, source: 'DYNAMIC_TOPIC_CONFIG' })).toBe(
      '  a=1 sensitive=false synonyms={DYNAMIC_TOPIC_CONFIG:a=1, DEFAULT_CONFIG:log.a=null}\n',
    );
  });

  it('shows quotas as Java prints doubles', () => {
    const quotas = { producer_byte_rate: 1024, request_percentage: 0.5, consumer_byte_rate: 1e8 };
    expect(quotaLine({ entity: { user: 'u', 'client-id': null }, quotas })).toBe(
      "Quota configs for user-principal 'u', the default client-id are producer_byte_rate=1024.0, request_percentage=0.5, consumer_byte_rate=1.0E8\n",
    );
  });
});

describe('configurations changed', () => {
  let broker: FakeBroker;
  let current: object[];
  beforeEach(async () => {
    current = [];
    broker = await FakeBroker.start([
      fakeApi(metadata, () => ({
        brokers: [{ nodeId: 1, host: '127.0.0.1', port: broker.port }],
        controllerId: 1,
      })),
      fakeApi(incrementalAlterConfigs, () => ({ responses: [{ resourceType: 2, resourceName: 't' }] })),
      fakeApi(describeClientQuotas, () => ({ entries: current })),
      fakeApi(alterClientQuotas, () => ({ entries: [{}] })),
      fakeApi(alterUserScramCredentials, () => ({ results: [{ user: 'u' }] })),
    ]);
  });
  afterEach(() => broker.stop());

  const alter = async (entities: Entity[], additions: string | undefined, ...deletions: string[]) => {
    const cluster = await openCluster(broker.address);
    try {
      await alterConfigs(cluster, entities, { additions, additionsFile: undefined, deletions });
    } finally {
      cluster.close();
    }
    return broker.requests.at(-1)?.body;
  };

  it('of a topic: deletions first, then additions', async () => {
    expect(await alter([{ type: 'topics', name: 't' }], 'a=1', 'b')).toMatchObject({
      resources: [
        {
          resourceType: 2,
          resourceName: 't',
          configs: [
            { name: 'b', configOperation: 1 },
            { name: 'a', configOperation: 0, value: '1' },
          ],
        },
      ],
    });
  });

  it('of a user with a default client: quotas as numbers, null for the default', async () => {
    current = [{ entity: [], values: [{ key: 'consumer_byte_rate', value: 1 }] }];
    const entities: Entity[] = [
      { type: 'users', name: 'u' },
      { type: 'clients', name: '' },
    ];
    expect(await alter(entities, 'producer_byte_rate=5', 'consumer_byte_rate')).toMatchObject({
      entries: [
        {
          entity: [
            { entityType: 'user', entityName: 'u' },
            { entityType: 'client-id', entityName: null },
          ],
          ops: [
            { key: 'producer_byte_rate', value: 5, remove: false },
            { key: 'consumer_byte_rate', remove: true },
          ],
        },
      ],
    });
  });

  it('refuses to remove a quota that is not set', async () => {
    await expect(alter([{ type: 'users', name: 'u' }], undefined, 'request_percentage')).rejects.toThrow(
      'Invalid config(s): request_percentage',
    );
  });

  it('of a user: SCRAM credentials are salted here', async () => {
    const body = (await alter([{ type: 'users', name: 'u' }], 'SCRAM-SHA-256=[password=secret]', 'SCRAM-SHA-512')) as {
      upsertions: { saltedPassword: Buffer; salt: Buffer; iterations: number }[];
      deletions: object[];
    };
    expect(body.deletions).toEqual([{ name: 'u', mechanism: 2 }]);
    expect(body.upsertions[0]?.iterations).toBe(4096);
    expect(body.upsertions[0]?.saltedPassword).toHaveLength(32);
    expect(body.upsertions[0]?.salt).toHaveLength(32);
  });
});
