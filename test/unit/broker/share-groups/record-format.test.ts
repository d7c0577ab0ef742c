import { readFileSync } from 'node:fs';
import {
  decodeShareRecord,
  encodeSnapshot,
  encodeUpdate,
  type ShareStateRecord,
} from '../../../../src/broker/share-groups/record-format.ts';
import { MalformedBytesError } from '../../../../src/protocol/primitives.ts';
import { batches } from '../../../../src/protocol/records/batch.ts';
import { RecordCursor } from '../../../../src/protocol/records/record-cursor.ts';

// test/fixtures/share-groups/ORIGIN.md: written by Apache Kafka 4.3.1.
const SEGMENT = readFileSync(new URL('../../../fixtures/share-groups/share-group-state.log', import.meta.url));

function stored(): { key: Buffer; value: Buffer | null }[] {
  const cursor = new RecordCursor();
  return [...batches(SEGMENT)].map((batch) => {
    cursor.reset(batch);
    cursor.next();
    return { key: cursor.key() as Buffer, value: cursor.value() };
  });
}

const decoded = () => stored().map(({ key, value }) => decodeShareRecord(key, value) as ShareStateRecord);

describe('records of __share_group_state', () => {
  it('are read as Kafka wrote them', () => {
    const [snapshot, first, second] = decoded();
    expect(snapshot).toMatchObject({
      kind: 'snapshot',
      key: { partition: 0 },
      state: { snapshotEpoch: 0, stateEpoch: 2, startOffset: -1n, deliveryCompleteCount: -1, stateBatches: [] },
    });
    expect(first).toMatchObject({ kind: 'update', update: { startOffset: 0n, deliveryCompleteCount: 7 } });
    const available = { deliveryState: 0, deliveryCount: 2 };
    expect(second).toMatchObject({
      update: {
        snapshotEpoch: 0,
        startOffset: 1n,
        deliveryCompleteCount: 6,
        stateBatches: [1n, 4n, 7n].map((offset) => ({ firstOffset: offset, lastOffset: offset, ...available })),
      },
    });
  });

  it('are written as Kafka writes them', () => {
    const encoded = decoded().map((record) =>
      record.kind === 'snapshot' ? encodeSnapshot(record.key, record.state) : encodeUpdate(record.key, record.update),
    );
    expect(encoded).toEqual(stored());
  });

  it('delete a state when they have no value', () => {
    const key = { groupId: 'g', topicId: 'MkU3OEVBNTcwNTJENDM2Qg', partition: 3 };
    const record = encodeSnapshot(key, null);
    expect(decodeShareRecord(record.key, record.value)).toEqual({ kind: 'snapshot', key, state: null });
  });

  it('are refused when they are cut short or of a version nobody knows', () => {
    const { key, value } = stored()[0] as { key: Buffer; value: Buffer };
    expect(() => decodeShareRecord(key, value.subarray(0, 9))).toThrow(MalformedBytesError);
    expect(() => decodeShareRecord(key, Buffer.from('0009', 'hex'))).toThrow(MalformedBytesError);
    expect(decodeShareRecord(Buffer.from('0063', 'hex'), value)).toBeNull();
  });
});
