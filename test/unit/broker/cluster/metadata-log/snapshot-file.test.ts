import { readFileSync } from 'node:fs';
import { encodeMetadataRecord } from '../../../../../src/broker/cluster/metadata-log/metadata-records.ts';
import { parseQuorumState, quorumStateContent } from '../../../../../src/broker/cluster/metadata-log/quorum-state.ts';
import {
  decodeSnapshot,
  encodeSnapshot,
  parseSnapshotName,
  QuorumReader,
  readBatch,
  snapshotName,
} from '../../../../../src/broker/cluster/metadata-log/snapshot-file.ts';
import { metaPropertiesContent, parseMetaProperties } from '../../../../../src/broker/cluster/node/meta-properties.ts';
import { MalformedBytesError } from '../../../../../src/protocol/primitives.ts';
import { batches } from '../../../../../src/protocol/records/batch.ts';
import { RecordCursor } from '../../../../../src/protocol/records/record-cursor.ts';

const fixture = (path: string): Buffer =>
  readFileSync(new URL(`../../../../fixtures/cluster/${path}`, import.meta.url));

const SNAPSHOTS = [
  'bootstrap.checkpoint',
  'cluster-metadata/00000000000000000402-0000000002.checkpoint',
  'dynamic-quorum/00000000000000000000-0000000000.checkpoint',
];

describe('snapshots of Apache Kafka', () => {
  it.each(SNAPSHOTS)('%s is written byte for byte from what was read', (path) => {
    const content = fixture(path);
    const times = [...batches(content)].map((batch) => Number(batch.baseTimestamp));
    const epoch = [...batches(content)][0]?.partitionLeaderEpoch ?? -1;
    expect(encodeSnapshot(decodeSnapshot(content), epoch, () => times.shift() as number).toString('hex')).toBe(
      content.toString('hex'),
    );
  });

  it('names its quorum when it is dynamic', () => {
    expect(decodeSnapshot(fixture(SNAPSHOTS[2] as string)).quorum).toMatchObject({
      kRaftVersion: 1,
      voters: [{ voterId: 1, endpoints: [{ name: 'CONTROLLER', host: '127.0.0.1', port: 19293 }] }],
    });
    expect(decodeSnapshot(fixture(SNAPSHOTS[0] as string)).quorum).toBeNull();
  });

  it('is refused when it was cut anywhere or a bit is wrong', () => {
    const content = fixture(SNAPSHOTS[0] as string);
    for (let length = 0; length < content.length; length++) {
      expect(() => decodeSnapshot(content.subarray(0, length))).toThrow(MalformedBytesError);
    }
    const flipped = Buffer.from(content);
    flipped[200] = (flipped[200] as number) ^ 1;
    expect(() => decodeSnapshot(flipped)).toThrow(MalformedBytesError);
  });

  it('has a name that says where it ends', () => {
    const id = { endOffset: 402n, epoch: 2 };
    expect(snapshotName(id)).toBe('00000000000000000402-0000000002.checkpoint');
    expect(parseSnapshotName(snapshotName(id))).toEqual(id);
    expect(parseSnapshotName('bootstrap.checkpoint')).toBeNull();
    expect(parseSnapshotName(`${snapshotName(id)}.part`)).toBeNull();
  });
});

describe('the metadata log of Apache Kafka', () => {
  it.each(['cluster-metadata', 'dynamic-quorum'])('%s: every record survives decoding and encoding', (path) => {
    const quorum = new QuorumReader();
    const cursor = new RecordCursor();
    let recordCount = 0;
    for (const batch of batches(fixture(`${path}/00000000000000000000.log`))) {
      readBatch(batch, cursor, {
        control: (type, value) => quorum.read(type, value),
        record(one) {
          expect(encodeMetadataRecord(one).toString('hex')).toBe(cursor.value()?.toString('hex'));
          recordCount++;
        },
      });
    }
    expect(recordCount).toBeGreaterThan(25);
    expect(quorum.quorum?.kRaftVersion).toBe(path === 'dynamic-quorum' ? 1 : undefined);
  });
});

describe('quorum-state', () => {
  it.each([
    ['cluster-metadata', [1]],
    ['dynamic-quorum', null],
  ])('%s is written as Apache Kafka does', (path, fixedVoters) => {
    const content = fixture(`${path}/quorum-state`);
    const state = parseQuorumState(content);
    expect(state?.leaderId).toBe(1);
    expect(quorumStateContent(state as NonNullable<typeof state>, fixedVoters).toString()).toBe(content.toString());
  });

  it('is ignored when it is damaged', () => {
    expect(parseQuorumState(Buffer.from('{"leaderId":1'))).toBeNull();
    expect(parseQuorumState(Buffer.from('{}'))).toBeNull();
  });
});

describe('meta.properties', () => {
  it('is written as Apache Kafka does', () => {
    const content = fixture('meta.properties');
    const { clusterId, nodeId, directoryId } = parseMetaProperties(content);
    const timeMs = Date.parse(content.toString().split('\n')[1]?.slice(1) as string);
    const written = metaPropertiesContent(
      { clusterId: clusterId as string, nodeId: nodeId as number, directoryId: directoryId as string },
      timeMs,
    );
    expect(written.toString()).toBe(content.toString());
  });
});
