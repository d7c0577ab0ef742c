import { Acknowledgements } from '../../../../src/client/share-consumer/acknowledgements.ts';
import { AcknowledgeType, type ShareRecords as Records } from '../../../../src/client/share-consumer/index.ts';
import { ShareRecords } from '../../../../src/client/share-consumer/share-records.ts';
import { BatchBuilder, RecordCursor } from '../../../../src/protocol/records/index.ts';

function batch(baseOffset: bigint, count: number): Buffer {
  const builder = new BatchBuilder({});
  for (let at = 0; at < count; at++) builder.append(1000, null, Buffer.from(`v${Number(baseOffset) + at}`));
  return builder.build({ baseOffset });
}

const range = (firstOffset: number, lastOffset: number, deliveryCount = 1) => ({
  firstOffset: BigInt(firstOffset),
  lastOffset: BigInt(lastOffset),
  deliveryCount,
});

function walk(bytes: Buffer, acquired: ReturnType<typeof range>[]) {
  const gaps: number[] = [];
  const onGap = (offset: bigint) => void gaps.push(Number(offset));
  const records: Records = new ShareRecords({ topic: 't', partition: 0 }, bytes, acquired, new RecordCursor(), onGap);
  const seen: string[] = [];
  while (records.next()) seen.push(`${records.cursor.value()} x${records.deliveryCount}`);
  return { seen, gaps };
}

describe('records of a share group (KIP-932)', () => {
  it('are those that were acquired, each with its delivery count', () => {
    expect(walk(batch(10n, 5), [range(11, 12, 3), range(14, 14)])).toEqual({
      seen: ['v11 x3', 'v12 x3', 'v14 x1'],
      gaps: [],
    });
  });

  it('have gaps where nothing lies in the log, before, between and behind', () => {
    const bytes = Buffer.concat([batch(2n, 2), batch(6n, 1)]);
    expect(walk(bytes, [range(0, 4), range(5, 8)])).toEqual({
      seen: ['v2 x1', 'v3 x1', 'v6 x1'],
      gaps: [0, 1, 4, 5, 7, 8],
    });
    expect(walk(Buffer.alloc(0), [range(3, 4)])).toEqual({ seen: [], gaps: [3, 4] });
  });
});

describe('acknowledgements', () => {
  it('are told in runs of one type, the last word about an offset counting', () => {
    const all = new Acknowledgements();
    for (const offset of [5n, 3n, 4n, 8n]) all.add(offset, AcknowledgeType.ACCEPT);
    all.add(5n, AcknowledgeType.REJECT);
    expect(all.take()).toEqual([
      { firstOffset: 3n, lastOffset: 4n, acknowledgeTypes: [1] },
      { firstOffset: 5n, lastOffset: 5n, acknowledgeTypes: [3] },
      { firstOffset: 8n, lastOffset: 8n, acknowledgeTypes: [1] },
    ]);
    expect(all.size).toBe(0);
    expect(all.take()).toEqual([]);
  });
});
