import { type BatchEvent, type Complaint, type DumpEvent, type ProducerEvent, type RecordEvent } from './events.ts';

/** What Kafka's tool prints for an event: the text with its newline, and whether it goes to stderr. */
export function eventText(event: DumpEvent): { readonly text: string; readonly isError: boolean } {
  switch (event.kind) {
    case 'ignored':
      return { text: `Ignoring unknown file ${event.file}\n`, isError: true };
    case 'corrupt snapshot':
      return { text: `${event.reason}\n`, isError: true };
    case 'complaint':
      return { text: complaintText(event), isError: true };
    case 'unreadable record':
      return { text: recordLine({ ...event, kind: 'record', key: null, payload: null }), isError: false };
    default:
      return { text: `${lineOf(event)}\n`, isError: false };
  }
}

function lineOf(
  event: Exclude<DumpEvent, { kind: 'ignored' | 'corrupt snapshot' | 'complaint' | 'unreadable record' }>,
): string {
  switch (event.kind) {
    case 'file':
      return `Dumping ${event.file}`;
    case 'log':
      return `Log starting offset: ${event.startOffset}`;
    case 'bootstrap snapshot':
      return 'KRaft bootstrap snapshot';
    case 'metadata snapshot':
      return `Snapshot end offset: ${event.endOffset}, epoch: ${event.epoch}`;
    case 'batch':
      return batchLine(event);
    case 'record':
      return recordLine(event);
    case 'trailing bytes':
      return `Found ${event.bytes} invalid bytes at the end of ${event.file}`;
    case 'empty index':
      return `${event.file} is empty.`;
    case 'sane index':
      return `${event.file} passed sanity check.`;
    case 'offset index entry':
      return `offset: ${event.offset} position: ${event.position}`;
    case 'time index entry':
      return `timestamp: ${event.timestampMs} offset: ${event.offset}`;
    case 'aborted transaction': {
      const { version, producerId, firstOffset, lastOffset, lastStableOffset } = event;
      return `version: ${version} producerId: ${producerId} firstOffset: ${firstOffset} lastOffset: ${lastOffset} lastStableOffset: ${lastStableOffset}`;
    }
    case 'producer':
      return producerLine(event);
  }
}

function batchLine(one: BatchEvent): string {
  const horizon = one.deleteHorizonMs === null ? 'OptionalLong.empty' : `OptionalLong[${one.deleteHorizonMs}]`;
  return (
    `baseOffset: ${one.baseOffset} lastOffset: ${one.lastOffset} count: ${one.count} baseSequence: ${one.baseSequence}` +
    ` lastSequence: ${one.lastSequence} producerId: ${one.producerId} producerEpoch: ${one.producerEpoch}` +
    ` partitionLeaderEpoch: ${one.partitionLeaderEpoch} isTransactional: ${one.isTransactional} isControl: ${one.isControl}` +
    ` deleteHorizonMs: ${horizon} position: ${one.position} ${one.timestampType}: ${one.maxTimestampMs}` +
    ` size: ${one.sizeBytes} magic: ${one.magic} compresscodec: ${one.compression} crc: ${one.crc} isvalid: ${one.isValid}`
  );
}

function recordLine({ metadata, key, payload }: RecordEvent): string {
  let line = '';
  // Without its metadata a record's line begins with the bar, and only if it has content.
  let separator = '| ';
  if (metadata) {
    line =
      `| offset: ${metadata.offset} ${metadata.timestampType}: ${metadata.timestampMs} keySize: ${metadata.keySize}` +
      ` valueSize: ${metadata.valueSize} sequence: ${metadata.sequence} headerKeys: [${metadata.headerKeys.join(',')}]`;
    if (metadata.control) line += controlText(metadata.control);
    separator = ' ';
  }
  if (key !== null) {
    line += `${separator}key: ${key}`;
    separator = ' ';
  }
  return payload === null ? line : `${line}${separator}payload: ${payload}`;
}

const CONTROL_TITLES: Readonly<Record<string, string>> = {
  LEADER_CHANGE: 'LeaderChange:',
  SNAPSHOT_HEADER: 'SnapshotHeader',
  SNAPSHOT_FOOTER: 'SnapshotFooter',
  KRAFT_VERSION: 'KRaftVersion',
  KRAFT_VOTERS: 'KRaftVoters',
};

function controlText({
  type,
  typeId,
  coordinatorEpoch,
  json,
}: NonNullable<RecordEvent['metadata']>['control'] & object) {
  if (coordinatorEpoch !== null) return ` endTxnMarker: ${type} coordinatorEpoch: ${coordinatorEpoch}`;
  return json === null ? ` controlType: ${type}(${typeId})` : ` ${CONTROL_TITLES[type] ?? type} ${json}`;
}

function producerLine(one: ProducerEvent): string {
  const open =
    one.transactionFirstOffset === null ? 'OptionalLong.empty' : `OptionalLong[${one.transactionFirstOffset}]`;
  const line =
    `producerId: ${one.producerId} producerEpoch: ${one.producerEpoch} coordinatorEpoch: ${one.coordinatorEpoch}` +
    ` currentTxnFirstOffset: ${open} lastTimestamp: ${one.lastTimestampMs} `;
  if (one.lastBatch === null) return line;
  const { firstSequence, lastSequence, lastOffset, offsetDelta, timestampMs } = one.lastBatch;
  return `${line}firstSequence: ${firstSequence} lastSequence: ${lastSequence} lastOffset: ${lastOffset} offsetDelta: ${offsetDelta} timestamp: ${timestampMs}`;
}

function complaintText({ about, file, entries }: Complaint): string {
  const [title, line] = COMPLAINTS[about];
  return `${title}${file}\n${entries.map(({ expected, found }) => `${line(expected, found)}\n`).join('')}`;
}

const COMPLAINTS: Readonly<Record<Complaint['about'], readonly [string, (expected: bigint, found: bigint) => string]>> =
  {
    'index mismatch': ['Mismatches in :', (offset, found) => `  Index offset: ${offset}, log offset: ${found}`],
    'timestamp mismatch': [
      'Found timestamp mismatch in :',
      (timestamp, found) => `  Index timestamp: ${timestamp}, log timestamp: ${found}`,
    ],
    'timestamps out of order': [
      'Found out of order timestamp in :',
      (timestamp, before) => `  Index timestamp: ${timestamp}, Previously indexed timestamp: ${before}`,
    ],
    'offset not found': [
      'The following indexed offsets are not found in :',
      (offset, found) => `Indexed offset: ${offset}, found log offset: ${found}`,
    ],
    'offsets not consecutive': ['Non-consecutive offsets in ', (offset, next) => `  ${offset} is followed by ${next}`],
  };
