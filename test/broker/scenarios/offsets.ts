import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { listOffsets } from '../../../src/protocol/messages/02-list-offsets.ts';
import { deleteRecords } from '../../../src/protocol/messages/21-delete-records.ts';
import { offsetForLeaderEpoch } from '../../../src/protocol/messages/23-offset-for-leader-epoch.ts';
import { describeLogDirs } from '../../../src/protocol/messages/35-describe-log-dirs.ts';
import { batchOf, TIME } from './batches.ts';
import { type Exchange } from './exchange.ts';

const SENTINELS = [-1n, -2n, -3n, -4n, -5n, -6n, -7n, -100n];
const TIMES = [0, 1, 2, 3, 4, 99, 100, 101, 1000].map((after) => BigInt(TIME + after));

export async function offsetsScenario(x: Exchange): Promise<void> {
  await x.createTopic('o', 2);
  await x.createTopic('compacted', 1, { 'cleanup.policy': 'compact' });
  const send = (values: string[], timestampMs: number) =>
    x.step('filling', produce, 9, {
      acks: -1,
      timeoutMs: 5000,
      topicData: [{ name: `${x.prefix}o`, partitionData: [{ index: 0, records: batchOf(values, {}, timestampMs) }] }],
    });
  await send(['a', 'b', 'c'], TIME);
  await send(['d', 'e'], TIME + 100);
  await send(['late'], TIME + 3);

  const find = (name: string, version: number, timestamp: bigint, partitionIndex = 0, more = {}) =>
    x.step(name, listOffsets, version, {
      replicaId: -1,
      topics: [{ name: `${x.prefix}o`, partitions: [{ partitionIndex, timestamp, ...more }] }],
    });
  for (const version of [1, 2, 4, 6, 7, 8, 9, 10, 11]) {
    for (const timestamp of SENTINELS) await find(`timestamp ${timestamp}`, version, timestamp);
  }
  for (const timestamp of SENTINELS.slice(0, 6))
    await find(`empty partition, timestamp ${timestamp}`, 11, timestamp, 1);
  for (const timestamp of TIMES) await find(`${Number(timestamp) - TIME} ms later`, 5, timestamp);
  await find('long ago', 5, 0n);
  await find('empty partition', 5, BigInt(TIME), 1);
  await find('a newer leader epoch', 5, -1n, 0, { currentLeaderEpoch: 3 });
  await find('the leader epoch', 5, -1n, 0, { currentLeaderEpoch: 0 });
  await find('unknown partition', 5, -1n, 7);
  const topics = [{ name: `${x.prefix}absent`, partitions: [{ partitionIndex: 0, timestamp: -1n }] }];
  await x.step('unknown topic', listOffsets, 5, { replicaId: -1, topics });
  const twice = { partitionIndex: 0, timestamp: -1n };
  await x.step('a partition named twice', listOffsets, 5, {
    replicaId: -1,
    topics: [{ name: `${x.prefix}o`, partitions: [twice, twice] }],
  });
  await x.step('read committed', listOffsets, 5, {
    replicaId: -1,
    isolationLevel: 1,
    topics: [{ name: `${x.prefix}o`, partitions: [{ partitionIndex: 0, timestamp: -1n }] }],
  });

  const epoch = (name: string, version: number, leaderEpoch: number, more = {}) =>
    x.step(`epoch: ${name}`, offsetForLeaderEpoch, version, {
      replicaId: -1,
      topics: [{ topic: `${x.prefix}o`, partitions: [{ partition: 0, leaderEpoch, ...more }] }],
    });
  for (const version of [2, 3, 4]) await epoch('the current one', version, 0);
  await epoch('a newer one', 4, 7);
  await epoch('none', 4, -1);
  await epoch('asked with a newer leader epoch', 4, 0, { currentLeaderEpoch: 4 });
  await epoch('unknown partition', 4, 0, { partition: 9 });

  const sizes = (name: string, version: number, wanted: { topic: string; partitions: number[] }[]) =>
    x.step(`log dirs: ${name}`, describeLogDirs, version, { topics: wanted }, ({ results, ...rest }) => ({
      ...rest,
      results: results.map(({ logDir, totalBytes, usableBytes, ...result }) => ({
        ...result,
        isAbsolute: logDir.startsWith('/'),
        isSized: totalBytes > usableBytes && usableBytes > 0n,
      })),
    }));
  for (let version = 1; version <= 5; version++) {
    await sizes('two partitions', version, [{ topic: `${x.prefix}o`, partitions: [0, 1] }]);
  }
  await sizes('one of them', 4, [{ topic: `${x.prefix}o`, partitions: [0] }]);
  await sizes('unknown ones', 4, [
    { topic: `${x.prefix}absent`, partitions: [0] },
    { topic: `${x.prefix}o`, partitions: [8] },
  ]);
  await sizes('none', 4, []);

  const cut = (name: string, version: number, offset: bigint, topic = 'o', partitionIndex = 0) =>
    x.step(`delete records: ${name}`, deleteRecords, version, {
      timeoutMs: 5000,
      topics: [{ name: x.prefix + topic, partitions: [{ partitionIndex, offset }] }],
    });
  await cut('the first', 0, 1n);
  await cut('the first again', 1, 1n);
  await cut('none of them', 2, 0n);
  await cut('beyond the end', 2, 7n);
  await cut('a negative offset', 2, -2n);
  await cut('an unknown partition', 2, 0n, 'o', 5);
  await cut('an unknown topic', 2, 0n, 'absent');
  await cut('a compacted topic', 2, -1n, 'compacted');
  await find('earliest after that', 11, -2n);
  await find('long ago after that', 11, 0n);
  await cut('all', 2, -1n);
  await cut('of an empty partition', 2, -1n, 'o', 1);
  for (const timestamp of SENTINELS.slice(0, 6)) await find(`all deleted, timestamp ${timestamp}`, 11, timestamp);
  await find('all deleted, long ago', 11, 0n);
}
