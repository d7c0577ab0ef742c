import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import Acls from '../../src/commands/acls.ts';
import ConsumerGroups from '../../src/commands/consumer-groups.ts';
import LogDirs from '../../src/commands/log-dirs.ts';
import { AclOperation, AclPermissionType, PatternType, ResourceType } from '../../src/protocol/enums.ts';
import { Errors } from '../../src/protocol/errors.ts';
import { fetch } from '../../src/protocol/messages/01-fetch.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { describeAcls } from '../../src/protocol/messages/29-describe-acls.ts';
import { createAcls } from '../../src/protocol/messages/30-create-acls.ts';
import { runInProcess } from '../unit/commands/in-process.ts';
import { TestBroker } from './harness.ts';

const AUTHORIZER = { 'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer' };
const schema = JSON.parse(readFileSync(new URL('../../schemas/acls.json', import.meta.url), 'utf8'));

describe('a broker with an authorizer', () => {
  let broker: TestBroker;
  const call = async (...argv: string[]) => runInProcess(Acls, 'acls', [...broker.bootstrapOption, ...argv], 'exact');
  const json = async (...argv: string[]) => {
    const b = broker.bootstrapOption;
    const { stdout } = await runInProcess(Acls, 'acls', [...b, ...argv, '--output', 'json'], 'comfort');
    const document = JSON.parse(stdout) as unknown;
    expect(new Validator(schema, '2020-12', false).validate(document)).toMatchObject({ valid: true });
    return document;
  };

  beforeAll(async () => {
    broker = await TestBroker.start({ properties: { ...AUTHORIZER, 'super.users': 'User:ANONYMOUS' } });
  });
  afterAll(() => broker.stop());

  it('adds, skips, lists and removes entries in the words of kafka-acls, and keeps them over a restart', async () => {
    const read = ['--allow-principal', 'User:u', '--operation', 'Read', '--topic', 'a'];
    const pattern = 'ResourcePattern(resourceType=TOPIC, name=a, patternType=LITERAL)';
    const entry = '(principal=User:u, host=*, operation=READ, permissionType=ALLOW)';
    expect(await call('--add', ...read)).toMatchObject({
      stdout: `Adding ACLs for resource \`${pattern}\`: \n \t${entry}\n\n`,
      code: 0,
    });
    expect((await call('--add', ...read)).stdout).toBe(`Acl (pattern=${pattern}, entry=${entry}) already exists.\n`);
    await broker.restart();
    expect((await call('--list')).stdout).toBe(`Current ACLs for resource \`${pattern}\`:\n\t${entry}\n\n`);
    expect((await call('--list', '--principal', 'User:v')).stdout).toBe('ACLs for principal `User:v`\n');
    expect(await call('--remove', ...read)).toMatchObject({
      stdout: expect.stringContaining(
        `Are you sure you want to remove ACLs: \n \t${entry}\n from resource filter \`${pattern}\`? (y/n)\n`,
      ),
      code: 1,
    });
    expect(await call('--remove', ...read, '--force')).toMatchObject({ stdout: '', code: 0 });
    expect((await call('--list')).stdout).toBe('');
  });

  it('speaks JSON', async () => {
    const producer = [
      '--allow-principal',
      'User:p',
      '--producer',
      '--topic',
      'json',
      '--resource-pattern-type',
      'prefixed',
    ];
    expect(await json('--add', ...producer)).toMatchObject({ added: [{ operation: 'WRITE' }, {}, {}], existing: [] });
    const consumer = ['--allow-principal', 'User:p', '--consumer', '--topic', 'json', '--group', 'json'];
    expect(await json('--add', ...consumer, '--resource-pattern-type', 'prefixed')).toMatchObject({
      added: [{ operation: 'READ' }, { resourceType: 'GROUP' }],
      existing: [{ operation: 'DESCRIBE' }],
    });
    const matching = ['--topic', 'json-1', '--resource-pattern-type', 'match'];
    expect(await json('--list', ...matching)).toHaveLength(4);
    expect(await json('--remove', ...matching, '--force')).toMatchObject({ removed: [{}, {}, {}, {}] });
  });

  it('refuses an entry by itself and ends the connection over unknown kinds', async () => {
    const client = await broker.connect();
    const acl = {
      resourceType: ResourceType.CLUSTER,
      resourceName: 'mine',
      resourcePatternType: PatternType.LITERAL,
      principal: 'User:u',
      host: '*',
      operation: AclOperation.ALTER,
      permissionType: AclPermissionType.ALLOW,
    };
    const { results } = await client.send(createAcls, 3, {
      creations: [acl, { ...acl, resourceName: '', resourceType: ResourceType.TOPIC }],
    });
    expect(results).toEqual([
      {
        errorCode: Errors.INVALID_REQUEST,
        errorMessage: 'The only valid name for the CLUSTER resource is kafka-cluster',
      },
      { errorCode: Errors.INVALID_REQUEST, errorMessage: 'Invalid empty resource name' },
    ]);
    await expect(client.send(createAcls, 3, { creations: [{ ...acl, operation: 0 }] })).rejects.toThrow();
  });
});

describe('a broker that nobody may do anything on', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ properties: AUTHORIZER });
  });
  afterAll(() => broker.stop());

  it('refuses to make, to show and to read topics', async () => {
    const client = await broker.connect();
    const { topics } = await client.send(createTopics, 7, {
      topics: [{ name: 't', numPartitions: 1, replicationFactor: 1 }],
    });
    expect(topics).toMatchObject([
      { errorCode: Errors.TOPIC_AUTHORIZATION_FAILED, errorMessage: 'Authorization failed.' },
    ]);
    expect(await client.send(metadata, 9, { topics: [{ name: 't' }], allowAutoTopicCreation: true })).toMatchObject({
      topics: [{ name: 't', errorCode: Errors.TOPIC_AUTHORIZATION_FAILED }],
    });
    const asked = { topics: [{ topic: 't', partitions: [{ partition: 0, partitionMaxBytes: 100 }] }] };
    expect(await client.send(fetch, 11, { ...asked, maxWaitMs: 10_000, minBytes: 1, sessionEpoch: -1 })).toMatchObject({
      responses: [{ partitions: [{ errorCode: Errors.TOPIC_AUTHORIZATION_FAILED }] }],
    });
    expect(
      await client.send(describeAcls, 3, {
        resourceTypeFilter: 1,
        patternTypeFilter: 1,
        operation: 1,
        permissionType: 1,
      }),
    ).toMatchObject({
      errorCode: Errors.CLUSTER_AUTHORIZATION_FAILED,
    });
  });

  // Recorded from Apache Kafka 4.3.1.
  it('lets the tools tell what they may not do as the originals do', async () => {
    const b = broker.bootstrapOption;
    const groups = await runInProcess(ConsumerGroups, 'consumer-groups', [...b, '--describe', '--group', 'g']);
    const why =
      "FindCoordinator request for groupId `CoordinatorKey(idValue='g', type=GROUP)` failed due to authorization failure";
    expect(groups.stdout + groups.stderr).toContain(
      `org.apache.kafka.common.errors.GroupAuthorizationException: ${why}`,
    );
    expect(await runInProcess(LogDirs, 'log-dirs', [...b, '--describe'])).toMatchObject({
      stdout: 'Querying brokers for log directories information\n',
      stderr: expect.stringMatching(
        /^org.apache.kafka.common.errors.ClusterAuthorizationException: Cluster authorization failed/,
      ),
      code: 1,
    });
  });
});
