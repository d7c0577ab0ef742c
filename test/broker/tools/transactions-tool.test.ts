import { readFileSync } from 'node:fs';
import { Validator } from '@cfworker/json-schema';
import Transactions from '../../../src/commands/transactions.ts';
import { Errors } from '../../../src/protocol/errors.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { findCoordinator } from '../../../src/protocol/messages/10-find-coordinator.ts';
import { deleteTopics } from '../../../src/protocol/messages/20-delete-topics.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { addPartitionsToTxn } from '../../../src/protocol/messages/24-add-partitions-to-txn.ts';
import { BatchBuilder } from '../../../src/protocol/records/index.ts';
import { runInProcess } from '../../unit/commands/in-process.ts';
import { TestBroker } from '../harness.ts';

const HOUR_MS = 3_600_000;

describe('kafka-transactions on our broker', () => {
  let broker: TestBroker;
  beforeAll(async () => {
    broker = await TestBroker.start();
    await broker.createTopic('a', 2);
  });
  afterAll(() => broker.stop());

  const run = (argv: readonly string[]) =>
    runInProcess(Transactions, 'transactions', [...broker.bootstrapOption, ...argv]);

  /** The first question makes the coordinator's topic, which takes a moment. */
  async function newProducer(transactionalId: string) {
    const client = await broker.connect();
    for (;;) {
      await client.send(findCoordinator, 4, { keyType: 1, coordinatorKeys: [transactionalId] });
      const answer = await client.send(initProducerId, 4, { transactionalId, transactionTimeoutMs: 60_000 });
      if (answer.errorCode === Errors.NONE) return answer;
    }
  }

  /** Opens a transaction in one partition. */
  async function begin(transactionalId: string, partition: number, ageMs = 0) {
    const { producerId, producerEpoch } = await newProducer(transactionalId);
    const client = await broker.connect();
    await client.send(addPartitionsToTxn, 3, {
      v3AndBelowTransactionalId: transactionalId,
      v3AndBelowProducerId: producerId,
      v3AndBelowProducerEpoch: producerEpoch,
      v3AndBelowTopics: [{ name: 'a', partitions: [partition] }],
    });
    const builder = new BatchBuilder();
    builder.append(Date.now() - ageMs, null, Buffer.from('x'));
    const records = builder.build({ producerId, producerEpoch, baseSequence: 0, isTransactional: true });
    const answer = await client.send(produce, 11, {
      transactionalId,
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: 'a', partitionData: [{ index: partition, records }] }],
    });
    expect(answer.responses[0]?.partitionResponses[0]?.errorCode).toBe(0);
    return { producerId, offset: answer.responses[0]?.partitionResponses[0]?.baseOffset };
  }

  const cells = (line: string | undefined) => line?.split('\t').map((cell) => cell.trim()) ?? [];

  it('shows, finds and ends an open transaction', async () => {
    const { producerId, offset } = await begin('one', 0);
    const listed = (await run(['list'])).stdout.split('\n');
    expect(listed[0]).toBe('TransactionalId\tCoordinator\tProducerId\tTransactionState\t');
    expect(cells(listed[1])).toEqual(['one', '1', `${producerId}`, 'Ongoing', '']);
    expect((await run(['list', '--transactional-id-pattern', 'tw.*'])).stdout).toBe(`${listed[0]}\n`);

    const described = cells((await run(['describe', '--transactional-id', 'one'])).stdout.split('\n')[1]);
    expect(described.slice(0, 6)).toEqual(['1', 'one', `${producerId}`, '0', 'Ongoing', '60000']);
    expect(described[8]).toBe('a-0');

    const producers = ['describe-producers', '--topic', 'a', '--partition', '0'];
    expect(cells((await run(producers)).stdout.split('\n')[1])[5]).toBe(`${offset}`);
    const abort = ['abort', '--topic', 'a', '--partition', '0', '--start-offset'];
    expect(await run([...abort, '77'])).toMatchObject({
      stderr: 'Could not find any open transactions starting at offset 77 on partition a-0\n',
      code: 1,
    });
    expect(await run([...abort, `${offset}`])).toMatchObject({ stdout: '', stderr: '', code: 0 });
    expect(cells((await run(producers)).stdout.split('\n')[1])[5]).toBe('None');
    expect(await run(['forceTerminateTransaction', '--transactionalId', 'one'])).toMatchObject({ stderr: '', code: 0 });
  });

  it('prints JSON under klamm that fits its schema', async () => {
    const { producerId } = await begin('json', 0);
    const server = [...broker.bootstrapOption, '--output', 'json'];
    const schema = JSON.parse(readFileSync(new URL('../../../schemas/transactions.json', import.meta.url), 'utf8'));
    const document = async (...argv: string[]) => {
      const { stdout } = await runInProcess(Transactions, 'transactions', [...server, ...argv], 'comfort');
      const value = JSON.parse(stdout) as unknown;
      expect(new Validator(schema, '2020-12').validate(value)).toMatchObject({ valid: true });
      return value;
    };
    expect(await document('list')).toContainEqual({
      transactionalId: 'json',
      coordinatorId: 1,
      producerId: Number(producerId),
      state: 'Ongoing',
    });
    expect(await document('describe', '--transactional-id', 'json')).toMatchObject({
      partitions: [{ topic: 'a', partition: 0 }],
    });
    const producers = await document('describe-producers', '--topic', 'a', '--partition', '0');
    expect(producers).toContainEqual(expect.objectContaining({ producerId: Number(producerId), lastSequence: 0 }));
    expect(await document('find-hanging', '--topic', 'a')).toEqual([]);
  });

  it('takes only what no coordinator knows for hanging', async () => {
    const hanging = await begin('forgotten', 1, HOUR_MS);
    const search = ['find-hanging', '--topic', 'a'];
    expect((await run(search)).stdout.split('\n')).toHaveLength(2);

    const client = await broker.connect();
    await client.send(deleteTopics, 6, { topics: [{ name: '__transaction_state' }], timeoutMs: 5000 });
    await newProducer('other');
    const lines = (await run(search)).stdout.split('\n');
    expect(lines).toHaveLength(3);
    expect(cells(lines[1]).slice(0, 6)).toEqual(['a', '1', `${hanging.producerId}`, '0', '-1', `${hanging.offset}`]);
    expect(cells(lines[1])[7]).toBe('60');
    const tolerant = ['find-hanging', '--broker-id', '1', '--max-transaction-timeout', '61'];
    expect((await run(tolerant)).stdout.split('\n')).toHaveLength(2);
    expect((await run([...search, '--broker-id', '7'])).stdout.split('\n')).toHaveLength(2);
  });

  // Origin of the texts: kafka-transactions of Apache Kafka 4.3.1.
  it.each([
    [
      ['describe', '--transactional-id', 'none'],
      'Failed to describe transaction state of transactional-id `none`: DescribeTransactions request for transactionalId `none` failed because the ID could not be found. Enable debug logging for additional detail.\n',
    ],
    [
      ['list', '--transactional-id-pattern', '['],
      'Failed to list transactions: ListTransactions request sent to broker 1 failed with an unexpected exception. Enable debug logging for additional detail.\n',
    ],
    [
      ['abort', '--topic', 'a', '--partition', '0', '--producer-id', '3'],
      'Missing required argument --producer-epoch\n',
    ],
    [
      ['abort', '--topic', 'a', '--partition', '0', '--producer-id', '3', '--producer-epoch', '0'],
      'Missing required argument --coordinator-epoch\n',
    ],
    [
      ['find-hanging', '--partition', '0'],
      'The `find-hanging` command requires either --topic or --broker-id to limit the scope of the search\n',
    ],
    [
      ['find-hanging', '--broker-id', '1', '--partition', '0'],
      'The --partition argument requires --topic to be provided\n',
    ],
    [
      ['find-hanging', '--topic', 'none'],
      'Failed to describe 1 topics: This server does not host this topic-partition.. Enable debug logging for additional detail.\n',
    ],
  ])('%j fails in the words of Kafka', async (argv, stderr) => {
    expect(await run(argv)).toMatchObject({ stdout: '', stderr, code: 1 });
  });

  it('reads settings from a file, if it is there', async () => {
    expect(await run(['--command-config', '/nowhere/at-all', 'list'])).toMatchObject({
      stderr: 'Failed to load admin client properties: /nowhere/at-all. Enable debug logging for additional detail.\n',
      code: 1,
    });
  });
});
