import { type Acquirer, acquireRecords } from '../../../../src/broker/share-groups/acquisition.ts';
import { RecordState } from '../../../../src/broker/share-groups/in-flight.ts';
import { InFlightWindow } from '../../../../src/broker/share-groups/in-flight-window.ts';

const DEFAULTS: Acquirer = {
  memberId: 'm',
  lockedUntilMs: 1000,
  maxRecords: 500,
  isStrict: false,
  batchSize: 500,
  deliveryCountLimit: 5,
  maxRecordLocks: 2000,
};

/** "first-last" each. */
const ranges = (...texts: string[]) =>
  texts.map((text) => {
    const [first = '', last = first] = text.split('-');
    return { firstOffset: BigInt(first), lastOffset: BigInt(last) };
  });

function acquire(
  window: InFlightWindow,
  batches: string[],
  options: Partial<Acquirer> = {},
  fetchOffset?: bigint,
): string {
  const from = fetchOffset ?? window.nextFetchOffset();
  const acquired = acquireRecords(window, from, ranges(...batches), { ...DEFAULTS, ...options });
  return acquired.map((one) => `${one.firstOffset}-${one.lastOffset}x${one.deliveryCount}`).join(' ');
}

/** As if the member had let go of the range. */
function release(window: InFlightWindow, first: bigint, last: bigint): void {
  for (const batch of window.within(first, last)) {
    if (batch.firstOffset < first || batch.lastOffset > last) batch.split();
    for (const { delivery } of batch.runs(first, last)) delivery.settle(RecordState.AVAILABLE, 5);
  }
}

// Rules and numbers as recorded from Apache Kafka 4.3.1 (KIP-932, KIP-1206).
describe('acquiring new records', () => {
  it('takes all that was read as one batch', () => {
    expect(acquire(new InFlightWindow(0n), ['0-9', '10-12'])).toBe('0-12x1');
  });

  it('begins where the group is, though the batch begins before', () => {
    expect(acquire(new InFlightWindow(3n), ['0-9'])).toBe('3-9x1');
  });

  it('does not cut a batch of the log at maxRecords', () => {
    const window = new InFlightWindow(0n);
    expect(acquire(window, ['0-4', '5-9', '10-14'], { maxRecords: 7 })).toBe('0-9x1');
    expect(acquire(window, ['10-14'], { maxRecords: 1 })).toBe('10-14x1');
  });

  it('cuts it when maxRecords is the last word; the rest is free', () => {
    const window = new InFlightWindow(0n);
    expect(acquire(window, ['0-4'], { maxRecords: 3, isStrict: true })).toBe('0-2x1');
    expect(acquire(window, ['0-4'])).toBe('3-4x1');
  });

  it('hands pieces of about batchSize out, cut where batches of the log end', () => {
    expect(acquire(new InFlightWindow(0n), ['0-4', '5-9', '10-10', '11-11'], { batchSize: 3 })).toBe(
      '0-4x1 5-9x1 10-11x1',
    );
    expect(acquire(new InFlightWindow(0n), ['0-9'], { batchSize: 3 })).toBe('0-9x1');
  });

  it('takes the holes of a compacted log with the records behind them', () => {
    const window = new InFlightWindow(0n);
    acquire(window, ['0-4']);
    expect(acquire(window, ['9-10'])).toBe('5-10x1');
  });

  it('takes nothing of what lies before the start, or without room', () => {
    expect(acquire(new InFlightWindow(9n), ['0-4'])).toBe('');
    const window = new InFlightWindow(0n);
    acquire(window, ['0-99']);
    expect(acquire(window, ['100-105'], { maxRecordLocks: 100 })).toBe('');
    expect(acquire(new InFlightWindow(0n), [])).toBe('');
    expect(acquire(new InFlightWindow(0n), ['0-1'], { maxRecords: 0 })).toBe('');
  });
});

describe('acquiring records again', () => {
  it('takes what others let go, with one delivery more', () => {
    const window = new InFlightWindow(0n);
    acquire(window, ['0-9']);
    release(window, 2n, 4n);
    expect(window.nextFetchOffset()).toBe(2n);
    expect(acquire(window, ['0-9'])).toBe('2-4x2');
    expect(acquire(window, ['0-9'])).toBe('');
  });

  it('takes old and new records together', () => {
    const window = new InFlightWindow(0n);
    acquire(window, ['0-4']);
    release(window, 0n, 4n);
    expect(acquire(window, ['0-4', '5-9'])).toBe('0-4x2 5-9x1');
  });

  it('takes old ones alone when there is no room for new ones', () => {
    const window = new InFlightWindow(0n);
    acquire(window, ['0-99']);
    release(window, 50n, 59n);
    expect(acquire(window, ['0-99', '100-109'], { maxRecordLocks: 100 })).toBe('50-59x2');
  });

  it('takes no more than a strict limit', () => {
    const window = new InFlightWindow(0n);
    acquire(window, ['0-9']);
    release(window, 0n, 9n);
    expect(acquire(window, ['0-9'], { maxRecords: 4, isStrict: true })).toBe('0-3x2');
    expect(acquire(window, ['0-9'], { maxRecords: 20, isStrict: true })).toBe('4-9x2');
  });

  it('makes pieces smaller from the third delivery on, and the last attempt single', () => {
    const window = new InFlightWindow(0n);
    const again = () => {
      const text = acquire(window, ['0-7']);
      release(window, 0n, 7n);
      return text;
    };
    expect([again(), again(), again()]).toEqual(['0-7x1', '0-7x2', '0-7x3']);
    expect(again()).toBe('0-3x4');
    expect(again()).toBe('0-0x5');
  });

  it('archives what is no longer in the log', () => {
    const window = new InFlightWindow(0n);
    acquire(window, ['0-9']);
    release(window, 0n, 9n);
    expect(acquire(window, ['4-9'], {}, 0n)).toBe('4-9x2');
    expect(window.startOffset).toBe(4n);
  });
});
