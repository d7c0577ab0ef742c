import { ConnectionError, DisconnectError, TimeoutError } from '../../../../src/client/errors.ts';
import { KafkaError } from '../../../../src/protocol/errors.ts';
import { numbered, openTestProducer, settle } from './open-test-producer.ts';

/** Small batches: a few records each. */
const SMALL = { 'batch.size': '150' };

describe('the producer on a cluster that works', () => {
  it('stores the lines in order, in batches of batch.size at most', async () => {
    const { producer, cluster, failures, lines } = openTestProducer(SMALL);
    await lines('t', ...numbered(100));
    await producer.close();
    expect(cluster.stored('t')).toEqual(numbered(100));
    const sizes = cluster.requests.flatMap(({ batches }) => batches.map(({ bytes }) => bytes));
    expect(Math.max(...sizes)).toBeLessThanOrEqual(150);
    expect(cluster.requests.every(({ batches }) => batches.length === 1)).toBe(true);
    expect(failures).toEqual([]);
  });

  it('lets records linger, and sends them when the time has come', async () => {
    const { cluster, clock, lines } = openTestProducer({ 'linger.ms': '1000' });
    await lines('t', 'a');
    await lines('t', 'b');
    await settle();
    expect(cluster.requests).toHaveLength(0);
    await clock.advance(999);
    expect(cluster.requests).toHaveLength(0);
    await clock.advance(1);
    expect(cluster.stored('t')).toEqual(['a', 'b']);
  });

  it('keeps five requests in flight at most, the first alone until it is answered', async () => {
    const { producer, cluster, lines } = openTestProducer(SMALL);
    cluster.holdsAnswers = true;
    await lines('t', ...numbered(200));
    await settle();
    expect(cluster.heldCount).toBe(1);
    await cluster.answer();
    expect(cluster.heldCount).toBe(5);
    cluster.holdsAnswers = false;
    await cluster.answer(5);
    await producer.close();
    expect(cluster.stored('t')).toEqual(numbered(200));
  });

  it('puts the batches of several partitions into one request, up to max.request.size', async () => {
    const { producer, cluster } = openTestProducer({ 'linger.ms': '10', 'max.request.size': '700' });
    cluster.addTopic('many', [1, 1, 1, 1, 1, 1, 1, 1]);
    for (let partition = 0; partition < 8; partition++) {
      await producer.append({ topic: 'many', partition, key: null, value: Buffer.from(`p${partition}`.padEnd(100)) });
    }
    await producer.close();
    expect(cluster.requests[0]?.batches.length).toBeGreaterThan(1);
    for (const { batches } of cluster.requests) {
      expect(batches.reduce((sum, { bytes }) => sum + bytes, 0)).toBeLessThanOrEqual(700);
    }
    expect(cluster.requests.flatMap(({ batches }) => batches)).toHaveLength(8);
  });

  it('names topics for brokers that know no ids', async () => {
    const { producer, cluster, lines } = openTestProducer();
    cluster.version = 12;
    await lines('t', 'a');
    await producer.close();
    expect(cluster.stored('t')).toEqual(['a']);
  });

  it('tells the sender of a record where it went', async () => {
    const { producer, cluster, clock } = openTestProducer();
    const record = { topic: 't', key: null, value: Buffer.from('a') };
    expect(await producer.send(record)).toEqual({ partition: 0, offset: 0n, timestampMs: BigInt(clock.now()) });
    expect(await producer.send({ ...record, timestampMs: 5 })).toEqual({ partition: 0, offset: 1n, timestampMs: 5n });
    expect(cluster.stored('t')).toEqual(['a', 'a']);
  });

  it('is done with a record once it is sent when acks is 0', async () => {
    const { producer, cluster } = openTestProducer({ acks: '0' });
    const metadata = await producer.send({ topic: 't', key: null, value: Buffer.from('a') });
    expect(metadata.offset).toBe(-1n);
    expect(cluster.requests[0]?.acks).toBe(0);
    expect(cluster.requests[0]?.batches[0]?.baseSequence).toBe(-1);
  });

  it('obeys a broker that throttles it', async () => {
    const { producer, cluster, clock, lines } = openTestProducer();
    cluster.throttleTimeMs = 500;
    await lines('t', 'a');
    await settle();
    cluster.throttleTimeMs = 0;
    await lines('t', 'b');
    await settle();
    expect(cluster.stored('t')).toEqual(['a']);
    await clock.advance(500);
    expect(cluster.stored('t')).toEqual(['a', 'b']);
    await producer.close();
  });

  it('spreads lines over partitions batch by batch and keeps keys together', async () => {
    const { producer, cluster, lines } = openTestProducer(SMALL);
    cluster.addTopic('three', [1, 1, 1]);
    for (const key of ['a', 'b', 'c', 'a', 'b', 'c']) {
      await producer.append({ topic: 'three', key: Buffer.from(key), value: Buffer.from(key) });
    }
    await lines('three', ...numbered(50));
    await producer.close();
    expect(cluster.stored('three', 1)).toEqual(['a', 'c', 'a', 'c']);
    expect(cluster.stored('three', 2)).toEqual(['b', 'b']);
    expect(cluster.stored('three', 0)).toEqual(numbered(50));
  });

  it.each(['gzip', 'snappy', 'lz4', 'zstd'])('compresses with %s', async (codec) => {
    const { producer, cluster, lines } = openTestProducer({ 'compression.type': codec });
    const all = numbered(3000);
    await lines('t', ...all);
    await producer.close();
    expect(cluster.stored('t')).toEqual(all);
    const sent = cluster.requests.flatMap(({ batches }) => batches).reduce((sum, { bytes }) => sum + bytes, 0);
    expect(sent).toBeLessThan(all.join('').length);
  });
});

describe('the producer on a cluster that fails', () => {
  it('tries again after a passing error, in order and without doubles', async () => {
    const { producer, cluster, clock, failures, warnings, lines } = openTestProducer(SMALL);
    cluster.fates.push('NOT_LEADER_OR_FOLLOWER', new DisconnectError('gone'), 'REQUEST_TIMED_OUT');
    await lines('t', ...numbered(100));
    const closed = producer.close();
    await clock.advance(20_000);
    await closed;
    expect(cluster.stored('t')).toEqual(numbered(100));
    expect(failures).toEqual([]);
    expect(cluster.refreshes).toBeGreaterThan(1);
    const prefix = '[Producer clientId=producer-1] ';
    expect(warnings.slice(0, 2)).toEqual([
      `${prefix}Got error produce response with correlation id 1 on topic-partition t-0, retrying (2147483646 attempts left). Error: NOT_LEADER_OR_FOLLOWER`,
      expect.stringMatching(
        /Received invalid metadata error in produce request on partition t-0 due to org\.apache\.kafka\.common\.errors\.NotLeaderOrFollowerException: For requests .* Going to request metadata update now$/,
      ),
    ]);
  });

  it('keeps the order when a batch in the middle of the pipeline fails', async () => {
    const { producer, cluster, clock, failures, lines } = openTestProducer(SMALL);
    await lines('t', 'first');
    await settle();
    cluster.fates.push('NOT_ENOUGH_REPLICAS');
    await lines('t', ...numbered(60));
    const closed = producer.close();
    await clock.advance(20_000);
    await closed;
    expect(cluster.stored('t')).toEqual(['first', ...numbered(60)]);
    expect(failures).toEqual([]);
  });

  it('does not store twice what was stored before the answer got lost', async () => {
    const { producer, cluster, clock, lines } = openTestProducer();
    await lines('t', 'a');
    await settle();
    cluster.holdsAnswers = true;
    await lines('t', 'b');
    await settle();
    // Stored; then the connection breaks: the second attempt meets its own record.
    expect(cluster.stored('t')).toEqual(['a', 'b']);
    cluster.holdsAnswers = false;
    await cluster.answer();
    cluster.fates.push(new DisconnectError('gone'));
    await lines('t', 'c');
    const closed = producer.close();
    await clock.advance(5_000);
    await closed;
    expect(cluster.stored('t')).toEqual(['a', 'b', 'c']);
  });

  it('gives up after the configured retries and says why for each record', async () => {
    const { producer, cluster, clock, failures, lines } = openTestProducer({ retries: '2' });
    const gone = (): Error => new TimeoutError('no answer');
    cluster.fates.push(gone(), gone(), gone());
    await lines('t', 'a', 'bcd');
    const closed = producer.close();
    await clock.advance(10_000);
    await closed;
    expect(cluster.requests).toHaveLength(3);
    const error = 'org.apache.kafka.common.errors.TimeoutException: Disconnected from node 1 due to timeout';
    expect(failures).toEqual([`t -1 1 ${error}`, `t -1 3 ${error}`]);
  });

  it('waits for a broker that cannot be reached without using up its retries', async () => {
    const { producer, cluster, clock, failures, lines } = openTestProducer({ retries: '1' });
    for (let i = 0; i < 5; i++) cluster.fates.push(new ConnectionError('refused', { isHopeless: false }));
    await lines('t', 'a');
    const closed = producer.close();
    await clock.advance(20_000);
    await closed;
    expect(failures).toEqual([]);
    expect(cluster.stored('t')).toEqual(['a']);
  });

  it('expires records after delivery.timeout.ms, sent or not', async () => {
    const { producer, cluster, clock, failures, lines } = openTestProducer({
      ...SMALL,
      'delivery.timeout.ms': '40000',
    });
    cluster.fates.push('hang');
    await lines('t', ...numbered(20));
    const closed = producer.close();
    await clock.advance(41_000);
    await closed;
    expect(failures).toHaveLength(20);
    expect(failures[0]).toMatch(
      /^t -1 6 org\.apache\.kafka\.common\.errors\.TimeoutException: Expiring \d+ record\(s\) for t-0:40\d{3} ms has passed since batch creation\. The request has not been sent, or no server response has been received yet\.$/,
    );
  });

  it('splits a batch that is too large until every part fits, and loses only the record that never will', async () => {
    const { producer, cluster, clock, failures } = openTestProducer({ 'linger.ms': '5' });
    cluster.maxBatchBytes = 300;
    const big = 'x'.repeat(400);
    const values = [...numbered(20), big, ...numbered(20, 20)];
    const chunk = Buffer.from(`${values.join('\n')}\n`);
    await producer.appendLines('t', chunk, 0, chunk.length);
    const closed = producer.close();
    await clock.advance(60_000);
    await closed;
    expect(cluster.stored('t')).toEqual(numbered(40));
    expect(failures).toEqual([
      't -1 400 org.apache.kafka.common.errors.RecordTooLargeException: The request included a message larger than the max message size the server will accept.',
    ]);
    const epochs = new Set(cluster.requests.flatMap(({ batches }) => batches.map((one) => one.producerEpoch)));
    expect(epochs).toEqual(new Set([0, 1]));
  });

  it('raises its epoch when a broker has a gap that will never be filled', async () => {
    const { producer, cluster, clock, failures, lines } = openTestProducer(SMALL);
    await lines('t', 'a');
    await settle();
    const log = cluster.logs.get('t-0');
    if (log) log.nextSequence = 0;
    await lines('t', ...numbered(30));
    const closed = producer.close();
    await clock.advance(20_000);
    await closed;
    expect(cluster.stored('t')).toEqual(['a', ...numbered(30)]);
    expect(failures).toEqual([]);
    expect(log?.producerEpoch).toBe(1);
  });

  it('reports the records a broker found invalid one by one', async () => {
    const { producer, cluster, failures, lines } = openTestProducer();
    const record = { batchIndex: 1, batchIndexErrorMessage: 'no key' };
    cluster.fates.push({
      error: 'INVALID_RECORD',
      extra: { recordErrors: [record], errorMessage: 'One or more records have been rejected' },
    });
    await lines('t', 'a', 'bb');
    await producer.close();
    expect(failures).toEqual([
      't -1 1 org.apache.kafka.common.KafkaException: Failed to append record because it was part of a batch which had one more more invalid records',
      't -1 2 org.apache.kafka.common.InvalidRecordException: no key',
    ]);
  });

  it('fails everything when it may not have a producer id', async () => {
    const { producer, cluster, failures, lines } = openTestProducer();
    cluster.initFates.push('CLUSTER_AUTHORIZATION_FAILED');
    await lines('t', 'a');
    await producer.close();
    expect(failures).toEqual([
      't -1 1 org.apache.kafka.common.errors.ClusterAuthorizationException: The producer is not authorized to do idempotent sends',
    ]);
  });

  it('asks again for a producer id after a passing error', async () => {
    const { producer, cluster, clock, lines } = openTestProducer();
    cluster.initFates.push('COORDINATOR_LOAD_IN_PROGRESS', new DisconnectError('gone'));
    await lines('t', 'a');
    const closed = producer.close();
    await clock.advance(2_000);
    await closed;
    expect(cluster.stored('t')).toEqual(['a']);
  });

  it('follows a leader that moved', async () => {
    const { producer, cluster, clock, lines } = openTestProducer();
    await lines('t', 'a');
    await settle();
    cluster.fates.push('NOT_LEADER_OR_FOLLOWER');
    cluster.onRefresh = () => cluster.addTopic('t', [2]);
    await lines('t', 'b');
    const closed = producer.close();
    await clock.advance(2_000);
    await closed;
    expect(cluster.requests.map(({ nodeId }) => nodeId)).toEqual([1, 1, 2]);
    expect(cluster.stored('t')).toEqual(['a', 'b']);
  });
});

describe('topics that cannot be had', () => {
  it('waits max.block.ms for each record, then fails it', async () => {
    const { producer, clock, failures, lines } = openTestProducer({ 'max.block.ms': '1500' });
    const appended = lines('nowhere', 'a', 'bc');
    await clock.advance(1500);
    expect(failures).toEqual([
      'nowhere -1 1 org.apache.kafka.common.errors.TimeoutException: Topic nowhere not present in metadata after 1500 ms.',
    ]);
    await clock.advance(1500);
    await appended;
    expect(failures).toHaveLength(2);
    await producer.close();
  });

  it('is asked for once by records that wait together, and keeps their order', async () => {
    const { producer, cluster, clock } = openTestProducer();
    const sent = numbered(50).map((line) => producer.send({ topic: 'new', key: null, value: Buffer.from(line) }));
    await settle();
    expect(cluster.refreshes).toBe(1);
    cluster.addTopic('new', [1]);
    await clock.advance(1000);
    await Promise.all(sent);
    expect(cluster.stored('new')).toEqual(numbered(50));
  });

  it('goes on as soon as the topic was made', async () => {
    const { producer, cluster, clock, lines } = openTestProducer();
    const appended = lines('new', 'a');
    await clock.advance(300);
    cluster.addTopic('new', [1]);
    await clock.advance(1000);
    await appended;
    await producer.close();
    expect(cluster.stored('new')).toEqual(['a']);
  });

  it.each([
    ['INVALID_TOPIC_EXCEPTION', 'InvalidTopicException: Invalid topics: [x y]'],
    ['TOPIC_AUTHORIZATION_FAILED', 'TopicAuthorizationException: Not authorized to access topics: [x y]'],
  ] as const)('fails at once for %s', async (error, text) => {
    const { producer, cluster, failures, lines } = openTestProducer();
    cluster.errors.set('x y', new KafkaError(error));
    await lines('x y', 'a');
    await producer.close();
    expect(failures).toEqual([`x y -1 1 org.apache.kafka.common.errors.${text}`]);
  });
});

describe('limits of the producer', () => {
  it('refuses a record over max.request.size with its size as Java counts it, and takes the next', async () => {
    const { producer, cluster, failures, lines } = openTestProducer({ 'max.request.size': '1000' });
    await lines('t', 'a', 'x'.repeat(2000), 'b');
    await producer.close();
    expect(cluster.stored('t')).toEqual(['a', 'b']);
    expect(failures).toEqual([
      't -1 2000 org.apache.kafka.common.errors.RecordTooLargeException: The message is 2086 bytes when serialized which is larger than 1000, which is the value of the max.request.size configuration.',
    ]);
  });

  it('takes the longest record that fits exactly', async () => {
    const { producer, cluster, failures, lines } = openTestProducer({ 'max.request.size': '1000' });
    await lines('t', 'x'.repeat(914), 'y'.repeat(915));
    await producer.close();
    expect(cluster.stored('t')).toEqual(['x'.repeat(914)]);
    expect(failures[0]).toContain('The message is 1001 bytes');
  });

  it('refuses a record that buffer.memory could never hold', async () => {
    const { producer, failures, lines } = openTestProducer({ 'buffer.memory': '200', 'batch.size': '100' });
    await lines('t', 'x'.repeat(150));
    await producer.close();
    expect(failures[0]).toContain(
      'The message is 236 bytes when serialized which is larger than the total memory buffer you have configured with the buffer.memory configuration.',
    );
  });

  it('pauses its source while buffer.memory is used up', async () => {
    const { producer, cluster, lines } = openTestProducer({ ...SMALL, 'buffer.memory': '900' });
    cluster.holdsAnswers = true;
    let isTaken = false;
    const appended = lines('t', ...numbered(100)).then(() => {
      isTaken = true;
    });
    await settle();
    expect(isTaken).toBe(false);
    cluster.holdsAnswers = false;
    await cluster.answer(5);
    await appended;
    await producer.close();
    expect(cluster.stored('t')).toEqual(numbered(100));
  });

  it('fails a record that finds no memory within max.block.ms', async () => {
    const { producer, cluster, clock, failures, lines } = openTestProducer({
      'batch.size': '500',
      'buffer.memory': '700',
      'max.block.ms': '1000',
    });
    cluster.fates.push('hang');
    await lines('t', 'a');
    await settle();
    const appended = lines('t', 'b'.repeat(300));
    await clock.advance(1000);
    await appended;
    expect(failures).toEqual([
      't -1 300 org.apache.kafka.clients.producer.BufferExhaustedException: Failed to allocate 500 bytes within the configured max blocking time 1000 ms. Total memory: 700 bytes. Available memory: 200 bytes. Poolable size: 500 bytes',
    ]);
    const closed = producer.close();
    await clock.advance(120_000);
    await closed;
  });

  it('lets batches nobody sized grow while the broker lags, and no others', async () => {
    const largest = async (mayGrow: boolean): Promise<number> => {
      const { producer, cluster, lines } = openTestProducer(SMALL, mayGrow);
      await lines('t', 'warm up');
      await settle();
      cluster.holdsAnswers = true;
      await lines('t', ...numbered(200));
      await settle();
      await lines('t', ...numbered(200, 200));
      cluster.holdsAnswers = false;
      await cluster.answer(100);
      await producer.close();
      expect(cluster.stored('t')).toEqual(['warm up', ...numbered(400)]);
      return Math.max(...cluster.requests.flatMap(({ batches }) => batches.map(({ bytes }) => bytes)));
    };
    expect(await largest(false)).toBeLessThanOrEqual(150);
    const grown = await largest(true);
    expect(grown).toBeGreaterThan(600);
    expect(grown).toBeLessThanOrEqual(8 * 150);
  });
});
