// KAFKA_ROOT=... npm run differential [-- --seed S] [--episodes N] [--requests N] [--apis A,B] [--ours PORT --kafka PORT]
// The same random requests to a broker of ours and to Apache Kafka, one by one: what they answer must be the same but for ids,
// times and the order of lists. An episode has names of its own and ends with its first difference; differences that are known
// and meant are counted apart. Starts both brokers unless their ports are given.
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import * as apis from '../../src/protocol/messages/index.ts';
import { type Api } from '../../src/protocol/schema.ts';
import { SeededRandom } from '../crash/seeded-random.ts';
import { firstDifference, whyKnown } from './differences.ts';
import { Side } from './side.ts';
import { RequestGenerator } from './values.ts';

const { values: options } = parseArgs({
  options: {
    ours: { type: 'string' },
    kafka: { type: 'string' },
    seed: { type: 'string', default: '1' },
    episodes: { type: 'string', default: '60' },
    requests: { type: 'string', default: '150' },
    apis: { type: 'string' },
    verbose: { type: 'boolean', default: false },
  },
});

/** How often an API comes; 1 unless said. What changes the whole broker, is between brokers or answers by chance is left out. */
const WEIGHTS: Record<string, number> = {
  Produce: 12,
  Fetch: 8,
  ListOffsets: 4,
  Metadata: 3,
  CreateTopics: 4,
  OffsetCommit: 4,
  OffsetFetch: 4,
  JoinGroup: 3,
  SyncGroup: 3,
  InitProducerId: 5,
  AddPartitionsToTxn: 4,
  EndTxn: 4,
  TxnOffsetCommit: 3,
  ConsumerGroupHeartbeat: 4,
  ShareGroupHeartbeat: 3,
  ShareFetch: 2,
  ...Object.fromEntries(
    [
      ...['SaslHandshake', 'SaslAuthenticate', 'ApiVersions', 'UpdateFeatures', 'UnregisterBroker', 'DescribeQuorum'],
      ...['DescribeLogDirs', 'AlterReplicaLogDirs', 'AlterPartitionReassignments', 'AlterClientQuotas'],
      ...['GetTelemetrySubscriptions', 'PushTelemetry', 'StreamsGroupHeartbeat', 'StreamsGroupDescribe'],
      ...['AddRaftVoter', 'RemoveRaftVoter', 'WriteTxnMarkers', 'CreateDelegationToken'],
      ...['InitializeShareGroupState', 'ReadShareGroupState', 'WriteShareGroupState', 'DeleteShareGroupState'],
      // Kafka does not answer at all when one partition of many is unknown.
      ...['ReadShareGroupStateSummary', 'DescribeShareGroupOffsets'],
    ].map((name) => [name, 0]),
  ),
};
/** Later ones are for brokers. */
const NEWEST: Record<string, number> = { AddPartitionsToTxn: 3 };
/** Kafka's broker hears of changes a little later than the client. */
const CHANGES = /^(Create|Delete(Topics|Groups)|Alter|Incremental|Elect|EndTxn|InitProducer)/;
const CHANGE_MS = 60;
const NEW_TOPICS_MS = 500;

const wait = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));
const wanted = options.apis?.split(',');
const choices: Api[] = Object.values(apis as Record<string, Api>)
  .filter(({ name, advertised }) => advertised !== null && (wanted ? wanted.includes(name) : true))
  .flatMap((api) => new Array<Api>(WEIGHTS[api.name] ?? 1).fill(api));
const show = (value: unknown) =>
  JSON.stringify(value, (_key, one) => {
    if (typeof one === 'bigint') return String(one);
    return one?.type === 'Buffer' ? `<${one.data.length} bytes>` : one;
  });

/** The coordinators' topics come into being when somebody asks for a coordinator. */
async function warmUp(port: number): Promise<void> {
  const side = new Side(port);
  for (const [keyType, key] of ['g', 't', 'g:MkU3OEVBNTcwNTJENDM2Qg:0'].entries()) {
    for (let attempt = 0; attempt < 50; attempt++) {
      const answer = await side.ask(apis.findCoordinator as never, 6, { keyType, coordinatorKeys: [key] });
      if ((answer as { coordinators: { errorCode: number }[] }).coordinators[0]?.errorCode === 0) break;
      await wait(200);
    }
  }
  side.close();
}

async function newProducerId(port: number): Promise<number> {
  const side = new Side(port);
  for (;;) {
    const request = { transactionalId: null, transactionTimeoutMs: 1000 };
    const answer = await side.ask(apis.initProducerId as never, 4, request);
    const { errorCode, producerId } = answer as { errorCode: number; producerId: string };
    if (errorCode === 0) {
      side.close();
      return Number(producerId);
    }
    await wait(100);
  }
}

/** Producer ids count up from the same number on both; answers the next one. */
async function alignProducerIds(ports: readonly number[]): Promise<bigint> {
  let ids = await Promise.all(ports.map(newProducerId));
  for (;;) {
    const largest = Math.max(...ids);
    if (ids.every((id) => id === largest)) return BigInt(largest) + 1n;
    ids = await Promise.all(ids.map((id, i) => (id < largest ? newProducerId(ports[i] as number) : id)));
  }
}

const kinds = new Map<string, number>();
const known = new Map<string, number>();
let total = 0;

async function episode(seed: number, ports: readonly [number, number]): Promise<void> {
  const random = new SeededRandom(seed);
  const prefix = `d${seed}-`;
  const generator = new RequestGenerator(random, prefix, await alignProducerIds(ports));
  const sides = ports.map((port) => new Side(port, prefix));
  const both = (api: Api, version: number, request: unknown) =>
    Promise.all(sides.map((side) => side.ask(api, version, request)));
  const topics = generator.topics.map((name, i) => ({ name, numPartitions: i + 1, replicationFactor: 1 }));
  await both(apis.createTopics as never, 7, { topics, timeoutMs: 5000 });
  await wait(NEW_TOPICS_MS);
  await both(apis.metadata as never, 12, { topics: generator.topics.map((name) => ({ name })) });
  for (let i = 0; i < Number(options.requests); i++) {
    const api = random.pick(choices);
    const { first, last } = api.advertised as { first: number; last: number };
    const newest = Math.min(last, NEWEST[api.name] ?? last);
    const version = Math.max(
      random.below(3) === 0 ? first + random.below(newest - first + 1) : newest,
      api.request.versions.first,
    );
    const request = generator.request(api.name, api.request.struct.fields, version);
    const [ours, kafka] = await both(api, version, request);
    total++;
    if (options.verbose) console.log(`${api.name} v${version} ${show(request)} -> ${show(ours)}`);
    const difference = firstDifference(ours, kafka);
    if (difference !== null) {
      const kind = `${api.name} ${difference.replace(/\d+/g, 'N').slice(0, 110)}`;
      const reason = whyKnown(api.name, difference);
      const counts = reason === null ? kinds : known;
      counts.set(reason ?? kind, (counts.get(reason ?? kind) ?? 0) + 1);
      if (reason === null && kinds.get(kind) === 1) {
        console.log(`--- seed ${seed} request ${i}: ${api.name} v${version} ${difference.slice(0, 300)}`);
        console.log(
          `  request ${show(request)}\n  ours  ${show(ours).slice(0, 1500)}\n  Kafka ${show(kafka).slice(0, 1500)}`,
        );
      }
      if (!/^(Describe|List|Metadata|Fetch)/.test(api.name) && !difference.includes('essage: ')) break;
    }
    if (CHANGES.test(api.name)) await wait(CHANGE_MS);
  }
  for (const side of sides) side.close();
}

async function startBoth() {
  const { installKafka, startServer } = await import('../../scripts/real-kafka/real-kafka.mjs');
  const reference = installKafka();
  if ('missing' in reference) throw new Error(`Apache Kafka is needed: ${reference.missing}`);
  const dir = mkdtempSync(join(tmpdir(), 'klamm-differential-'));
  const extra = [
    'auto.create.topics.enable=false',
    'log.retention.ms=-1',
    'group.consumer.assignment.interval.ms=0',
    'group.share.assignment.interval.ms=0\n',
  ].join('\n');
  const bin = join(dirname(fileURLToPath(import.meta.url)), '../../bin');
  const servers = await Promise.all(
    [bin, reference.tools].map((tools, i) => startServer({ tools, dir: join(dir, i === 0 ? 'ours' : 'kafka'), extra })),
  );
  const stop = async () => {
    await Promise.all(servers.map((server) => server.stop()));
    rmSync(dir, { recursive: true, force: true });
  };
  return { ports: servers.map(({ port }) => port) as [number, number], stop };
}

const { ports, stop } =
  options.ours && options.kafka
    ? { ports: [Number(options.ours), Number(options.kafka)] as const, stop: async () => undefined }
    : await startBoth();
try {
  await Promise.all(ports.map(warmUp));
  const firstSeed = Number(options.seed);
  for (let i = 0; i < Number(options.episodes); i++) await episode(firstSeed + i, ports);
} finally {
  await stop();
}
const list = (counts: Map<string, number>) => {
  for (const [kind, times] of [...counts].sort(([, a], [, b]) => b - a)) console.log(`${times} x ${kind}`);
};
console.log(`${total} requests, ${kinds.size} kinds of difference`);
list(kinds);
console.log('Known and meant:');
list(known);
process.exit(kinds.size > 0 ? 1 : 0);
