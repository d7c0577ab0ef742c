import Acls from '../../../src/commands/acls.ts';
import ApiVersions from '../../../src/commands/broker-api-versions.ts';
import ClientMetrics from '../../../src/commands/client-metrics.ts';
import Cluster from '../../../src/commands/cluster.ts';
import Configs from '../../../src/commands/configs.ts';
import ConsoleConsumer from '../../../src/commands/console-consumer.ts';
import ConsoleProducer from '../../../src/commands/console-producer.ts';
import ConsoleShareConsumer from '../../../src/commands/console-share-consumer.ts';
import ConsumerGroups from '../../../src/commands/consumer-groups.ts';
import ConsumerPerfTest from '../../../src/commands/consumer-perf-test.ts';
import DeleteRecords from '../../../src/commands/delete-records.ts';
import DumpLog from '../../../src/commands/dump-log.ts';
import EndToEndLatency from '../../../src/commands/e2e-latency.ts';
import Features from '../../../src/commands/features.ts';
import GetOffsets from '../../../src/commands/get-offsets.ts';
import Groups from '../../../src/commands/groups.ts';
import LeaderElection from '../../../src/commands/leader-election.ts';
import LogDirs from '../../../src/commands/log-dirs.ts';
import MetadataQuorum from '../../../src/commands/metadata-quorum.ts';
import ProducerPerfTest from '../../../src/commands/producer-perf-test.ts';
import ReassignPartitions from '../../../src/commands/reassign-partitions.ts';
import ShareGroups from '../../../src/commands/share-groups.ts';
import Storage from '../../../src/commands/storage.ts';
import Topics from '../../../src/commands/topics.ts';
import Transactions from '../../../src/commands/transactions.ts';
import VerifiableConsumer from '../../../src/commands/verifiable-consumer.ts';
import VerifiableProducer from '../../../src/commands/verifiable-producer.ts';
import { differences } from './recorded-arguments.ts';

const COMMANDS = [
  ['topics', Topics, 778],
  ['get-offsets', GetOffsets, 80],
  ['delete-records', DeleteRecords, 44],
  ['log-dirs', LogDirs, 15],
  ['broker-api-versions', ApiVersions, 11],
  ['cluster', Cluster, 25],
  ['configs', Configs, 640],
  ['consumer-groups', ConsumerGroups, 94],
  ['groups', Groups, 18],
  ['console-producer', ConsoleProducer, 137],
  ['console-consumer', ConsoleConsumer, 79],
  ['producer-perf-test', ProducerPerfTest, 46],
  ['leader-election', LeaderElection, 54],
  ['storage', Storage, 43],
  ['acls', Acls, 55],
  ['client-metrics', ClientMetrics, 31],
  ['features', Features, 37],
  ['transactions', Transactions, 32],
  ['dump-log', DumpLog, 26],
  ['consumer-perf-test', ConsumerPerfTest, 30],
  ['e2e-latency', EndToEndLatency, 27],
  ['verifiable-producer', VerifiableProducer, 21],
  ['verifiable-consumer', VerifiableConsumer, 16],
  ['metadata-quorum', MetadataQuorum, 28],
  ['console-share-consumer', ConsoleShareConsumer, 29],
  ['share-groups', ShareGroups, 36],
  ['reassign-partitions', ReassignPartitions, 56],
] as const;

describe('arguments that Apache Kafka takes or refuses', () => {
  it.each(COMMANDS)('kafka-%s answers with the same words, in the same order', async (id, command, expectedCount) => {
    const { caseCount, found } = await differences(id, command, id);
    expect(found).toEqual([]);
    expect(caseCount).toBe(expectedCount);
  });
});
