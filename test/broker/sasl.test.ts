import { pbkdf2Sync } from 'node:crypto';
import { connect, type Socket } from 'node:net';
import { scram } from '../../src/client/security/scram.ts';
import { Errors } from '../../src/protocol/errors.ts';
import { metadata } from '../../src/protocol/messages/03-metadata.ts';
import { saslHandshake } from '../../src/protocol/messages/17-sasl-handshake.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { createTopics } from '../../src/protocol/messages/19-create-topics.ts';
import { saslAuthenticate } from '../../src/protocol/messages/36-sasl-authenticate.ts';
import { createDelegationToken } from '../../src/protocol/messages/38-create-delegation-token.ts';
import { renewDelegationToken } from '../../src/protocol/messages/39-renew-delegation-token.ts';
import { expireDelegationToken } from '../../src/protocol/messages/40-expire-delegation-token.ts';
import { describeDelegationToken } from '../../src/protocol/messages/41-describe-delegation-token.ts';
import { describeUserScramCredentials } from '../../src/protocol/messages/50-describe-user-scram-credentials.ts';
import { alterUserScramCredentials } from '../../src/protocol/messages/51-alter-user-scram-credentials.ts';
import { ManualClock } from '../../src/util/clock.ts';
import { TestBroker } from './harness.ts';
import { type RawClient } from './raw-client.ts';

const PLAIN_MODULE = 'org.apache.kafka.common.security.plain.PlainLoginModule';
const SCRAM_MODULE = 'org.apache.kafka.common.security.scram.ScramLoginModule';
const PROPERTIES = {
  listeners: 'SASL://127.0.0.1:0,CONTROLLER://127.0.0.1:0',
  'inter.broker.listener.name': 'SASL',
  'sasl.mechanism.inter.broker.protocol': 'PLAIN',
  'listener.security.protocol.map': 'SASL:SASL_PLAINTEXT,CONTROLLER:PLAINTEXT',
  'sasl.enabled.mechanisms': 'PLAIN,SCRAM-SHA-256',
  'listener.name.sasl.plain.sasl.jaas.config': `${PLAIN_MODULE} required user_admin="admin-secret" user_alice="a;b";`,
  'listener.name.sasl.scram-sha-256.sasl.jaas.config': `${SCRAM_MODULE} required;`,
  'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
  'super.users': 'User:admin',
  'connection.failed.authentication.delay.ms': '1',
};

const token = (user: string, password: string) => Buffer.from(`\0${user}\0${password}`);

async function login(client: RawClient, user: string, password: string) {
  await client.send(saslHandshake, 1, { mechanism: 'PLAIN' });
  return client.send(saslAuthenticate, 2, { authBytes: token(user, password) });
}

describe('a listener that speaks SASL', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start({ properties: PROPERTIES });
  });
  afterAll(() => broker.stop());

  it('tells its versions to strangers, and nothing else', async () => {
    const client = await broker.connect();
    expect(await client.send(apiVersions, 3, { clientSoftwareName: 'x', clientSoftwareVersion: '1' })).toMatchObject({
      errorCode: 0,
    });
    await expect(client.send(metadata, 9, { topics: null })).rejects.toThrow();
    expect(broker.logged.at(-1)).toContain('Unexpected Kafka request of type METADATA during SASL handshake.');
  });

  it('wants authentication between the handshake and everything else', async () => {
    const client = await broker.connect();
    await client.send(saslHandshake, 1, { mechanism: 'PLAIN' });
    await expect(client.send(metadata, 9, { topics: null })).rejects.toThrow();
    expect(broker.logged.at(-1)).toContain('Unexpected Kafka request of type METADATA during SASL authentication.');
  });

  it('reads no more than sasl.server.max.receive.size from strangers', async () => {
    const client = await broker.connect();
    await client.channel.send([Buffer.alloc(524_289)]);
    await expect(client.send(saslHandshake, 1, { mechanism: 'PLAIN' })).rejects.toThrow();
    expect(broker.logged.at(-1)).toContain('524289 bytes from somebody who has not authenticated');
  });

  it('lets users in by PLAIN, as whom the authorizer knows them', async () => {
    const admin = await broker.connect();
    expect(await login(admin, 'admin', 'admin-secret')).toMatchObject({ errorCode: 0, sessionLifetimeMs: 0n });
    const topic = { topics: [{ name: 't', numPartitions: 1, replicationFactor: 1 }] };
    expect(await admin.send(createTopics, 7, topic)).toMatchObject({ topics: [{ errorCode: 0 }] });
    const alice = await broker.connect();
    await login(alice, 'alice', 'a;b');
    expect(await alice.send(createTopics, 7, topic)).toMatchObject({
      topics: [{ errorCode: Errors.TOPIC_AUTHORIZATION_FAILED }],
    });
    // Once is enough.
    expect(await alice.send(saslHandshake, 1, { mechanism: 'PLAIN' })).toMatchObject({
      errorCode: Errors.ILLEGAL_SASL_STATE,
    });
  });

  it('tells who is refused, and ends the connection', async () => {
    const client = await broker.connect();
    expect(await login(client, 'alice', 'wrong')).toMatchObject({
      errorCode: Errors.SASL_AUTHENTICATION_FAILED,
      errorMessage: 'Authentication failed: Invalid username or password',
    });
    await expect(
      client.send(apiVersions, 3, { clientSoftwareName: 'x', clientSoftwareVersion: '1' }),
    ).rejects.toThrow();
    const other = await broker.connect();
    expect(await other.send(saslHandshake, 1, { mechanism: 'GSSAPI' })).toEqual({
      errorCode: Errors.UNSUPPORTED_SASL_MECHANISM,
      mechanisms: ['PLAIN', 'SCRAM-SHA-256'],
    });
    await expect(other.send(saslHandshake, 1, { mechanism: 'PLAIN' })).rejects.toThrow();
  });

  // Apache Kafka 4.3.1: SaslApiVersionsRequestTest.testApiVersionsRequestAfterSaslHandshakeRequest.
  it('tells who asks for versions between handshake and authentication that it is too late, and ends the connection', async () => {
    const client = await broker.connect();
    await client.send(saslHandshake, 1, { mechanism: 'PLAIN' });
    expect(await client.send(apiVersions, 0, {})).toMatchObject({ errorCode: Errors.ILLEGAL_SASL_STATE, apiKeys: [] });
    await expect(client.send(apiVersions, 0, {})).rejects.toThrow();
  });

  it('lets users in by SCRAM as soon as their credentials are stored', async () => {
    const admin = await broker.connect();
    await login(admin, 'admin', 'admin-secret');
    const salt = Buffer.from('salt');
    const saltedPassword = pbkdf2Sync('pencil', salt, 4096, 32, 'sha256');
    const upsertions = [{ name: 'bob', mechanism: 1, iterations: 4096, salt, saltedPassword }];
    expect(await admin.send(alterUserScramCredentials, 0, { upsertions })).toMatchObject({
      results: [{ user: 'bob', errorCode: 0 }],
    });
    expect(
      await admin.send(describeUserScramCredentials, 0, { users: [{ name: 'bob' }, { name: 'carl' }] }),
    ).toMatchObject({
      results: [
        { user: 'bob', credentialInfos: [{ mechanism: 1, iterations: 4096 }] },
        { user: 'carl', errorMessage: 'Attempt to describe a user credential that does not exist: carl' },
      ],
    });
    const enter = async (password: string) => {
      const client = await broker.connect();
      await client.send(saslHandshake, 1, { mechanism: 'SCRAM-SHA-256' });
      const exchange = scram('sha256', 'bob', password);
      let step = await exchange.next(Buffer.alloc(0));
      while (!step.done) {
        const { errorCode, errorMessage, authBytes } = await client.send(saslAuthenticate, 2, {
          authBytes: step.value,
        });
        if (errorCode !== 0) return errorMessage;
        step = await exchange.next(authBytes);
      }
      return (await client.send(metadata, 9, { topics: [] })).clusterId;
    };
    expect(await enter('pencil')).toBe(broker.running.clusterId);
    expect(await enter('wrong')).toBe(
      'Authentication failed during authentication due to invalid credentials with SASL mechanism SCRAM-SHA-256',
    );
  });

  // Recorded from Apache Kafka 4.3.1 without a delegation.token.secret.key.
  it('makes no delegation tokens, and says why as Kafka does', async () => {
    const alice = await broker.connect();
    await login(alice, 'alice', 'a;b');
    const ask = (parts: object) => alice.send(createDelegationToken, 3, { maxLifetimeMs: -1n, ...parts });
    expect(await ask({})).toMatchObject({
      errorCode: Errors.DELEGATION_TOKEN_AUTH_DISABLED,
      principalName: 'alice',
      tokenRequesterPrincipalName: 'alice',
      issueTimestampMs: 0n,
    });
    expect(await ask({ renewers: [{ principalType: 'Group', principalName: 'x' }] })).toMatchObject({
      errorCode: Errors.INVALID_PRINCIPAL_TYPE,
      issueTimestampMs: -1n,
    });
    expect(await ask({ ownerPrincipalType: 'User', ownerPrincipalName: 'bob' })).toMatchObject({
      errorCode: Errors.DELEGATION_TOKEN_AUTHORIZATION_FAILED,
      principalName: 'bob',
    });
    const hmac = Buffer.from('x');
    const disabled = { errorCode: Errors.DELEGATION_TOKEN_AUTH_DISABLED };
    expect(await alice.send(renewDelegationToken, 2, { hmac })).toMatchObject({ ...disabled, expiryTimestampMs: 0n });
    expect(await alice.send(expireDelegationToken, 2, { hmac })).toMatchObject({ ...disabled, expiryTimestampMs: 0n });
    expect(await alice.send(describeDelegationToken, 3, { owners: null })).toMatchObject({ ...disabled, tokens: [] });
  });

  it('takes messages without headers after a handshake of version 0', async () => {
    expect(await rawDialogue(broker.port)).toBe('00000000');
  });
});

/** SaslHandshake v0 and a raw token by hand: the answer to the token, size first. */
async function rawDialogue(port: number): Promise<string> {
  const socket: Socket = connect(port, '127.0.0.1');
  const answers = socket[Symbol.asyncIterator]();
  socket.write(Buffer.from('0000001200110000000000010001780005504c41494e', 'hex'));
  await answers.next();
  const message = token('admin', 'admin-secret');
  const size = Buffer.alloc(4);
  size.writeInt32BE(message.length);
  socket.write(Buffer.concat([size, message]));
  const { value } = await answers.next();
  socket.destroy();
  return (value as Buffer).toString('hex');
}

describe('authentications that end (connections.max.reauth.ms)', () => {
  it('are renewed in time, or the connection ends', async () => {
    const clock = new ManualClock();
    const broker = await TestBroker.start({
      properties: { ...PROPERTIES, 'connections.max.reauth.ms': '60000' },
      clock,
    });
    try {
      const client = await broker.connect();
      expect(await login(client, 'admin', 'admin-secret')).toMatchObject({ sessionLifetimeMs: 60_000n });
      await clock.advance(59_000);
      expect(await login(client, 'admin', 'admin-secret')).toMatchObject({ errorCode: 0 });
      await clock.advance(59_000);
      expect(await client.send(metadata, 9, { topics: [] })).toMatchObject({ clusterId: broker.running.clusterId });
      await clock.advance(1_000);
      await expect(client.send(metadata, 9, { topics: [] })).rejects.toThrow();
      expect(broker.logged.at(-1)).toContain('its authentication has expired');
    } finally {
      await broker.stop();
    }
  });
});
