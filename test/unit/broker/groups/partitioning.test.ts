import { partitionForKey } from '../../../../src/broker/groups/index.ts';

describe('partition of a coordinator topic', () => {
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
