import { createDispatch } from '../../../src/broker/dispatch.ts';
import { apiVersionsHandler } from '../../../src/broker/handlers/18-api-versions.ts';
import {
  type ConnectionContext,
  defineHandler,
  type Handler,
  type Rooms,
} from '../../../src/broker/handlers/handler.ts';
import { noQuotas } from '../../../src/broker/quotas/index.ts';
import { Errors, KafkaError } from '../../../src/protocol/errors.ts';
import { produce } from '../../../src/protocol/messages/00-produce.ts';
import { metadata } from '../../../src/protocol/messages/03-metadata.ts';
import { initProducerId } from '../../../src/protocol/messages/22-init-producer-id.ts';
import { describeCluster } from '../../../src/protocol/messages/60-describe-cluster.ts';
import { Reader } from '../../../src/protocol/primitives.ts';
import { type LogLevel } from '../../../src/util/logger.ts';

const CONNECTION: ConnectionContext = {
  id: 'test',
  listenerName: 'PLAINTEXT',
  clientHost: '/127.0.0.1',
  principal: 'User:ANONYMOUS',
  closed: new AbortController().signal,
  throttle: () => undefined,
  closeAfterAnswer: () => undefined,
  park: () => undefined,
};

/** key, version, correlation id 7, client id "x", body. */
function requestOf(key: number, version: number, isFlexible: boolean, body = Buffer.alloc(0)): Buffer {
  const header = Buffer.from('0000000000000007000178', 'hex');
  header.writeInt16BE(key, 0);
  header.writeInt16BE(version, 2);
  return Buffer.concat([header, Buffer.alloc(isFlexible ? 1 : 0), body]);
}

describe('dispatch', () => {
  const logged: string[] = [];
  const logger = { log: (level: LogLevel, text: string) => void logged.push(`${level} ${text}`) };
  const rooms = {
    cluster: {
      features: new Map([
        ['group.version', 1],
        ['kraft.version', 0],
      ]),
      featuresEpoch: 291n,
    },
    servedApis: [produce, apiVersionsHandler.api],
    quotas: noQuotas,
  } as unknown as Rooms;

  const dispatchTo = (...handlers: Handler[]) => createDispatch(handlers, rooms, logger);
  const hexOf = async (answer: ReturnType<ReturnType<typeof createDispatch>>) => {
    const parts = await answer;
    return typeof parts === 'string' ? parts : Buffer.concat(parts).toString('hex');
  };

  beforeEach(() => {
    logged.length = 0;
  });

  // Recorded from Apache Kafka 4.3.1.
  it.each([99, -1])('answers ApiVersions v%d in version 0 with the versions to try', async (version) => {
    const dispatch = dispatchTo(apiVersionsHandler);
    expect(await hexOf(dispatch(requestOf(18, version, true), CONNECTION))).toBe('00000007002300000001001200000004');
  });

  it.each([3, 4])('refuses an odd client software name in ApiVersions v%d', async (version) => {
    const request = requestOf(18, version, true, Buffer.from('01026200', 'hex'));
    expect(await hexOf(dispatchTo(apiVersionsHandler)(request, CONNECTION))).toBe('00000007002a010000000000');
  });

  it('advertises what it serves with response header 0, features only from v3', async () => {
    const dispatch = dispatchTo(apiVersionsHandler);
    const v0 = '0000000700000000000200000000000d001200000004';
    expect(await hexOf(dispatch(requestOf(18, 0, false), CONNECTION))).toBe(v0);
    const v3 = await hexOf(dispatch(requestOf(18, 3, true, Buffer.from('0261026200', 'hex')), CONNECTION));
    expect(v3).toBe(
      '00000007000003' +
        '00000000000d00' +
        '00120000000400' +
        '00000000' +
        '03' +
        '001702116d657461646174612e76657273696f6e0007001e00' +
        '01080000000000000123' +
        '0214020e67726f75702e76657273696f6e0001000100',
    );
  });

  it.each([
    ['an unknown key', requestOf(999, 0, false)],
    ['a version above ours', requestOf(3, 14, true)],
    ['Produce v2, though advertised', requestOf(0, 2, false)],
    ['a version that is not stable yet', requestOf(22, 6, true, Buffer.alloc(30))],
    ['a body that ends early', requestOf(3, 1, false, Buffer.from([0, 0, 0]))],
    ['an array count that cannot fit', requestOf(3, 1, false, Buffer.from([0x7f, 0xff, 0xff, 0xff]))],
    ['a header that ends early', Buffer.from([0, 3, 0, 1, 0, 0, 0, 7, 0, 99])],
    ['seven bytes', Buffer.alloc(7)],
    ['nothing', Buffer.alloc(0)],
  ])('closes the connection on %s, with one line in the log', async (_name, frame) => {
    const never = () => {
      throw new Error('must not be asked');
    };
    const dispatch = dispatchTo(
      ...[produce, metadata, initProducerId].map((api) => defineHandler(api, () => never as never)),
    );
    expect(await hexOf(dispatch(frame, CONNECTION))).toBe('close-connection');
    expect(logged).toHaveLength(1);
    expect(logged[0]).toMatch(/^WARN Closing connection/);
  });

  it('answers response header 1 at flexible versions and nothing at all for null', async () => {
    const quiet = dispatchTo(defineHandler(initProducerId, () => () => null));
    const body = Buffer.from('000000000000', 'hex');
    expect(await hexOf(quiet(requestOf(22, 0, false, body), CONNECTION))).toBe('no-answer');
    const dispatch = dispatchTo(defineHandler(initProducerId, () => async () => ({ producerId: 5n })));
    const flexible = requestOf(22, 2, true, Buffer.from('000000000000', 'hex'));
    expect(await hexOf(dispatch(flexible, CONNECTION))).toBe(
      '00000007' + '00' + '00000000' + '0000' + '0000000000000005' + '0000' + '00',
    );
  });

  it.each([
    [
      'thrown',
      () => {
        throw new KafkaError('NOT_COORDINATOR');
      },
    ],
    ['rejected', () => Promise.reject(new KafkaError('NOT_COORDINATOR'))],
  ])('puts a %s KafkaError into the response', async (_name, handle) => {
    const dispatch = dispatchTo(defineHandler(initProducerId, () => handle as never));
    const parts = await dispatch(requestOf(22, 0, false, Buffer.from('000000000000', 'hex')), CONNECTION);
    const response = initProducerId.response.read(new Reader(Buffer.concat(parts as Buffer[]), 4), 0);
    expect(response.errorCode).toBe(Errors.NOT_COORDINATOR);
    expect(logged).toEqual([]);
  });

  it('answers UNKNOWN_SERVER_ERROR for any other failure and logs it', async () => {
    const dispatch = dispatchTo(
      defineHandler(describeCluster, () => () => {
        throw new Error('bug');
      }),
    );
    const parts = await dispatch(requestOf(60, 0, true, Buffer.from('0000', 'hex')), CONNECTION);
    const response = describeCluster.response.read(new Reader(Buffer.concat(parts as Buffer[]), 5), 0);
    expect(response.errorCode).toBe(Errors.UNKNOWN_SERVER_ERROR);
    expect(response.errorMessage).not.toMatch(/bug/);
    expect(logged).toEqual(['ERROR Error when handling DescribeCluster v0 from /127.0.0.1']);
  });

  it('closes the connection when the failing response has no place for an error', async () => {
    const dispatch = dispatchTo(defineHandler(metadata, () => () => Promise.reject(new Error('bug'))));
    expect(await hexOf(dispatch(requestOf(3, 1, false, Buffer.alloc(4)), CONNECTION))).toBe('close-connection');
  });

  it('survives a handler whose response cannot be encoded', async () => {
    const dispatch = dispatchTo(defineHandler(initProducerId, () => () => ({ producerId: 'x' as never })));
    const parts = await dispatch(requestOf(22, 0, false, Buffer.from('000000000000', 'hex')), CONNECTION);
    const response = initProducerId.response.read(new Reader(Buffer.concat(parts as Buffer[]), 4), 0);
    expect(response.errorCode).toBe(Errors.UNKNOWN_SERVER_ERROR);
  });

  it('measures requests when somebody has a quota for them, and tells the longer of two delays', async () => {
    const charged: unknown[] = [];
    const throttled: number[] = [];
    const quotas = {
      ...noQuotas,
      hasRequestQuotas: true,
      chargeRequest: (...given: unknown[]) => {
        charged.push(given);
        return 70;
      },
    };
    let timeMs = 100;
    const handler = defineHandler(describeCluster, () => () => {
      timeMs += 12.5;
      return { throttleTimeMs: 30 };
    });
    const dispatch = createDispatch([handler], { ...rooms, quotas }, logger, () => timeMs);
    const connection = { ...CONNECTION, throttle: (durationMs: number) => void throttled.push(durationMs) };
    const parts = await dispatch(requestOf(60, 0, true, Buffer.from('0000', 'hex')), connection);
    const response = describeCluster.response.read(new Reader(Buffer.concat(parts as Buffer[]), 5), 0);
    expect(response.throttleTimeMs).toBe(70);
    expect(throttled).toEqual([70]);
    expect(charged).toEqual([[{ user: 'ANONYMOUS', clientId: 'x' }, 12.5]]);
  });
});
