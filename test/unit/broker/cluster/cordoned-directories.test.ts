import { EffectiveConfigs } from '../../../../src/broker/cluster/effective-configs.ts';
import { emptyState } from '../../../../src/broker/cluster/metadata-state.ts';
import { parseServerConfig } from '../../../../src/broker/cluster/node/server-config.ts';
import { describeLogDirsHandler } from '../../../../src/broker/handlers/35-describe-log-dirs.ts';
import { type RequestContext, type Rooms } from '../../../../src/broker/handlers/index.ts';
import { AlterConfigOperation, ConfigResourceType } from '../../../../src/protocol/enums.ts';
import { ClusterWorld } from './cluster-world.ts';

// Apache Kafka 4.3.1, KIP-1066.
describe('cordoned.log.dirs', () => {
  it.each(['*', '/logs'])('=%s keeps new topics away until it is gone, and is told of the directory', async (value) => {
    const world = await ClusterWorld.open();
    const cordon = (operation: number) =>
      world.controller.incrementalAlterConfigs(
        { type: ConfigResourceType.BROKER, name: '1' },
        [{ name: 'cordoned.log.dirs', operation, value: operation === AlterConfigOperation.DELETE ? null : value }],
        false,
      );
    const told = async () => {
      const replicas = { describeLogDirs: () => [{ path: '/logs', isOffline: false, partitions: [] }] };
      const handle = describeLogDirsHandler.bind({ cluster: world.metadata, replicas } as unknown as Rooms);
      const answer = (await handle({ topics: null } as never, {} as RequestContext)) as {
        results: { isCordoned: boolean }[];
      };
      return answer.results[0]?.isCordoned;
    };
    expect(await cordon(AlterConfigOperation.SET)).toBeNull();
    expect(await world.createTopic('away')).toMatchObject({
      error: 'INVALID_REPLICATION_FACTOR',
      text: 'Unable to replicate the partition 1 time(s): All brokers are currently fenced, or have all their log directories cordoned.',
    });
    expect(await told()).toBe(true);
    expect(await cordon(AlterConfigOperation.DELETE)).toBeNull();
    expect(await world.createTopic('here')).not.toHaveProperty('error');
    expect(await told()).toBe(false);
  });

  it.each([
    [29, false],
    [30, true],
  ])('at metadata.version %i: %s', (level, isCordoned) => {
    const state = emptyState();
    state.features.set('metadata.version', level);
    const properties = {
      'process.roles': 'broker,controller',
      'node.id': '1',
      'log.dirs': '/logs',
      'cordoned.log.dirs': '*',
    };
    const server = parseServerConfig(
      new Map(
        Object.entries({
          ...properties,
          'controller.quorum.voters': '1@127.0.0.1:9093',
          listeners: 'PLAINTEXT://127.0.0.1:9092,CONTROLLER://127.0.0.1:9093',
          'controller.listener.names': 'CONTROLLER',
        }),
      ),
    );
    expect(new EffectiveConfigs(state, server).cordons('/logs')).toBe(isCordoned);
  });
});
