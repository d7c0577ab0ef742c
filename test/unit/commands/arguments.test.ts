import ApiVersions from '../../../src/commands/broker-api-versions.ts';
import Cluster from '../../../src/commands/cluster.ts';
import Configs from '../../../src/commands/configs.ts';
import ConsoleConsumer from '../../../src/commands/console-consumer.ts';
import ConsoleProducer from '../../../src/commands/console-producer.ts';
import ConsumerGroups from '../../../src/commands/consumer-groups.ts';
import DeleteRecords from '../../../src/commands/delete-records.ts';
import GetOffsets from '../../../src/commands/get-offsets.ts';
import Groups from '../../../src/commands/groups.ts';
import LeaderElection from '../../../src/commands/leader-election.ts';
import LogDirs from '../../../src/commands/log-dirs.ts';
import ProducerPerfTest from '../../../src/commands/producer-perf-test.ts';
import Storage from '../../../src/commands/storage.ts';
import Topics from '../../../src/commands/topics.ts';
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
] as const;

describe('arguments that Apache Kafka takes or refuses', () => {
  it.each(COMMANDS)('kafka-%s answers with the same words, in the same order', async (id, command, expectedCount) => {
    const { caseCount, found } = await differences(id, command, id);
    expect(found).toEqual([]);
    expect(caseCount).toBe(expectedCount);
  });
});
