import { ClusterWorld } from './cluster-world.ts';

describe('a broker that is unregistered', () => {
  // Recorded from Apache Kafka 4.3.1.
  it.each([7, -1, 2147483647])('has to be registered: %i', async (brokerId) => {
    const { controller } = await ClusterWorld.open();
    expect(await controller.unregisterBroker(brokerId)).toEqual({
      error: 'BROKER_ID_NOT_REGISTERED',
      text: `Broker ID ${brokerId} is not currently registered`,
    });
  });

  it('leads nothing until it starts again', async () => {
    const world = await ClusterWorld.open();
    await world.createTopic('t');
    expect(await world.controller.unregisterBroker(1)).toBeNull();
    expect([...world.metadata.brokers.keys()]).toEqual([]);
    expect(world.metadata.partition('t', 0)?.leader).toBe(-1);
    const { metadata } = await world.reopenAfterCrash();
    expect([...metadata.brokers.keys()]).toEqual([1]);
    expect(metadata.partition('t', 0)?.leader).toBe(1);
  });
});
