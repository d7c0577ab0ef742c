import { Producer } from '../../../../src/client/producer/producer.ts';
import { parseProducerProperties, readProducerSettings } from '../../../../src/client/producer/producer-settings.ts';
import { TransactionalIdentity } from '../../../../src/client/producer/transactional-identity.ts';
import { Transactions } from '../../../../src/client/producer/transactions.ts';
import { Errors } from '../../../../src/protocol/errors.ts';
import { ManualClock } from '../../../../src/util/clock.ts';
import { type NamedLogger } from '../../../../src/util/log-lines.ts';
import { FakeCluster } from './fake-cluster.ts';
import { settle } from './open-test-producer.ts';

function openTransactional(transactionLevel: number) {
  const cluster = new FakeCluster();
  cluster.transactionLevel = transactionLevel;
  cluster.addTopic('t', [1]);
  cluster.addTopic('u', [1, 1]);
  const clock = new ManualClock();
  const logger: NamedLogger = { log: () => undefined, named: () => logger };
  const properties = {
    'bootstrap.servers': 'h:1',
    'key.serializer': 'x',
    'value.serializer': 'x',
    'linger.ms': '0',
    'transactional.id': 'me',
  };
  const settings = readProducerSettings(parseProducerProperties(new Map(Object.entries(properties))), logger);
  const identity = new TransactionalIdentity({ settings, cluster, clock });
  const failures: string[] = [];
  const onFailure = ({ error }: { error: Error }): void => void failures.push(String(error));
  const producer = new Producer({ settings, cluster, clock, logger, onFailure, identity, random: () => 0 });
  const append = (topic: string, value: string) => producer.append({ topic, key: null, value: Buffer.from(value) });
  return { cluster, clock, producer, transactions: new Transactions(producer, identity, cluster), append, failures };
}

const INIT = { producerId: 5n, producerEpoch: 0 };

describe('transactions', () => {
  it('of version 2 end with a request that gives the next epoch', async () => {
    const { cluster, producer, transactions, append } = openTransactional(2);
    cluster.coordinatorAnswers.push(INIT, { producerId: 5n, producerEpoch: 1 }, { producerId: 6n, producerEpoch: 0 });
    await transactions.initialize();
    for (const value of ['a', 'b']) {
      transactions.begin();
      await append('t', value);
      await transactions.commit();
    }
    await producer.close();
    expect(cluster.stored('t')).toEqual(['a', 'b']);
    expect(cluster.calls.map(({ name }) => name)).toEqual(['InitProducerId', 'EndTxn', 'EndTxn']);
    expect(cluster.calls[2]?.request).toMatchObject({ producerId: 5n, producerEpoch: 1, committed: true });
    const epochs = cluster.requests.flatMap(({ batches }) => batches.map((one) => one.producerEpoch));
    expect(epochs).toEqual([0, 1]);
  });

  it('of version 1 tell the coordinator about their partitions first, and keep the epoch', async () => {
    const { cluster, transactions, append } = openTransactional(1);
    cluster.coordinatorAnswers.push(INIT);
    await transactions.initialize();
    transactions.begin();
    await append('t', 'a');
    await append('u', 'b');
    await transactions.commit();
    transactions.begin();
    await append('t', 'c');
    await transactions.commit();
    const names = cluster.calls.map(({ name }) => name);
    expect(names.filter((name) => name === 'AddPartitionsToTxn').length).toBeGreaterThanOrEqual(2);
    expect(names.at(-1)).toBe('EndTxn');
    const added = cluster.calls
      .filter(({ name }) => name === 'AddPartitionsToTxn')
      .flatMap(({ request }) => request.v3AndBelowTopics as { name: string }[]);
    expect(added.map(({ name }) => name)).toEqual(['t', 'u', 't']);
    const sequences = cluster.requests.flatMap(({ batches }) =>
      batches
        .filter(({ topic }) => topic === 't')
        .map(({ producerEpoch, baseSequence }) => [producerEpoch, baseSequence]),
    );
    expect(sequences).toEqual([
      [0, 0],
      [0, 1],
    ]);
  });

  it('ask no one when nothing was sent', async () => {
    const { cluster, transactions } = openTransactional(2);
    cluster.coordinatorAnswers.push(INIT);
    await transactions.initialize();
    transactions.begin();
    await transactions.commit();
    expect(cluster.calls.map(({ name }) => name)).toEqual(['InitProducerId']);
  });

  it('repeat requests that may pass later, looking for the coordinator anew', async () => {
    const { cluster, clock, transactions } = openTransactional(2);
    const code = (error: keyof typeof Errors) => ({ errorCode: Errors[error] });
    cluster.coordinatorAnswers.push(code('CONCURRENT_TRANSACTIONS'), code('NOT_COORDINATOR'), INIT);
    const initialized = transactions.initialize();
    await settle();
    await clock.advance(5_000);
    await initialized;
    expect(cluster.calls).toHaveLength(3);
  });

  it('give up in the words of Java when the coordinator stays silent', async () => {
    const { cluster, clock, transactions } = openTransactional(2);
    for (let i = 0; i < 200; i++) cluster.coordinatorAnswers.push({ errorCode: Errors.COORDINATOR_LOAD_IN_PROGRESS });
    const initialized = transactions.initialize().catch(String);
    await settle();
    await clock.advance(61_000);
    expect(await initialized).toBe(
      'org.apache.kafka.common.errors.TimeoutException: InitTransactions timed out - did not complete coordinator discovery or receive the InitProducerId response within max.block.ms.',
    );
  });

  it('refuse records outside of a transaction', async () => {
    const { cluster, transactions, append } = openTransactional(2);
    await expect(append('t', 'a')).rejects.toThrow(
      'Cannot add partition t-0 to transaction before completing a call to initTransactions',
    );
    cluster.coordinatorAnswers.push(INIT);
    await transactions.initialize();
    await expect(append('t', 'a')).rejects.toThrow('Cannot add partition t-0 to transaction while in state  READY');
    await expect(transactions.commit()).rejects.toThrow(
      'TransactionalId me: Invalid transition attempted from state READY to state COMMITTING_TRANSACTION',
    );
  });

  it('must be aborted after a record failed', async () => {
    const { cluster, producer, transactions, append, failures } = openTransactional(2);
    cluster.coordinatorAnswers.push(INIT, { producerId: 5n, producerEpoch: 1 }, { producerId: 5n, producerEpoch: 2 });
    await transactions.initialize();
    transactions.begin();
    cluster.fates.push('MESSAGE_TOO_LARGE');
    await append('t', 'a');
    await settle();
    expect(failures).toHaveLength(1);
    await expect(transactions.commit()).rejects.toThrow(
      'Cannot execute transactional method because we are in an error state',
    );
    await transactions.abort();
    expect(cluster.calls.at(-1)?.request).toMatchObject({ committed: false });
    transactions.begin();
    await append('t', 'b');
    await transactions.commit();
    await producer.close();
    expect(cluster.stored('t')).toEqual(['b']);
  });

  it('end for ever when another producer took over the id', async () => {
    const { cluster, transactions, append, failures } = openTransactional(2);
    cluster.coordinatorAnswers.push(INIT, { errorCode: Errors.PRODUCER_FENCED });
    await transactions.initialize();
    transactions.begin();
    await append('t', 'a');
    await expect(transactions.commit()).rejects.toThrow('There is a newer producer with the same transactionalId');
    await expect(transactions.abort()).rejects.toThrow('we are in an error state');
    expect(failures).toEqual([]);
  });
});
