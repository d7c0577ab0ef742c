import { readFileSync } from 'node:fs';
import { type CoordinatorRecord, decodeRecord, encodeRecord } from '../../../../src/broker/groups/record-format.ts';
import { MalformedBytesError, ZERO_UUID } from '../../../../src/protocol/primitives.ts';
import { batches } from '../../../../src/protocol/records/batch.ts';
import { RecordCursor } from '../../../../src/protocol/records/record-cursor.ts';

// test/fixtures/groups/ORIGIN.md: written by Apache Kafka 4.3.1.
const SEGMENT = readFileSync(new URL('../../../fixtures/groups/deleted-group.log', import.meta.url));

interface Stored {
  key: Buffer;
  value: Buffer | null;
}

function storedRecords(): Stored[] {
  const found: Stored[] = [];
  const cursor = new RecordCursor();
  for (const batch of batches(SEGMENT)) {
    cursor.reset(batch);
    while (!batch.isControl && cursor.next()) found.push({ key: cursor.key() as Buffer, value: cursor.value() });
  }
  return found;
}

const decoded = () => storedRecords().map(({ key, value }) => decodeRecord(key, value) as CoordinatorRecord);

describe('records of __consumer_offsets', () => {
  it('are read as Kafka wrote them', () => {
    const records = decoded();
    const commits = records.flatMap((record) => (record.kind === 'offset' ? [record] : []));
    expect(commits[0]).toEqual({
      kind: 'offset',
      groupId: 'golden-b',
      topic: 't',
      partition: 0,
      value: {
        offset: 42n,
        leaderEpoch: 0,
        metadata: 'note é',
        commitTimestampMs: 1795228085424,
        expireTimestampMs: null,
        topicId: 'UTD_7qH1QAex5Zi-DBt5RA',
      },
    });
    expect(commits[2]?.value).toMatchObject({ offset: 9n, expireTimestampMs: 1795231685426, topicId: ZERO_UUID });
    expect(commits[3]?.value).toMatchObject({ offset: 100n, leaderEpoch: 1, metadata: 'txn', topicId: ZERO_UUID });
    expect(commits.slice(5).map(({ value }) => value)).toEqual([null, null]);

    const groups = records.flatMap((record) => (record.kind === 'group' ? [record.value] : []));
    expect(groups[0]).toMatchObject({ protocolType: '', generation: 0, protocol: null, leader: null, members: [] });
    expect(groups[1]).toMatchObject({ protocolType: 'consumer', generation: 1, protocol: 'range' });
    expect(groups[1]?.members.map(({ groupInstanceId }) => groupInstanceId)).toContain('static-1');
    expect(groups.at(-2)).toMatchObject({ generation: 2, protocol: null, members: [] });
    expect(groups.at(-1)).toBeNull();
  });

  it('are written byte for byte as Kafka writes them', () => {
    expect(decoded().map(encodeRecord)).toEqual(storedRecords());
  });

  it('of streams groups are passed over', () => {
    expect(decodeRecord(Buffer.from('001100026767', 'hex'), Buffer.from('0000000000010100', 'hex'))).toBeNull();
  });

  it.each([
    ['an empty key', '', '0004'],
    ['a key cut short', '000100056162', '0004'],
    ['an offset value of a version to come', '00010001670001740000000a', '0009'],
    ['a group value of a version to come', '0002000167', '0009'],
  ])('with %s are refused', (_, key, value) => {
    expect(() => decodeRecord(Buffer.from(key, 'hex'), Buffer.from(value, 'hex'))).toThrow(MalformedBytesError);
  });

  it('with the oldest key and value versions are read', () => {
    const value = Buffer.from('00000000000000000005000161000000000000000a', 'hex');
    expect(decodeRecord(Buffer.from('000000016700017400000003', 'hex'), value)).toMatchObject({
      partition: 3,
      value: { offset: 5n, metadata: 'a', commitTimestampMs: 10, leaderEpoch: -1 },
    });
  });
});
