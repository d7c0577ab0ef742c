import {
  batches,
  controlKey,
  leaderChangeBatch,
  RecordBatch,
  RecordCursor,
  readControlType,
  readCoordinatorEpoch,
  snapshotFooterBatch,
  snapshotHeaderBatch,
  transactionMarker,
} from '../../../../src/protocol/records/index.ts';
import { segment } from './segments.ts';

function control(batch: RecordBatch): { type: string | null; value: Buffer } {
  const cursor = new RecordCursor();
  cursor.reset(batch);
  cursor.next();
  return { type: readControlType(cursor.key() as Buffer), value: cursor.value() as Buffer };
}

describe('control batches', () => {
  it('makes the very bytes of a commit marker of Apache Kafka', () => {
    const original = [...batches(segment('txn.log'))][1] as RecordBatch;
    const { type, value } = control(original);
    expect(type).toBe('commit');
    const built = transactionMarker('commit', Number(original.baseTimestamp), {
      producerId: original.producerId,
      producerEpoch: original.producerEpoch,
      coordinatorEpoch: readCoordinatorEpoch(value),
      baseOffset: original.baseOffset,
    });
    new RecordBatch(built).partitionLeaderEpoch = original.partitionLeaderEpoch;
    expect(built).toEqual(Buffer.from(original.bytes()));
  });

  it('tells commit from abort as the protocol guide numbers them', () => {
    const marker = { producerId: 1n, producerEpoch: 0, coordinatorEpoch: 0 };
    // protocol guide: control batches and markers, the whole record of a commit
    expect(new RecordBatch(transactionMarker('commit', 5, marker)).body().toString('hex')).toBe(
      '2000000008000000010c00000000000000',
    );
    expect(control(new RecordBatch(transactionMarker('abort', 5, marker))).type).toBe('abort');
  });

  it('makes the very bytes of a leader change', () => {
    const original = new RecordBatch(segment('leader-change.log'));
    expect(control(original).type).toBe('leaderChange');
    const built = leaderChangeBatch(
      { leaderId: 1, voters: [{ voterId: 1 }], grantingVoters: [{ voterId: 1 }] },
      Number(original.baseTimestamp),
      { partitionLeaderEpoch: original.partitionLeaderEpoch },
    );
    expect(built).toEqual(Buffer.from(original.bytes()));
  });

  it('makes the very bytes of a snapshot header and footer', () => {
    const all = [...batches(segment('bootstrap.checkpoint'))];
    const first = all[0] as RecordBatch;
    const last = all.at(-1) as RecordBatch;
    const meta = (batch: RecordBatch) => ({
      baseOffset: batch.baseOffset,
      partitionLeaderEpoch: batch.partitionLeaderEpoch,
    });
    expect(snapshotHeaderBatch(0n, Number(first.baseTimestamp), meta(first))).toEqual(Buffer.from(first.bytes()));
    expect(snapshotFooterBatch(Number(last.baseTimestamp), meta(last))).toEqual(Buffer.from(last.bytes()));
  });

  it('answers null for a kind it does not know', () => {
    const key = controlKey('commit');
    key.writeInt16BE(99, 2);
    expect(readControlType(key)).toBeNull();
  });
});
