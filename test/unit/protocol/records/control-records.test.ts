import {
  leaderChangeMessage,
  snapshotFooterRecord,
  snapshotHeaderRecord,
} from '../../../../src/protocol/records/clients.ts';
import {
  batches,
  controlBatch,
  controlKey,
  RecordBatch,
  RecordCursor,
  readControlType,
  readCoordinatorEpoch,
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
    const message = { leaderId: 1, voters: [{ voterId: 1 }], grantingVoters: [{ voterId: 1 }] };
    const { partitionLeaderEpoch, baseTimestamp } = original;
    const value = leaderChangeMessage.encode(message, 0);
    const built = controlBatch('leaderChange', value, Number(baseTimestamp), { partitionLeaderEpoch });
    expect(built).toEqual(Buffer.from(original.bytes()));
  });

  it('makes the very bytes of a snapshot header and footer', () => {
    const all = [...batches(segment('bootstrap.checkpoint'))];
    const first = all[0] as RecordBatch;
    const last = all.at(-1) as RecordBatch;
    const build = (type: 'snapshotHeader' | 'snapshotFooter', value: Buffer, like: RecordBatch) => {
      const { baseOffset, partitionLeaderEpoch } = like;
      return controlBatch(type, value, Number(like.baseTimestamp), { baseOffset, partitionLeaderEpoch });
    };
    const header = snapshotHeaderRecord.encode({ lastContainedLogTimestamp: 0n }, 0);
    expect(build('snapshotHeader', header, first)).toEqual(Buffer.from(first.bytes()));
    const footer = snapshotFooterRecord.encode({}, 0);
    expect(build('snapshotFooter', footer, last)).toEqual(Buffer.from(last.bytes()));
  });

  it('answers null for a kind it does not know', () => {
    const key = controlKey('commit');
    key.writeInt16BE(99, 2);
    expect(readControlType(key)).toBeNull();
  });
});
