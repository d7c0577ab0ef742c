import {
  type AcknowledgementBatch,
  areWellFormed,
  planAcknowledgement,
} from '../../../../src/broker/share-groups/acknowledgement.ts';
import { Delivery, RecordState } from '../../../../src/broker/share-groups/in-flight.ts';
import { InFlightWindow } from '../../../../src/broker/share-groups/in-flight-window.ts';

const batch = (first: number, last: number, ...acknowledgeTypes: number[]): AcknowledgementBatch => ({
  firstOffset: BigInt(first),
  lastOffset: BigInt(last),
  acknowledgeTypes,
});

/** Member m holds 0-4 and 5-9, member n 10-14. */
function held(): InFlightWindow {
  const window = new InFlightWindow(0n);
  for (const [memberId, last] of [
    ['m', 4n],
    ['m', 9n],
    ['n', 14n],
  ] as const) {
    const delivery = new Delivery(RecordState.AVAILABLE, 0);
    delivery.acquire(memberId, 1000);
    window.extend(last, delivery);
  }
  return window;
}

/** "first-last>state" of each change, or the failure. */
function plan(window: InFlightWindow, batches: AcknowledgementBatch[], isRenewEnabled = true): string {
  const planned = planAcknowledgement(window, 'm', batches, isRenewEnabled);
  if ('error' in planned) return `${planned.error}: ${planned.text}`;
  return planned.map((one) => `${one.firstOffset}-${one.lastOffset}>${one.state}`).join(' ');
}

// Errors and texts as recorded from Apache Kafka 4.3.1.
describe('what acknowledgements look like', () => {
  it('is well-formed in order, with one type for all or one for each', () => {
    expect(areWellFormed([batch(0, 4, 1), batch(5, 7, 1, 2, 3), batch(8, 8, 0)], false)).toBe(true);
    expect(areWellFormed([batch(0, 4, 4)], true)).toBe(true);
    // Kafka lets batches touch; the records say the rest.
    expect(areWellFormed([batch(0, 5, 1), batch(5, 9, 1)], false)).toBe(true);
  });

  it.each([
    ['backwards', [batch(5, 4, 1)]],
    ['out of order', [batch(5, 5, 1), batch(2, 2, 1)]],
    ['without a type', [batch(0, 4)]],
    ['with too few types', [batch(0, 4, 1, 1)]],
    ['of a type nobody knows', [batch(0, 4, 9)]],
    ['of a negative type', [batch(0, 4, -1)]],
    ['a renewal where none is expected', [batch(0, 4, 4)]],
    ['before the log', [batch(-3, 4, 1)]],
  ])('is refused %s', (_, batches) => {
    expect(areWellFormed(batches, false)).toBe(false);
  });
});

describe('what acknowledgements do', () => {
  it('changes whole batches as one', () => {
    expect(plan(held(), [batch(0, 9, 1)])).toBe('0-4>2 5-9>2');
  });

  it('changes parts, each record its own way', () => {
    expect(plan(held(), [batch(3, 6, 1, 2, 3, 0)])).toBe('3-3>2 4-4>0 5-5>4 6-6>4');
  });

  it('renews locks where that is allowed', () => {
    expect(plan(held(), [batch(0, 4, 4)])).toBe('0-4>null');
    expect(plan(held(), [batch(0, 4, 4)], false)).toBe(
      'INVALID_RECORD_STATE: Renewing acquisition locks is not enabled for the group.',
    );
  });

  it('passes over what lies before the start', () => {
    const window = held();
    window.moveStart(3n);
    expect(plan(window, [batch(0, 2, 1)])).toBe('');
    expect(plan(window, [batch(0, 4, 1)])).toBe('3-3>2 4-4>2');
  });

  it.each([
    [[batch(10, 14, 1)], 'INVALID_RECORD_STATE: Member is not the owner of batch record'],
    [[batch(8, 12, 1)], 'INVALID_RECORD_STATE: Member is not the owner of batch record'],
    [
      [batch(0, 5, 1), batch(5, 9, 1)],
      'INVALID_RECORD_STATE: The offset cannot be acknowledged. The offset is not acquired.',
    ],
    [
      [batch(20, 22, 1)],
      'INVALID_REQUEST: Batch record not found. The first offset in request is past acquired records.',
    ],
    [
      [batch(0, 15, 1), batch(16, 16, 1)],
      'INVALID_REQUEST: Batch record not found. The last offset in request is past acquired records.',
    ],
    [
      [batch(0, 20, 1)],
      'INVALID_REQUEST: Batch record not found. The last offset in request is past acquired records.',
    ],
  ])('are refused (case %#)', (batches, refusal) => {
    expect(plan(held(), batches)).toBe(refusal);
  });

  it('are refused where nothing is under way, and for what was let go', () => {
    const empty = new InFlightWindow(0n);
    expect(plan(empty, [batch(0, 1, 1)])).toBe(
      'INVALID_RECORD_STATE: Batch record not found. The request batch offsets are not found in the cache.',
    );
    const window = held();
    window.batches[0]?.whole?.settle(RecordState.AVAILABLE, 5);
    expect(plan(window, [batch(0, 4, 1)])).toBe(
      'INVALID_RECORD_STATE: The batch cannot be acknowledged. The batch is not in the acquired state.',
    );
    window.batches[0]?.split();
    expect(plan(window, [batch(0, 4, 1)])).toBe(
      'INVALID_RECORD_STATE: The offset cannot be acknowledged. The offset is not acquired.',
    );
  });

  it('are refused while a change is being stored, which stays one', () => {
    const window = held();
    const whole = window.batches[0]?.whole as Delivery;
    whole.isChanging = true;
    expect(plan(window, [batch(2, 2, 1)])).toMatch(/^INVALID_RECORD_STATE: The record state is invalid\./);
    expect(window.batches[0]?.whole).toBe(whole);
  });

  it('are refused for single records of others', () => {
    const window = held();
    window.batches[2]?.split();
    expect(plan(window, [batch(10, 10, 1)])).toBe('INVALID_RECORD_STATE: Member is not the owner of offset');
  });
});
