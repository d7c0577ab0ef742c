import { readFileSync } from 'node:fs';
import { type CoordinatorRecord, decodeRecord, encodeRecord } from '../../../../src/broker/groups/record-format.ts';
import { ShareGroup } from '../../../../src/broker/groups/share-group.ts';
import { batches } from '../../../../src/protocol/records/batch.ts';
import { RecordCursor } from '../../../../src/protocol/records/record-cursor.ts';

// test/fixtures/share-groups/ORIGIN.md: written by Apache Kafka 4.3.1.
const SEGMENT = readFileSync(new URL('../../../fixtures/share-groups/consumer-offsets.log', import.meta.url));

function stored(): { key: Buffer; value: Buffer | null }[] {
  const found: { key: Buffer; value: Buffer | null }[] = [];
  const cursor = new RecordCursor();
  for (const batch of batches(SEGMENT)) {
    cursor.reset(batch);
    while (cursor.next()) found.push({ key: cursor.key() as Buffer, value: cursor.value() });
  }
  return found;
}

const decoded = () =>
  stored().flatMap(({ key, value }) => {
    const record = decodeRecord(key, value) as CoordinatorRecord;
    return record.kind === 'share' ? [record] : [];
  });

describe('records of share groups', () => {
  it('are read as Kafka wrote them', () => {
    const records = decoded();
    expect(records).toHaveLength(15);
    expect(records.slice(0, 6).map(({ part }) => part)).toEqual([
      'member',
      'epoch',
      'target',
      'targetEpoch',
      'current',
      'statePartitions',
    ]);
    const group = new ShareGroup(records[0]?.groupId ?? '');
    for (const record of records.slice(0, 11)) group.apply(record);
    const [member] = group.members.values();
    expect(group).toMatchObject({ epoch: 3, assignmentEpoch: 3, state: 'Stable' });
    expect(member).toMatchObject({ memberEpoch: 3, previousMemberEpoch: 2, clientHost: '/127.0.0.1', rackId: null });
    expect([...(member?.assigned.values() ?? [])]).toEqual([new Set([0])]);
    expect([...group.initialized.values()].map(({ partitions }) => partitions)).toEqual([new Set([0])]);
    for (const record of records.slice(11)) group.apply(record);
    expect(group).toMatchObject({ epoch: 4, metadataHash: 0n, state: 'Empty' });
  });

  it('are written as Kafka writes them', () => {
    const records = decoded();
    expect(stored().map(({ key }) => key)).toEqual(records.map((record) => encodeRecord(record).key));
    expect(stored().map(({ value }) => value)).toEqual(records.map((record) => encodeRecord(record).value));
  });
});
