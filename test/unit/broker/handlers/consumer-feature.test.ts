import { consumerGroupHeartbeatHandler } from '../../../../src/broker/handlers/68-consumer-group-heartbeat.ts';
import { consumerGroupDescribeHandler } from '../../../../src/broker/handlers/69-consumer-group-describe.ts';
import { type RequestContext, type Rooms } from '../../../../src/broker/handlers/handler.ts';
import { Errors } from '../../../../src/protocol/errors.ts';

const connection = { clientHost: '/127.0.0.1' };
const context = { apiVersion: 1, clientId: 'client', connection } as unknown as RequestContext;

function rooms(groupVersion: number, protocols: string) {
  return {
    cluster: { features: new Map([['group.version', groupVersion]]), brokerConfigValue: () => protocols },
    groups: { consumerHeartbeat: async () => ({ memberEpoch: 1 }), describeConsumerGroups: async () => [] },
    authorizer: null,
  } as unknown as Rooms;
}

// Apache Kafka 4.3.1: ConsumerGroupHeartbeatRequestTest, ConsumerGroupDescribeRequestTest.
describe('groups of KIP-848 that are off', () => {
  it.each([
    [0, 'classic,consumer,streams'],
    [1, 'classic'],
  ])('group.version=%i, protocols %s', async (groupVersion, protocols) => {
    const off = rooms(groupVersion, protocols);
    const errorCode = Errors.UNSUPPORTED_VERSION;
    expect(await consumerGroupHeartbeatHandler.bind(off)({}, context)).toEqual({ errorCode });
    expect(await consumerGroupDescribeHandler.bind(off)({ groupIds: ['a', 'b'] }, context)).toEqual({
      groups: [
        { groupId: 'a', errorCode },
        { groupId: 'b', errorCode },
      ],
    });
  });

  it('are answered when both are on', async () => {
    const on = rooms(1, 'classic,consumer,streams');
    expect(await consumerGroupHeartbeatHandler.bind(on)({}, context)).toMatchObject({ memberEpoch: 1 });
    expect(await consumerGroupDescribeHandler.bind(on)({ groupIds: [] }, context)).toEqual({ groups: [] });
  });
});
