import { type Offset } from '../../protocol/primitives.ts';
import { type StateBatch } from './types.ts';

/** More deliveries go before fewer, then the later state (kafka 4.x PersisterStateBatch). */
function isNewer(one: StateBatch, other: StateBatch): boolean {
  const deliveries = one.deliveryCount - other.deliveryCount;
  return deliveries > 0 || (deliveries === 0 && one.deliveryState >= other.deliveryState);
}

function isSame(one: StateBatch, other: StateBatch): boolean {
  return one.deliveryState === other.deliveryState && one.deliveryCount === other.deliveryCount;
}

/**
 * What is known after `written` came on top of `known`: where they overlap the newer one counts; neighbours in the same
 * state are one batch, and nothing before `startOffset` is kept. Both ascending without overlaps.
 */
export function combineBatches(
  known: readonly StateBatch[],
  written: readonly StateBatch[],
  startOffset: Offset,
): StateBatch[] {
  const edges = new Set<Offset>();
  for (const { firstOffset, lastOffset } of [...known, ...written]) edges.add(firstOffset).add(lastOffset + 1n);
  if (startOffset >= 0n) edges.add(startOffset);
  const sorted = [...edges].sort((one, other) => (one < other ? -1 : 1));
  const combined: StateBatch[] = [];
  let nextKnown = 0;
  let nextWritten = 0;
  for (let i = 0; i + 1 < sorted.length; i++) {
    const firstOffset = sorted[i] as Offset;
    const lastOffset = (sorted[i + 1] as Offset) - 1n;
    while ((known[nextKnown]?.lastOffset ?? firstOffset) < firstOffset) nextKnown++;
    while ((written[nextWritten]?.lastOffset ?? firstOffset) < firstOffset) nextWritten++;
    if (firstOffset < startOffset) continue;
    const covering = (batch: StateBatch | undefined) =>
      batch !== undefined && batch.firstOffset <= firstOffset ? batch : undefined;
    const old = covering(known[nextKnown]);
    const young = covering(written[nextWritten]);
    const chosen = old === undefined || (young !== undefined && isNewer(young, old)) ? young : old;
    if (chosen === undefined) continue;
    const last = combined.at(-1);
    if (last !== undefined && last.lastOffset + 1n === firstOffset && isSame(last, chosen)) {
      combined[combined.length - 1] = { ...last, lastOffset };
    } else combined.push({ ...chosen, firstOffset, lastOffset });
  }
  return combined;
}

/** Ascending, without overlaps and not backwards: what a writer has to send. */
export function areOrdered(batches: readonly StateBatch[]): boolean {
  return batches.every(
    ({ firstOffset, lastOffset }, i) =>
      firstOffset >= 0n && firstOffset <= lastOffset && (i === 0 || firstOffset > (batches[i - 1]?.lastOffset ?? -1n)),
  );
}
