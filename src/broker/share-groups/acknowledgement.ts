import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset } from '../../protocol/primitives.ts';
import { type Delivery, type InFlightBatch, RecordState, type RecordStateNumber } from './in-flight.ts';
import { type InFlightWindow } from './in-flight-window.ts';
import { highest } from './offset-order.ts';

/** What a member says of records it holds; `acknowledgeTypes` has one entry for all or one for each. */
export interface AcknowledgementBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly acknowledgeTypes: readonly number[];
}

export const AcknowledgeType = { GAP: 0, ACCEPT: 1, RELEASE: 2, REJECT: 3, RENEW: 4 } as const;

const STATE_OF_TYPE: { readonly [type: number]: RecordStateNumber } = {
  [AcknowledgeType.GAP]: RecordState.ARCHIVED,
  [AcknowledgeType.ACCEPT]: RecordState.ACKNOWLEDGED,
  [AcknowledgeType.RELEASE]: RecordState.AVAILABLE,
  [AcknowledgeType.REJECT]: RecordState.ARCHIVED,
};

export interface AcknowledgeFailure {
  readonly error: ErrorName;
  readonly text: string | null;
}

/** A run of records and what becomes of it. */
export interface PlannedChange {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  readonly delivery: Delivery;
  /** Null renews the lock. */
  readonly state: RecordStateNumber | null;
}

/** What can be said of batches without looking at the records: order, number and kind of types. */
export function areWellFormed(batches: readonly AcknowledgementBatch[], isRenewAllowed: boolean): boolean {
  const highest = isRenewAllowed ? AcknowledgeType.RENEW : AcknowledgeType.REJECT;
  let previousLast = -1n;
  for (const { firstOffset, lastOffset, acknowledgeTypes } of batches) {
    const count = acknowledgeTypes.length;
    if (firstOffset < 0n || firstOffset > lastOffset || firstOffset < previousLast || count === 0) return false;
    if (count > 1 && lastOffset - firstOffset !== BigInt(count - 1)) return false;
    if (!acknowledgeTypes.every((type) => type >= AcknowledgeType.GAP && type <= highest)) return false;
    previousLast = lastOffset;
  }
  return true;
}

const UNDER_WAY = 'The record state is invalid. The acknowledgement of delivery could not be completed.';
const invalidState = (text: string): AcknowledgeFailure => ({ error: 'INVALID_RECORD_STATE', text });
const notFound = (error: ErrorName, what: string): AcknowledgeFailure => ({
  error,
  text: `Batch record not found. ${what}`,
});

/**
 * Plans all changes of a request, or says why there will be none: it takes effect as a whole (kafka 4.x
 * SharePartition.acknowledge). Batches that are treated in parts are split. What lies before the start is done already.
 */
export function planAcknowledgement(
  window: InFlightWindow,
  memberId: string,
  batches: readonly AcknowledgementBatch[],
  isRenewEnabled: boolean,
): PlannedChange[] | AcknowledgeFailure {
  const plan: PlannedChange[] = [];
  const planned = new Set<Delivery>();
  for (const batch of batches) {
    if (batch.lastOffset < window.startOffset) continue;
    const missing = missingPart(window, batch);
    if (missing !== null) return missing;
    for (const inFlight of window.within(batch.firstOffset, batch.lastOffset)) {
      const failure = planBatch(window, inFlight, batch, memberId, isRenewEnabled, plan, planned);
      if (failure !== null) return failure;
    }
  }
  return plan;
}

function missingPart(
  window: InFlightWindow,
  { firstOffset, lastOffset }: AcknowledgementBatch,
): AcknowledgeFailure | null {
  if (window.batches.length === 0) {
    return notFound('INVALID_RECORD_STATE', 'The request batch offsets are not found in the cache.');
  }
  if (firstOffset > window.endOffset) {
    return notFound('INVALID_REQUEST', 'The first offset in request is past acquired records.');
  }
  if (lastOffset > window.endOffset) {
    return notFound('INVALID_REQUEST', 'The last offset in request is past acquired records.');
  }
  return null;
}

function planBatch(
  window: InFlightWindow,
  inFlight: InFlightBatch,
  { firstOffset, lastOffset, acknowledgeTypes }: AcknowledgementBatch,
  memberId: string,
  isRenewEnabled: boolean,
  plan: PlannedChange[],
  planned: Set<Delivery>,
): AcknowledgeFailure | null {
  const { whole } = inFlight;
  if (whole !== null) {
    if (whole.memberId === '') {
      return invalidState('The batch cannot be acknowledged. The batch is not in the acquired state.');
    }
    if (whole.memberId !== memberId) return invalidState('Member is not the owner of batch record');
    // A batch whose change is being stored must stay one: the change is about all of it.
    if (whole.isChanging) return invalidState(UNDER_WAY);
  }
  const isCovered = inFlight.firstOffset >= firstOffset && inFlight.lastOffset <= lastOffset;
  const isCut = inFlight.firstOffset < window.startOffset;
  if (whole !== null && (!isCovered || isCut || acknowledgeTypes.length > 1) && !planned.has(whole)) inFlight.split();
  const first = highest(firstOffset, window.startOffset);
  for (const run of inFlight.runs(first, lastOffset)) {
    const { delivery } = run;
    if (delivery.state !== RecordState.ACQUIRED || planned.has(delivery)) {
      return invalidState('The offset cannot be acknowledged. The offset is not acquired.');
    }
    if (delivery.isChanging) {
      return invalidState(UNDER_WAY);
    }
    if (delivery.memberId !== memberId) return invalidState('Member is not the owner of offset');
    const type =
      acknowledgeTypes.length === 1 ? acknowledgeTypes[0] : acknowledgeTypes[Number(run.firstOffset - firstOffset)];
    if (type === AcknowledgeType.RENEW && !isRenewEnabled) {
      return invalidState('Renewing acquisition locks is not enabled for the group.');
    }
    planned.add(delivery);
    plan.push({ ...run, state: STATE_OF_TYPE[type ?? -1] ?? null });
  }
  return null;
}
