import {
  decodeAssignment,
  decodeSubscription,
  encodeAssignment,
  encodeSubscription,
} from '../../../../src/client/consumer/consumer-protocol.ts';

// Written by kafka-console-consumer of Apache Kafka 4.3.1 for topic `rec` with two partitions, read back from __consumer_offsets.
const SUBSCRIPTION = 'AAMAAAABAANyZWP/////AAAAAP///////w==';
const ASSIGNMENT = 'AAMAAAABAANyZWMAAAACAAAAAAAAAAH/////';

describe('the bytes of the consumer protocol', () => {
  it('makes the very subscription of the Java consumer', () => {
    expect(encodeSubscription({ topics: ['rec'] }).toString('base64')).toBe(SUBSCRIPTION);
    expect(decodeSubscription(Buffer.from(SUBSCRIPTION, 'base64'))).toEqual({
      topics: ['rec'],
      userData: null,
      ownedPartitions: [],
      generationId: -1,
      rackId: null,
    });
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
    expect(decodeSubscription(old).topics).toEqual(['t']);
    const newer = Buffer.concat([Buffer.from(SUBSCRIPTION, 'base64'), Buffer.from('more')]);
    newer.writeInt16BE(9);
    expect(decodeSubscription(newer).topics).toEqual(['rec']);
  });
});
