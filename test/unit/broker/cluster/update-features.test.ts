import { ConfigResourceType } from '../../../../src/protocol/enums.ts';
import { ClusterWorld } from './cluster-world.ts';

const ELR = 'eligible.leader.replicas.version';
const upgrade = (name: string, level: number) => ({ name, level, upgradeType: 1 });
const downgrade = (name: string, level: number) => ({ name, level, upgradeType: 2 });

// What is answered is compared with Apache Kafka in test/broker/scenarios/features.ts.
describe('finalised features', () => {
  it('are there after a crash', async () => {
    const world = await ClusterWorld.open();
    expect(await world.controller.updateFeatures([downgrade('group.version', 0)], true)).toBeNull();
    expect(world.metadata.features.get('group.version')).toBe(1);
    await world.controller.updateFeatures([downgrade('group.version', 0), downgrade('transaction.version', 1)], false);
    const { metadata } = await world.reopenAfterCrash();
    expect([metadata.features.has('group.version'), metadata.features.get('transaction.version')]).toEqual([false, 1]);
  });

  it('change together or not at all', async () => {
    const { controller, metadata } = await ClusterWorld.open();
    const refused = await controller.updateFeatures([downgrade('group.version', 0), upgrade('nope', 1)], false);
    expect(refused?.error).toBe('INVALID_UPDATE_VERSION');
    expect(metadata.features.get('group.version')).toBe(1);
  });

  // Kafka 4.1: a fixed quorum becomes one that its records state.
  it('make the quorum state itself when kraft.version rises, and never again let it fall', async () => {
    const world = await ClusterWorld.open();
    expect(world.metadata.features.get('kraft.version')).toBeUndefined();
    expect(await world.controller.updateFeatures([upgrade('kraft.version', 1)], false)).toBeNull();
    const reopened = await world.reopenAfterCrash();
    for (const { metadata, controller } of [world, reopened]) {
      expect(metadata.features.get('kraft.version')).toBe(1);
      const endpoints = [{ name: 'CONTROLLER', host: '127.0.0.1', port: 19193 }];
      expect(metadata.quorum.voters).toMatchObject([{ nodeId: 1, endpoints }]);
      expect((await controller.updateFeatures([downgrade('kraft.version', 0)], true))?.text).toMatch(
        /Invalid update version 0 for feature kraft.version. Can't downgrade the version of this feature.$/,
      );
    }
  });

  // KIP-966
  it('bring one min.insync.replicas for all brokers when eligible leader replicas come', async () => {
    const { controller, metadata } = await ClusterWorld.open();
    const minIsr = (name: string) =>
      metadata.configsOf({ type: ConfigResourceType.BROKER, name }).get('min.insync.replicas');
    await controller.updateFeatures([downgrade(ELR, 0)], false);
    await controller.replaceConfigs({ type: ConfigResourceType.BROKER, name: '' }, new Map(), false);
    const own = new Map([['min.insync.replicas', '2']]);
    await controller.replaceConfigs({ type: ConfigResourceType.BROKER, name: '1' }, own, false);
    expect([minIsr(''), minIsr('1')]).toEqual([undefined, '2']);
    await controller.updateFeatures([upgrade(ELR, 1)], false);
    expect([minIsr(''), minIsr('1')]).toEqual(['2', undefined]);
  });
});
