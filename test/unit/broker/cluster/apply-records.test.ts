import { applyRecords, type PlacedRecord, TransactionGate } from '../../../../src/broker/cluster/apply-records.ts';
import {
  encodeMetadataRecord,
  type MetadataRecord,
  record,
} from '../../../../src/broker/cluster/metadata-log/metadata-records.ts';
import { decodeSnapshot, readBatch } from '../../../../src/broker/cluster/metadata-log/snapshot-file.ts';
import { snapshotRecords } from '../../../../src/broker/cluster/metadata-log/snapshot-records.ts';
import { emptyState } from '../../../../src/broker/cluster/metadata-state.ts';
import { MalformedBytesError } from '../../../../src/protocol/primitives.ts';
import { batches } from '../../../../src/protocol/records/batch.ts';
import * as tables from '../../../../src/protocol/records/cluster-metadata.ts';
import { RecordCursor } from '../../../../src/protocol/records/record-cursor.ts';
import { fixture } from './cluster-world.ts';

/** Features stand in the order of a Java hash map, which is nobody's promise. */
function ordered({ table, version, value }: MetadataRecord): MetadataRecord {
  const { features } = value as { features?: { name: string }[] };
  const sorted = features?.toSorted((a, b) => (a.name < b.name ? -1 : 1));
  return sorted === undefined
    ? { table, version, value }
    : { table, version, value: { ...(value as object), features: sorted } };
}

const hexes = (records: Iterable<MetadataRecord>) =>
  Array.from(records, (one) => encodeMetadataRecord(ordered(one)).toString('hex')).sort();

/** Decoded records are complete: what the tables' defaults fill in is filled in. */
function placed(...records: MetadataRecord[]): PlacedRecord[] {
  return records.map(({ table, version, value }, index) => ({
    offset: BigInt(index),
    record: { table, version, value: { ...table.struct.defaults(), ...(value as object) } },
  }));
}

describe('records applied', () => {
  it("to an empty state give what Apache Kafka's own snapshot says at the same offset", () => {
    const snapshotEnd = 402n;
    const state = emptyState();
    const gate = new TransactionGate();
    const cursor = new RecordCursor();
    for (const batch of batches(fixture('cluster-metadata/00000000000000000000.log'))) {
      if (batch.baseOffset >= snapshotEnd) break;
      const found: PlacedRecord[] = [];
      readBatch(batch, cursor, {
        control: () => undefined,
        record: (one, offset) => found.push({ offset, record: one }),
      });
      applyRecords(state, gate.pass(found));
    }
    const expected = decodeSnapshot(fixture('cluster-metadata/00000000000000000402-0000000002.checkpoint')).records;
    expect(hexes(snapshotRecords(state))).toEqual(hexes(expected));
  });

  // Apache Kafka 4.3.1 writes this for __transaction_state, whose min.insync.replicas is set.
  it('make a topic and clear what it does not have yet, in one batch', () => {
    const state = emptyState();
    const topicId = 'T0xlVxTmQCiFD4iQ_Z9HsA';
    applyRecords(
      state,
      placed(
        record(tables.topicRecord, 0, { name: 't', topicId }),
        record(tables.clearElrRecord, 0, { topicName: 't' }),
        record(tables.partitionRecord, 2, { topicId, partitionId: 0, replicas: [1], isr: [1], leader: 1 }),
      ),
    );
    expect(state.topics.get('t')?.partitions).toHaveLength(1);
    const unknown = placed(record(tables.clearElrRecord, 0, { topicName: 'u' }));
    expect(() => applyRecords(state, unknown)).toThrow(MalformedBytesError);
  });

  it('tell listeners what became of topics and configs', () => {
    const topicId = 'abcdefghijklmnopqrstuw';
    const state = emptyState();
    const partition = record(tables.partitionRecord, 2, {
      topicId,
      partitionId: 0,
      replicas: [1],
      isr: [1],
      leader: 1,
    });
    const config = (value: string | null) =>
      record(tables.configRecord, 0, { resourceType: 2, resourceName: 't', name: 'retention.ms', value });
    const topic = { name: 't', topicId };
    expect(applyRecords(state, placed(record(tables.topicRecord, 0, topic), config('1'), partition))).toEqual({
      topics: [{ ...topic, kind: 'created' }],
      configs: [{ type: 2, name: 't' }],
      brokersChanged: false,
    });
    const before = state.topics.get('t');
    expect(applyRecords(state, placed(config(null)))).toMatchObject({ topics: [{ ...topic, kind: 'config' }] });
    const change = record(tables.partitionChangeRecord, 2, { topicId, partitionId: 0, leader: -1, isr: [] });
    expect(applyRecords(state, placed(change))).toMatchObject({ topics: [{ ...topic, kind: 'partitions' }] });
    expect(before?.partitions[0]).toMatchObject({ leader: 1, leaderEpoch: -1, partitionEpoch: -1 });
    expect(state.topics.get('t')?.partitions[0]).toMatchObject({ leader: -1, leaderEpoch: 0, partitionEpoch: 0 });
    applyRecords(state, placed(config('2')));
    expect(applyRecords(state, placed(record(tables.removeTopicRecord, 0, { topicId })))).toEqual({
      topics: [{ ...topic, kind: 'deleted' }],
      configs: [{ type: 2, name: 't' }],
      brokersChanged: false,
    });
    expect([state.topics.size, state.topicsById.size, state.configs.size]).toEqual([0, 0, 0]);
  });

  it.each([
    ['a change of an unknown topic', record(tables.partitionChangeRecord, 2, { topicId: 'abcdefghijklmnopqrstuw' })],
    ['the end of an unknown topic', record(tables.removeTopicRecord, 0, { topicId: 'abcdefghijklmnopqrstuw' })],
    [
      'a change of an unknown broker',
      record(tables.brokerRegistrationChangeRecord, 0, { brokerId: 7, brokerEpoch: 1n }),
    ],
  ])('contradict the state with %s: the metadata is not trusted', (_title, wrong) => {
    expect(() => applyRecords(emptyState(), placed(wrong))).toThrow(MalformedBytesError);
  });
});

describe('transactions of metadata records', () => {
  const begin = record(tables.beginTransactionRecord, 0, { name: 'x' });
  const end = record(tables.endTransactionRecord, 0, {});
  const abort = record(tables.abortTransactionRecord, 0, { reason: 'x' });
  const feature = record(tables.featureLevelRecord, 0, { name: 'group.version', featureLevel: 1 });

  it('count when they end, over batches', () => {
    const gate = new TransactionGate();
    expect(gate.pass(placed(begin, feature))).toEqual([]);
    expect(gate.isOpen).toBe(true);
    expect(gate.pass(placed(feature, end)).map((one) => one.record)).toHaveLength(2);
    expect(gate.isOpen).toBe(false);
  });

  it('never happened when they were aborted', () => {
    const gate = new TransactionGate();
    gate.pass(placed(begin, feature));
    expect(gate.pass(placed(abort, feature))).toHaveLength(1);
  });
});
