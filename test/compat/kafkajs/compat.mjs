// Checks a broker with kafkajs: node compat.mjs HOST:PORT. Prints "ok TITLE" or "FAILED TITLE: why" per check.
import assert from 'node:assert/strict';
import kafkajs from 'kafkajs';

const { AssignerProtocol, CompressionTypes, ConfigResourceTypes, Kafka, logLevel } = kafkajs;

process.removeAllListeners('warning'); // kafkajs sets negative timers on newer Node versions
const run = `${process.pid}-${Math.random().toString(36).slice(2, 7)}`;
const kafka = new Kafka({
  clientId: 'compat',
  brokers: [process.argv[2]],
  logLevel: logLevel.NOTHING,
  retry: { retries: 2 },
});
const admin = kafka.admin();
const producer = kafka.producer({ allowAutoTopicCreation: false });
let passed = 0;
let failed = 0;

async function check(title, body) {
  try {
    await Promise.race([
      body(),
      new Promise((_, no) => setTimeout(() => no(new Error('no answer in 30 s')), 30_000).unref()),
    ]);
    passed++;
    console.log(`ok ${title}`);
  } catch (error) {
    failed++;
    console.log(`FAILED ${title}: ${error.message.split('\n').slice(0, 8).join(' ')}`);
  }
}

async function topic(name, numPartitions = 1, configEntries = []) {
  const full = `kjs-${name}-${run}`;
  await admin.createTopics({ topics: [{ topic: full, numPartitions, configEntries }], waitForLeaders: true });
  return full;
}

async function read(name, count, groupId = `${name}-${Math.random()}`, options = {}) {
  const consumer = kafka.consumer({ groupId, maxWaitTimeInMs: 100, ...options });
  const got = [];
  await consumer.connect();
  await consumer.subscribe({ topics: [name], fromBeginning: true });
  await new Promise((resolve) =>
    consumer.run({
      eachMessage: async ({ partition, message }) => {
        got.push({ partition, ...message });
        if (got.length >= count) resolve();
      },
    }),
  );
  await consumer.disconnect();
  return got;
}

await admin.connect();
await producer.connect();
await check('the cluster describes itself', async () =>
  assert.equal((await admin.describeCluster()).brokers.length, 1),
);
await check('a topic is created and listed', async () => {
  const name = await topic('made', 2);
  assert.ok((await admin.listTopics()).includes(name));
});
await check('a topic that exists is not created again', async () => {
  const name = await topic('twice');
  assert.equal(await admin.createTopics({ topics: [{ topic: name }] }), false);
});
await check('metadata tells partitions and leaders', async () => {
  const name = await topic('meta', 3);
  const { topics } = await admin.fetchTopicMetadata({ topics: [name] });
  assert.deepEqual(
    topics[0].partitions.map((one) => one.leader),
    [1, 1, 1],
  );
});
for (const acks of [0, 1, -1]) {
  await check(`records arrive with acks=${acks}`, async () => {
    const name = await topic(`acks${acks}`);
    await producer.send({ topic: name, acks, messages: Array.from({ length: 100 }, (_, i) => ({ value: `v${i}` })) });
    assert.deepEqual(
      (await read(name, 100)).map((one) => one.value.toString()),
      Array.from({ length: 100 }, (_, i) => `v${i}`),
    );
  });
}
await check('gzip comes back', async () => {
  const name = await topic('gzip');
  await producer.send({ topic: name, compression: CompressionTypes.GZIP, messages: [{ value: 'a' }, { value: 'b' }] });
  assert.equal((await read(name, 2)).length, 2);
});
await check('keys, headers, nulls and timestamps survive', async () => {
  const name = await topic('whole');
  await producer.send({
    topic: name,
    messages: [{ key: 'k', value: null, headers: { h: 'x' }, timestamp: '1234567' }],
  });
  const [one] = await read(name, 1);
  assert.deepEqual(
    [one.key.toString(), one.value, one.headers.h.toString(), one.timestamp],
    ['k', null, 'x', '1234567'],
  );
});
await check('an idempotent producer', async () => {
  const name = await topic('idem');
  const idempotent = kafka.producer({ idempotent: true });
  await idempotent.connect();
  for (let i = 0; i < 10; i++) {
    const [result] = await idempotent.send({ topic: name, messages: [{ value: `${i}` }] });
    assert.equal(result.baseOffset, `${i}`);
  }
  await idempotent.disconnect();
});
await check('a group goes on where it stopped', async () => {
  const name = await topic('group');
  await producer.send({ topic: name, messages: [{ value: 'a' }, { value: 'b' }] });
  await read(name, 2, name);
  await producer.send({ topic: name, messages: [{ value: 'c' }] });
  assert.deepEqual(
    (await read(name, 1, name)).map((one) => one.value.toString()),
    ['c'],
  );
});
await check('two members split the partitions', async () => {
  const name = await topic('split', 4);
  const members = [kafka.consumer({ groupId: name }), kafka.consumer({ groupId: name })];
  const counts = await Promise.all(
    members.map(async (one) => {
      await one.connect();
      await one.subscribe({ topics: [name] });
      const joined = new Promise((resolve) =>
        one.on(one.events.GROUP_JOIN, ({ payload }) => {
          const count = payload.memberAssignment[name]?.length ?? 0;
          if (count === 2) resolve(count);
        }),
      );
      await one.run({ eachMessage: async () => undefined });
      return joined;
    }),
  );
  const { groups } = await admin.describeGroups([name]);
  assert.equal(groups[0].state, 'Stable');
  assert.ok(
    AssignerProtocol.MemberAssignment.decode(groups[0].members[0].memberAssignment).assignment[name].length === 2,
  );
  await Promise.all(members.map((one) => one.disconnect()));
  assert.deepEqual(counts, [2, 2]);
});
await check('offsets of a topic and by time', async () => {
  const name = await topic('offsets');
  await producer.send({
    topic: name,
    messages: [
      { value: 'a', timestamp: '1700000000000' },
      { value: 'b', timestamp: '1700000005000' },
    ],
  });
  assert.equal((await admin.fetchTopicOffsets(name))[0].high, '2');
  assert.equal((await admin.fetchTopicOffsetsByTimestamp(name, 1700000001000))[0].offset, '1');
});
await check('group offsets are set, fetched and reset', async () => {
  const name = await topic('setoffsets');
  await producer.send({ topic: name, messages: [{ value: 'a' }, { value: 'b' }] });
  await admin.setOffsets({ groupId: name, topic: name, partitions: [{ partition: 0, offset: '1' }] });
  const [{ partitions }] = await admin.fetchOffsets({ groupId: name, topics: [name] });
  assert.equal(partitions[0].offset, '1');
});
await check('groups are listed and deleted', async () => {
  const name = await topic('groups');
  await producer.send({ topic: name, messages: [{ value: 'a' }] });
  await read(name, 1, name);
  assert.ok((await admin.listGroups()).groups.some((one) => one.groupId === name));
  await admin.deleteGroups([name]);
  assert.ok(!(await admin.listGroups()).groups.some((one) => one.groupId === name));
});
await check('configs are described and altered', async () => {
  const name = await topic('config', 1, [{ name: 'retention.ms', value: '5000' }]);
  const ask = () =>
    admin.describeConfigs({
      includeSynonyms: true,
      resources: [{ type: ConfigResourceTypes.TOPIC, name, configNames: ['retention.ms'] }],
    });
  assert.equal((await ask()).resources[0].configEntries[0].configValue, '5000');
  await admin.alterConfigs({
    validateOnly: false,
    resources: [{ type: ConfigResourceTypes.TOPIC, name, configEntries: [{ name: 'retention.ms', value: '6000' }] }],
  });
  assert.equal((await ask()).resources[0].configEntries[0].configValue, '6000');
});
await check('partitions grow', async () => {
  const name = await topic('grow');
  await admin.createPartitions({ topicPartitions: [{ topic: name, count: 3 }] });
  assert.equal((await admin.fetchTopicMetadata({ topics: [name] })).topics[0].partitions.length, 3);
});
await check('a deleted topic is gone', async () => {
  const name = await topic('gone');
  await admin.deleteTopics({ topics: [name] });
  assert.ok(!(await admin.listTopics()).includes(name));
});
await producer.disconnect();
await admin.disconnect();
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed > 0 ? 1 : 0);
