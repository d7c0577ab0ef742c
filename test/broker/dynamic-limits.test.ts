import { AlterConfigOperation, ConfigResourceType } from '../../src/protocol/enums.ts';
import { Errors } from '../../src/protocol/errors.ts';
import { produce } from '../../src/protocol/messages/00-produce.ts';
import { apiVersions } from '../../src/protocol/messages/18-api-versions.ts';
import { incrementalAlterConfigs } from '../../src/protocol/messages/44-incremental-alter-configs.ts';
import { alterClientQuotas } from '../../src/protocol/messages/49-alter-client-quotas.ts';
import { singleBatch } from '../../src/protocol/records/index.ts';
import { ManualClock } from '../../src/util/clock.ts';
import { TestBroker } from './harness.ts';
import { type RawClient } from './raw-client.ts';

describe('limits that change while the broker runs', () => {
  const clock = new ManualClock();
  let broker: TestBroker;
  let admin: RawClient;
  beforeAll(async () => {
    broker = await TestBroker.start({ clock });
    admin = await broker.connect('admin');
  });
  afterAll(() => broker.stop());

  async function setForAll(name: string, value: string | null): Promise<void> {
    const configOperation = value === null ? AlterConfigOperation.DELETE : AlterConfigOperation.SET;
    const resource = {
      resourceType: ConfigResourceType.BROKER,
      resourceName: '',
      configs: [{ name, value, configOperation }],
    };
    const { responses } = await admin.send(incrementalAlterConfigs, 1, { resources: [resource], validateOnly: false });
    expect(responses[0]?.errorMessage).toBeNull();
  }

  const greet = (client: RawClient) =>
    client.send(apiVersions, 4, { clientSoftwareName: 'a', clientSoftwareVersion: '1' });
  const isRefused = async (client: RawClient) => {
    const [outcome] = await Promise.allSettled([greet(client)]);
    return outcome?.status === 'rejected';
  };

  it('max.connections.per.ip refuses the next connection, and takes it when it is raised', async () => {
    await setForAll('max.connections.per.ip', '1');
    expect(await isRefused(await broker.connect())).toBe(true);
    await setForAll('max.connections.per.ip', null);
    expect(await isRefused(await broker.connect())).toBe(false);
  });

  it.each(['max.connections', 'listener.name.plaintext.max.connections'])(
    '%s has the next connection wait until it is raised',
    async (name) => {
      await setForAll(name, '1');
      const client = await broker.connect();
      let isGreeted = false;
      const greeting = greet(client).then(() => {
        isGreeted = true;
      });
      await greet(admin);
      expect(isGreeted).toBe(false);
      await setForAll(name, '100');
      await greeting;
    },
  );

  // KIP-612
  it('listener.name.plaintext.max.connection.creation.rate has those that come too fast wait', async () => {
    await setForAll('listener.name.plaintext.max.connection.creation.rate', '1');
    const greeted: number[] = [];
    const greetings: Promise<void>[] = [];
    for (let i = 0; i < 12; i++) {
      const client = await broker.connect();
      greetings.push(greet(client).then(() => void greeted.push(i)));
    }
    await Promise.all(greetings.slice(0, 10));
    await greet(admin);
    expect(greeted).toHaveLength(10);
    await clock.advance(20_000);
    await Promise.all(greetings);
    await setForAll('listener.name.plaintext.max.connection.creation.rate', null);
  });

  it('message.max.bytes decides what topics without a limit of their own take', async () => {
    await broker.createTopic('small');
    const write = async () => {
      const records = singleBatch([{ timestampMs: clock.now(), key: null, value: Buffer.alloc(5000) }]);
      const answer = await admin.send(produce, 9, {
        acks: 1,
        timeoutMs: 1000,
        topicData: [{ name: 'small', partitionData: [{ index: 0, records }] }],
      });
      return answer.responses[0]?.partitionResponses[0]?.errorCode;
    };
    expect(await write()).toBe(Errors.NONE);
    await setForAll('message.max.bytes', '4000');
    expect(await write()).toBe(Errors.MESSAGE_TOO_LARGE);
    await setForAll('message.max.bytes', null);
    expect(await write()).toBe(Errors.NONE);
  });

  // KIP-612: a connection too many is held for a while and then closed.
  it('connection_creation_rate counts the connections of an address', async () => {
    const quota = {
      entity: [{ entityType: 'ip', entityName: '127.0.0.1' }],
      ops: [{ key: 'connection_creation_rate', value: 1, remove: false }],
    };
    await admin.send(alterClientQuotas, 1, { entries: [quota], validateOnly: false });
    const clients: RawClient[] = [];
    for (let i = 0; i < 12; i++) clients.push(await broker.connect());
    const refusals = Promise.all(clients.map(isRefused));
    // What was admitted has been answered when a later question on an older connection is.
    await greet(admin);
    await clock.advance(1000);
    expect((await refusals).filter((one) => one)).toHaveLength(2);
  });
});
