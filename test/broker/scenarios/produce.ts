import { Errors } from '../../../src/protocol/errors.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { singleBatch } from '../../../src/protocol/records/index.ts';
import { AT, batchOf, idempotentBatch, patchedBatch, TIME, ZSTD } from './batches.ts';
import { type Exchange } from './exchange.ts';

export async function produceScenario(x: Exchange): Promise<void> {
  const plainId = await x.createTopic('plain', 2);
  await x.createTopic('small', 1, { 'max.message.bytes': '200' });
  await x.createTopic('compacted', 1, { 'cleanup.policy': 'compact' });
  const stampedId = await x.createTopic('stamped', 1, { 'message.timestamp.type': 'LogAppendTime' });
  await x.createTopic('recent', 1, { 'message.timestamp.before.max.ms': '1000' });
  await x.createTopic('sequences', 1);

  const one = (topic: string, records: Buffer | null, index = 0) => [
    { name: x.prefix + topic, partitionData: [{ index, records }] },
  ];
  const send = (name: string, topic: string, records: Buffer | null, version = 9, index = 0) =>
    x.step(name, produce, version, { acks: -1, timeoutMs: 5000, topicData: one(topic, records, index) });

  for (let version = 3; version <= 12; version++) await send('one record', 'plain', batchOf(['v']), version);
  const byId = (topicId: string, records: Buffer) => [{ topicId, partitionData: [{ index: 0, records }] }];
  const ask = { acks: -1, timeoutMs: 5000 };
  await x.step('one record by id', produce, 13, { ...ask, topicData: byId(plainId, batchOf(['v'])) });
  await x.step('unknown id', produce, 13, { ...ask, topicData: byId('MkU3OEVBNTcwNTJENDM2Qg', batchOf(['v'])) });
  await send('several records', 'plain', batchOf(['a', 'b', 'c']));
  await send('unknown topic', 'absent', batchOf(['v']));
  await send('unknown partition', 'plain', batchOf(['v']), 9, 7);
  await send('negative partition', 'plain', batchOf(['v']), 9, -1);
  await x.step('partitions are judged one by one', produce, 9, {
    ...ask,
    topicData: [
      {
        name: `${x.prefix}plain`,
        partitionData: [
          { index: 1, records: batchOf(['good']) },
          { index: 9, records: batchOf(['bad']) },
        ],
      },
      ...one('small', batchOf(['x'.repeat(300)])),
    ],
  });

  for (const version of [3, 7, 9]) {
    await send('null records', 'plain', null, version);
    await send('no batch', 'plain', Buffer.alloc(0), version);
  }
  await send('half a batch', 'plain', batchOf(['v']).subarray(0, 40));
  await send('a cut batch', 'plain', batchOf(['v']).subarray(0, 65));
  await send('two batches', 'plain', Buffer.concat([batchOf(['a']), batchOf(['b'])]));
  await send('a batch and half of another', 'plain', Buffer.concat([batchOf(['a']), batchOf(['b']).subarray(0, 30)]));
  await send('wrong checksum', 'plain', wrongChecksum());
  await send(
    'magic 1',
    'plain',
    patchedBatch((bytes) => bytes.writeInt8(1, AT.magic)),
  );
  await send(
    'magic 3',
    'plain',
    patchedBatch((bytes) => bytes.writeInt8(3, AT.magic)),
  );
  await send('base offset 5', 'plain', batchOf(['v'], { baseOffset: 5n }));
  await send(
    'count above delta',
    'plain',
    patchedBatch((bytes) => bytes.writeInt32BE(3, AT.count)),
  );
  await send(
    'count below delta',
    'plain',
    patchedBatch((bytes) => bytes.writeInt32BE(1, AT.count)),
  );
  await send(
    'count negative',
    'plain',
    patchedBatch((bytes) => bytes.writeInt32BE(-1, AT.count)),
  );
  await send(
    'control batch',
    'plain',
    patchedBatch((bytes) => bytes.writeInt16BE(0x20, AT.attributes)),
  );
  await send(
    'unknown codec',
    'plain',
    patchedBatch((bytes) => bytes.writeInt16BE(5, AT.attributes)),
  );
  await send(
    'zstd before v7',
    'plain',
    patchedBatch((bytes) => bytes.writeInt16BE(ZSTD, AT.attributes)),
    6,
  );
  await send(
    'gzip that is none',
    'compacted',
    patchedBatch((bytes) => bytes.writeInt16BE(1, AT.attributes)),
  );
  await send('too large', 'small', batchOf(['x'.repeat(300)]));
  await send('just fits', 'small', batchOf(['x'.repeat(128)]));
  await send('old for the topic', 'recent', batchOf(['a', 'b']));
  const future = Date.now() + 2 * 3_600_000;
  await send('two hours ahead', 'plain', batchOf(['a', 'b'], {}, future), 9);
  const keyless = singleBatch([
    { timestampMs: TIME, key: Buffer.from('k'), value: Buffer.from('v') },
    { timestampMs: TIME, key: null, value: Buffer.from('v') },
  ]);
  await send('no key on a compacted topic', 'compacted', keyless);
  await send('no key on a compacted topic', 'compacted', keyless, 7);
  await send('keys on a compacted topic', 'compacted', batchOf(['a', 'b']));
  await x.step(
    'log append time',
    produce,
    13,
    { ...ask, topicData: byId(stampedId, batchOf(['a'])) },
    ({ responses }) => responses.map(({ partitionResponses: [found] }) => Number(found!.logAppendTimeMs) > TIME),
  );

  for (const acks of [2, -2, 127]) {
    await x.step(`acks ${acks}`, produce, 9, { acks, timeoutMs: 5000, topicData: one('plain', batchOf(['v'])) });
  }
  await x.step('acks 1', produce, 9, { acks: 1, timeoutMs: 5000, topicData: one('plain', batchOf(['v'])) });
  await x.step('nothing at all', produce, 9, { ...ask, topicData: [] });
  await x.step('a topic without partitions', produce, 9, {
    ...ask,
    topicData: [{ name: `${x.prefix}plain`, partitionData: [] }],
  });
  await x.silentStep('acks 0', produce, 9, { acks: 0, topicData: one('plain', batchOf(['quiet'])) });
  await x.silentStep('acks 0, unknown topic', produce, 9, { acks: 0, topicData: one('absent', batchOf(['v'])) });
  await x.step('Produce v2', produce, 3, { ...ask, topicData: one('plain', batchOf(['after'])) });
  await sequences(x);
}

function wrongChecksum(): Buffer {
  const batch = batchOf(['v']);
  batch.writeUInt32BE(1, AT.crc);
  return batch;
}

async function sequences(x: Exchange): Promise<void> {
  await x.until(initProducerId, 5, { transactionalId: null }, ({ errorCode }) => errorCode === Errors.NONE);
  const ids: bigint[] = [];
  for (const version of [0, 2, 5]) {
    const { producerId } = await x.step(
      'a producer id',
      initProducerId,
      version,
      { transactionalId: null },
      (response) => ({
        ...response,
        producerId: response.producerId >= 0n,
      }),
    );
    ids.push(producerId);
  }
  await x.step('empty transactional id', initProducerId, 4, { transactionalId: '', transactionTimeoutMs: 1000 });
  await x.step('half a pair', initProducerId, 4, { transactionalId: null, producerId: 5n });
  await x.step('the other half', initProducerId, 4, { transactionalId: null, producerEpoch: 5 });
  const id = ids[0] as bigint;
  const send = (name: string, records: Buffer) =>
    x.step(name, produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: `${x.prefix}sequences`, partitionData: [{ index: 0, records }] }],
    });
  await send('sequence 0', idempotentBatch(id, 0, 0, 2));
  await send('sequence 2', idempotentBatch(id, 0, 2));
  await send('sequence 2 again', idempotentBatch(id, 0, 2));
  await send('sequence 0 again', idempotentBatch(id, 0, 0, 2));
  await send('a gap', idempotentBatch(id, 0, 9));
  await send('part of a known batch', idempotentBatch(id, 0, 1, 1));
  for (let sequence = 3; sequence < 9; sequence++) await send('going on', idempotentBatch(id, 0, sequence));
  await send('the first, no longer known', idempotentBatch(id, 0, 0, 2));
  await send('a new epoch must begin at 0', idempotentBatch(id, 1, 9));
  await send('a new epoch', idempotentBatch(id, 1, 0));
  await send('the old epoch', idempotentBatch(id, 0, 9));
  await send('an unknown producer may begin anywhere', idempotentBatch(ids[1] as bigint, 0, 7));
  await send('a sequence without a producer', batchOf(['v'], { baseSequence: 3 }));
  await send('a producer without a sequence', batchOf(['v'], { producerId: ids[2] as bigint, producerEpoch: 0 }));
}
