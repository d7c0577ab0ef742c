import fc from 'fast-check';
import {
  assignRanges,
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../src/client/consumer/range-assignor.ts';

// Written by kafka-console-consumer of Apache Kafka 4.3.1 for topic `rec` with two partitions, read back from __consumer_offsets.
const SUBSCRIPTION = 'AAMAAAABAANyZWP/////AAAAAP///////w==';
const ASSIGNMENT = 'AAMAAAABAANyZWMAAAACAAAAAAAAAAH/////';

describe('the bytes of the consumer protocol', () => {
  it('makes the very subscription of the Java consumer', () => {
    expect(encodeSubscription(['rec']).toString('base64')).toBe(SUBSCRIPTION);
    expect(decodeSubscription(Buffer.from(SUBSCRIPTION, 'base64'))).toEqual(['rec']);
  });

  it('makes the very assignment of the Java leader', () => {
    const partitions = [
      { topic: 'rec', partition: 0 },
      { topic: 'rec', partition: 1 },
    ];
    expect(encodeAssignment(partitions).toString('base64')).toBe(ASSIGNMENT);
    expect(decodeAssignment(Buffer.from(ASSIGNMENT, 'base64'))).toEqual(partitions);
    expect(decodeAssignment(Buffer.alloc(0))).toEqual([]);
  });

  it('reads subscriptions of older and newer versions', () => {
    const old = Buffer.from('00000000000100' + '0174' + 'ffffffff', 'hex');
    expect(decodeSubscription(old)).toEqual(['t']);
    const newer = Buffer.concat([Buffer.from(SUBSCRIPTION, 'base64'), Buffer.from('more')]);
    newer.writeInt16BE(9);
    expect(decodeSubscription(newer)).toEqual(['rec']);
  });
});

describe('ranges as the Java assignor gives them', () => {
  const counts = new Map([
    ['a', 7],
    ['b', 3],
  ]);
  const given = (members: Parameters<typeof assignRanges>[0]) =>
    Object.fromEntries(
      [...assignRanges(members, counts)].map(([id, partitions]) => [
        id,
        partitions.map((one) => `${one.topic}${one.partition}`).join(' '),
      ]),
    );

  it('gives the first members one more, topic by topic', () => {
    expect(
      given([
        { memberId: 'y', topics: ['a', 'b'] },
        { memberId: 'x', topics: ['b', 'a'] },
        { memberId: 'z', topics: ['a'] },
      ]),
    ).toEqual({ x: 'a0 a1 a2 b0 b1', y: 'a3 a4 b2', z: 'a5 a6' });
  });

  it('puts static members first, by their instance id', () => {
    expect(
      given([
        { memberId: 'a-dynamic', topics: ['b'] },
        { memberId: 'z-1', groupInstanceId: 'two', topics: ['b'] },
        { memberId: 'z-2', groupInstanceId: 'one', topics: ['b'] },
      ]),
    ).toEqual({ 'z-2': 'b0', 'z-1': 'b1', 'a-dynamic': 'b2' });
  });

  it('gives nothing of a topic that does not exist, and names every member', () => {
    expect(given([{ memberId: 'm', topics: ['nowhere'] }])).toEqual({ m: '' });
  });

  it('gives each partition to exactly one member, evenly', () => {
    fc.assert(
      fc.property(
        fc.uniqueArray(fc.string({ minLength: 1 }), { minLength: 1, maxLength: 9 }),
        fc.nat(40),
        (ids, count) => {
          const members = ids.map((memberId) => ({ memberId, topics: ['t'] }));
          const all = [...assignRanges(members, new Map([['t', count]])).values()];
          expect(
            all
              .flat()
              .map((one) => one.partition)
              .sort((a, b) => a - b),
          ).toEqual([...Array(count).keys()]);
          const sizes = all.map((one) => one.length);
          expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
        },
      ),
    );
  });
});
