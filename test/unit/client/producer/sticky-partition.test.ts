import { StickyPartition } from '../../../../src/client/producer/sticky-partition.ts';

describe('the sticky partition (KIP-794)', () => {
  it('is drawn among partitions with a leader, or among all when none has one', () => {
    const bounds: number[] = [];
    const random = (bound: number): number => {
      bounds.push(bound);
      return bound - 1;
    };
    const sticky = new StickyPartition(100, random);
    expect(sticky.current).toBe(-1);
    expect(sticky.draw([1, 4], 6)).toBe(4);
    expect(sticky.draw([], 6)).toBe(5);
    expect(bounds).toEqual([2, 6]);
  });

  it('is used up after a batch worth of bytes, or after two while a batch is still open', () => {
    const sticky = new StickyPartition(100, () => 0);
    sticky.draw([0], 1);
    sticky.addProduced(99);
    expect(sticky.isUsedUp(0)).toBe(false);
    sticky.addProduced(1);
    expect(sticky.isUsedUp(0)).toBe(true);
    expect(sticky.isUsedUp(100)).toBe(false);
    sticky.addProduced(100);
    expect(sticky.isUsedUp(100)).toBe(true);
    expect(sticky.isUsedUp(800)).toBe(false);
    sticky.draw([0], 1);
    expect(sticky.isUsedUp(0)).toBe(false);
  });
});
