import { areOrdered, combineBatches } from '../../../../src/broker/share-groups/state-batches.ts';
import { type StateBatch } from '../../../../src/broker/share-groups/types.ts';

/** "first-last state x count" */
const batch = (text: string): StateBatch => {
  const [range = '', state = '', count = ''] = text.split(/[ x]+/);
  const [first = '', last = first] = range.split('-');
  return {
    firstOffset: BigInt(first),
    lastOffset: BigInt(last),
    deliveryState: Number(state),
    deliveryCount: Number(count),
  };
};
const text = (batches: StateBatch[]) =>
  batches.map((one) => `${one.firstOffset}-${one.lastOffset} ${one.deliveryState}x${one.deliveryCount}`);
const combine = (known: string[], written: string[], startOffset: number) =>
  text(combineBatches(known.map(batch), written.map(batch), BigInt(startOffset)));

// Recorded from Apache Kafka 4.3.1: WriteShareGroupState, then ReadShareGroupState.
describe('delivery states that come on top of each other', () => {
  const KNOWN = ['6-7 0x1', '8-10 4x2', '11-12 2x1'];

  it('stand side by side where they do not meet', () => {
    expect(combine([], ['6-9 0x1', '10-12 2x1'], 6)).toEqual(['6-9 0x1', '10-12 2x1']);
    expect(combine(['0-1 0x1'], ['5-6 0x1'], 0)).toEqual(['0-1 0x1', '5-6 0x1']);
  });

  it('are what the one with more deliveries says where they meet', () => {
    expect(combine(['6-9 0x1', '10-12 2x1'], ['8-10 4x2'], 6)).toEqual(KNOWN);
    expect(combine(KNOWN, ['9-11 0x1'], 7)).toEqual(['7-7 0x1', '8-10 4x2', '11-12 2x1']);
  });

  it('are one where neighbours agree', () => {
    expect(combine(KNOWN, ['13-14 2x1'], 7)).toEqual(['7-7 0x1', '8-10 4x2', '11-14 2x1']);
  });

  it('say nothing of what lies before the start', () => {
    expect(combine(KNOWN, [], 12)).toEqual(['12-12 2x1']);
    expect(combine(KNOWN, [], 20)).toEqual([]);
  });

  it('may have a start nobody knows', () => {
    expect(combine([], ['0-3 0x1'], -1)).toEqual(['0-3 0x1']);
  });
});

describe('batches of a writer', () => {
  it('are in order when they ascend without overlaps', () => {
    expect(areOrdered(['0-3 0x1', '4-4 2x1'].map(batch))).toBe(true);
    expect(areOrdered([])).toBe(true);
  });

  it.each([[['5-4 0x1']], [['0-3 0x1', '3-4 2x1']], [['6-7 0x1', '0-1 2x1']]])('%j are not', (batches) => {
    expect(areOrdered(batches.map(batch))).toBe(false);
  });
});
