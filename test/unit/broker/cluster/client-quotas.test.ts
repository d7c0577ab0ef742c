import { ClusterWorld } from './cluster-world.ts';

const set = (key: string, value: number) => ({ key, value, remove: false });
const remove = (key: string) => ({ key, value: 0, remove: true });

// What is answered is compared with Apache Kafka in test/broker/scenarios/quotas.ts.
describe('client quotas', () => {
  const plain = (world: ClusterWorld) =>
    world.metadata.clientQuotas.map(({ entity, quotas }) => [Object.fromEntries(entity), Object.fromEntries(quotas)]);

  it('are there after a crash, from the log and from a snapshot', async () => {
    const world = await ClusterWorld.open();
    await world.controller.alterClientQuotas(
      [
        { entity: [['user', 'a']], ops: [set('producer_byte_rate', 10), set('request_percentage', 0.5)] },
        {
          entity: [
            ['client-id', null],
            ['user', null],
          ],
          ops: [set('consumer_byte_rate', 20)],
        },
      ],
      false,
    );
    await world.controller.alterClientQuotas([{ entity: [['user', 'a']], ops: [remove('request_percentage')] }], false);
    const expected = [
      [{ user: 'a' }, { producer_byte_rate: 10 }],
      [{ 'client-id': null, user: null }, { consumer_byte_rate: 20 }],
    ];
    expect(plain(world)).toEqual(expect.arrayContaining(expected));
    const reopened = await world.reopenAfterCrash({ 'metadata.log.max.record.bytes.between.snapshots': '1' });
    expect(plain(reopened)).toEqual(plain(world));
    await reopened.cluster.close();
    expect(reopened.fileSystem.list('/logs/__cluster_metadata-0').some((name) => name.endsWith('.checkpoint'))).toBe(
      true,
    );
    expect(plain(await reopened.reopenAfterCrash())).toEqual(plain(world));
  });

  it('tell listeners that they changed, and of nothing when they did not', async () => {
    const world = await ClusterWorld.open();
    const changes: boolean[] = [];
    world.metadata.onChange(({ clientQuotasChanged }) => changes.push(clientQuotasChanged === true));
    const alteration = { entity: [['user', 'a']] as const, ops: [set('producer_byte_rate', 10)] };
    await world.controller.alterClientQuotas([alteration], true);
    await world.controller.alterClientQuotas([alteration], false);
    await world.controller.alterClientQuotas([alteration], false);
    await world.createTopic('t');
    expect(changes).toEqual([true, false]);
  });

  it('ask the resolver for addresses only, and once for each', async () => {
    const world = await ClusterWorld.open();
    const ask = (name: string) => ({ entity: [['ip', name]] as const, ops: [set('connection_creation_rate', 1)] });
    const [first, second] = await world.controller.alterClientQuotas([ask('127.0.0.1'), ask('300.1.1.1')], false);
    expect([first, second].map((one) => one?.failure?.text ?? null).sort()).toEqual([
      '300.1.1.1 is not a valid IP or resolvable host.',
      null,
    ]);
  });

  it('keep a change of partitions from being made when it is refused', async () => {
    const world = await ClusterWorld.open();
    const charged: number[] = [];
    const charge = (partitionCount: number) => {
      charged.push(partitionCount);
      if (charged.length > 1) throw new Error('stop');
    };
    await world.createTopic('t', 3);
    await world.controller.createPartitions('t', 5, null, true, charge);
    await expect(world.controller.deleteTopic({ name: 't' }, charge)).rejects.toThrow('stop');
    expect(charged).toEqual([2, 3]);
    expect(world.metadata.topics.get('t')?.partitions).toHaveLength(3);
  });
});
