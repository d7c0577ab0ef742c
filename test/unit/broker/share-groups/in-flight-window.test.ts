import { Delivery, RecordState } from '../../../../src/broker/share-groups/in-flight.ts';
import { InFlightWindow } from '../../../../src/broker/share-groups/in-flight-window.ts';
import { type ShareState, type StateBatch } from '../../../../src/broker/share-groups/types.ts';

const LETTERS = ['-', 'A', 'k', 'x', 'x'];

/** "start: one letter per record": - free, A acquired, k acknowledged, x archived; then its delivery count. */
function picture(window: InFlightWindow): string {
  const records: string[] = [];
  for (let offset = window.startOffset; offset <= window.endOffset; offset++) {
    const delivery = window.batches[window.indexAt(offset)]?.at(offset);
    records.push(`${LETTERS[delivery?.state ?? 0]}${delivery?.deliveryCount}`);
  }
  return [`${window.startOffset}:`, ...records].join(' ');
}

const stored = (...batches: [first: number, last: number, state: number, count: number][]): ShareState =>
  ({
    stateBatches: batches.map(
      ([first, last, deliveryState, deliveryCount]): StateBatch => ({
        firstOffset: BigInt(first),
        lastOffset: BigInt(last),
        deliveryState,
        deliveryCount,
      }),
    ),
  }) as unknown as ShareState;

describe('the window of records under way', () => {
  it('is empty where nobody acquired', () => {
    const window = new InFlightWindow(5n);
    expect(picture(window)).toBe('5:');
    expect(window.nextFetchOffset()).toBe(5n);
    expect(window.size).toBe(0);
  });

  it('is restored from stored batches; what lies between them was never delivered', () => {
    const window = InFlightWindow.restored(5n, stored([6, 7, 0, 2], [9, 9, 2, 1]));
    expect(picture(window)).toBe('5: -0 -2 -2 -0 k1');
    expect(window.nextFetchOffset()).toBe(5n);
    expect(window.doneCount()).toBe(1);
  });

  it('is restored without what lies before the start, and moves over what is done', () => {
    expect(picture(InFlightWindow.restored(5n, stored([2, 3, 0, 1], [4, 6, 4, 1], [7, 7, 0, 3])))).toBe('7: -3');
    expect(picture(InFlightWindow.restored(5n, stored([5, 9, 2, 1])))).toBe('10:');
  });

  it('ignores batches that make no sense', () => {
    expect(picture(InFlightWindow.restored(0n, stored([3, 1, 0, 1], [0, 0, 0, 1], [0, 1, 0, 4])))).toBe('0: -1 -4');
  });

  it('is not restored without bounds', () => {
    const window = InFlightWindow.restored(0n, stored([0, 0, 0, 1], [1, 2 ** 50, 0, 1]));
    expect(picture(window)).toBe('0: -1');
  });

  it('moves its start over what is done, unless that is still being stored', () => {
    const window = new InFlightWindow(0n);
    const batch = window.extend(3n, new Delivery(RecordState.ACQUIRED, 1));
    const single = batch?.split() ?? [];
    for (const one of single.slice(0, 2)) one.state = RecordState.ACKNOWLEDGED;
    (single[1] as Delivery).isChanging = true;
    expect(window.advance()).toBe(true);
    expect(picture(window)).toBe('1: k1 A1 A1');
    (single[1] as Delivery).isChanging = false;
    window.advance();
    expect(picture(window)).toBe('2: A1 A1');
    expect(window.nextFetchOffset()).toBe(4n);
  });

  it('drops what the log no longer has', () => {
    const window = InFlightWindow.restored(0n, stored([0, 3, 0, 1], [4, 7, 0, 2]));
    expect(window.moveStart(0n)).toBe(false);
    expect(window.moveStart(5n)).toBe(true);
    expect(picture(window)).toBe('5: -2 -2 -2');
    expect(window.moveStart(20n)).toBe(true);
    expect(picture(window)).toBe('20:');
    expect(window.nextFetchOffset()).toBe(20n);
  });

  it('archives free records of a range and nothing else', () => {
    const window = InFlightWindow.restored(0n, stored([0, 3, 0, 1], [4, 5, 0, 2], [6, 6, 0, 1]));
    window.batches[1]?.whole?.acquire('m', 1);
    expect(window.archiveFree(2n, 6n)).toBe(true);
    expect(picture(window)).toBe('0: -1 -1 x1 x1 A3 A3 x1');
    expect(window.archiveFree(2n, 6n)).toBe(false);
  });
});
