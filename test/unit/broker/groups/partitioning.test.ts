import { partitionForKey } from '../../../../src/broker/groups/index.ts';
import { javaStringHash } from '../../../../src/broker/groups/partitioning.ts';

describe('partition of a coordinator topic', () => {
  // Java: "".hashCode(), "a".hashCode(), ... ; the last one is Integer.MIN_VALUE.
  it.each([
    ['', 0],
    ['a', 97],
    ['hello', 99162322],
    ['é😀', 1996812],
    ['polygenelubricants', -2147483648],
  ])('hashes %j as Java does', (text, hash) => {
    expect(javaStringHash(text)).toBe(hash);
  });

  // Where Apache Kafka 4.3.1 wrote the records of these groups.
  it.each([
    ['golden', 43],
    ['golden-b', 8],
    ['', 0],
  ])('puts the group %j where Kafka puts it', (groupId, partition) => {
    expect(partitionForKey(groupId, 50)).toBe(partition);
  });

  it('puts the one hash without a positive counterpart into partition 0', () => {
    expect(partitionForKey('polygenelubricants', 50)).toBe(0);
  });
});
