import { KafkaError } from '../../../protocol/errors.ts';
import { MalformedBytesError, type Uuid } from '../../../protocol/primitives.ts';
import { batches } from '../../../protocol/records/batch.ts';
import { type RecordInput, singleBatch } from '../../../protocol/records/batch-builder.ts';
import { leaderChangeMessage } from '../../../protocol/records/clients.ts';
import { controlKey } from '../../../protocol/records/control-records.ts';
import { RecordCursor } from '../../../protocol/records/record-cursor.ts';
import { type Clock } from '../../../util/clock.ts';
import { type Logger } from '../../../util/logger.ts';
import { type FileSystem, type LogConfig, openSingleLog, replaceFile, type SingleLog } from '../../log/index.ts';
import { type PlacedRecord } from '../apply-records.ts';
import { METADATA_TOPIC } from '../topic-names.ts';
import { encodeMetadataRecord, type MetadataRecord } from './metadata-records.ts';
import { parseQuorumState, QUORUM_STATE, quorumStateContent } from './quorum-state.ts';
import {
  decodeSnapshot,
  encodeSnapshot,
  type KRaftQuorum,
  parseSnapshotName,
  QuorumReader,
  quorumRecords,
  readBatch,
  type Snapshot,
  type SnapshotId,
  snapshotName,
} from './snapshot-file.ts';

/** Fixed by Kafka (kafka Uuid.METADATA_TOPIC_ID). */
export const METADATA_TOPIC_ID: Uuid = 'AAAAAAAAAAAAAAAAAAAAAQ';

export function metadataDirectory(logDir: string): string {
  return `${logDir}/${METADATA_TOPIC}-0`;
}

export interface MetadataLogOptions {
  readonly fileSystem: FileSystem;
  readonly clock: Clock;
  readonly logger: Logger;
  readonly logDir: string;
  readonly nodeId: number;
  readonly segmentBytes: number;
  readonly segmentMs: number;
  /** metadata.log.max.record.bytes.between.snapshots. */
  readonly snapshotBytes: number;
  /** metadata.log.max.snapshot.interval.ms; 0 means never for time alone. */
  readonly snapshotIntervalMs: number;
  /** metadata.max.retention.bytes: a larger log is emptied behind its snapshot. */
  readonly retentionBytes: number;
}

const READ_BYTES = 1 << 20;
const MAX_BATCH_BYTES = 0x7fffffff;
const MAX_OPEN_FILES = 8;
const MAX_INDEX_BYTES = 64 << 20;
/** Snapshots kept: the newest, and the one before in case the newest turns out to be spoilt. */
const KEPT_SNAPSHOTS = 2;
/** A clean stop writes a snapshot when this share of `snapshotBytes` is due, so that starts stay quick. */
const STOP_SHARE = 20;

/**
 * `__cluster_metadata-0`: the log of metadata records, its snapshots and quorum-state, in Kafka's formats. A quorum of one:
 * what is flushed is committed.
 */
export class MetadataLog {
  private readonly options: MetadataLogOptions;
  private readonly directory: string;
  private readonly log: SingleLog;
  private snapshots: SnapshotId[];
  private readonly quorumReader = new QuorumReader();
  private epoch: number;
  private bytesSinceSnapshot = 0;
  private lastSnapshotMs: number;
  private lastTimestampMs = 0n;

  /**
   * Loads the newest sound snapshot and what the log holds behind it. `visit` gets the records in order, a batch at a time.
   * Throws MalformedBytesError when records cannot be read, and what file systems throw.
   */
  static open(options: MetadataLogOptions, visit: (records: readonly PlacedRecord[]) => void): MetadataLog {
    return new MetadataLog(options, visit);
  }

  private constructor(options: MetadataLogOptions, visit: (records: readonly PlacedRecord[]) => void) {
    this.options = options;
    const { fileSystem, clock, logger, logDir } = options;
    this.directory = metadataDirectory(logDir);
    this.lastSnapshotMs = clock.now();
    fileSystem.makeDirectory(this.directory);
    const { ids, newest } = this.findSnapshots();
    this.snapshots = ids;
    const start = newest?.id.endOffset ?? 0n;
    this.log = openSingleLog(
      { fileSystem, clock, logger, random: () => 0, maxOpenFiles: MAX_OPEN_FILES, maxIndexBytes: MAX_INDEX_BYTES },
      {
        logDir,
        topic: METADATA_TOPIC,
        partition: 0,
        topicId: METADATA_TOPIC_ID,
        config: logConfig(options),
        recoveryPoint: start,
      },
    );
    if (this.log.logEndOffset < start) this.log.truncateFullyAndStartAt(start);
    if (this.log.logStartOffset > start) {
      const gap = `from ${start} to ${this.log.logStartOffset}`;
      throw new MalformedBytesError(`${this.directory} lacks the records ${gap}: no sound snapshot holds them`);
    }
    if (newest !== null) this.visitSnapshot(newest.snapshot, start, visit);
    this.replay(start, visit);
    this.epoch = Math.max(this.log.latestLeaderEpoch, newest?.id.epoch ?? 0, this.storedEpoch());
  }

  get quorum(): KRaftQuorum | null {
    return this.quorumReader.quorum;
  }

  get leaderEpoch(): number {
    return this.epoch;
  }

  /** Exclusive. */
  get endOffset(): bigint {
    return this.log.logEndOffset;
  }

  /** Exclusive end of what is flushed. */
  get highWatermark(): bigint {
    return this.log.highWatermark;
  }

  /** Asked after each change: an idle log needs no snapshot. */
  get isSnapshotDue(): boolean {
    const { snapshotBytes, snapshotIntervalMs, clock } = this.options;
    if (this.bytesSinceSnapshot >= snapshotBytes) return true;
    return snapshotIntervalMs > 0 && clock.now() - this.lastSnapshotMs >= snapshotIntervalMs;
  }

  private findSnapshots(): { ids: SnapshotId[]; newest: { id: SnapshotId; snapshot: Snapshot } | null } {
    const { fileSystem, logger } = this.options;
    const names = fileSystem.list(this.directory);
    // What Kafka or we had not finished, or were about to delete.
    for (const name of names) {
      if (/\.checkpoint\.(part|tmp|deleted)$/.test(name)) fileSystem.remove(`${this.directory}/${name}`);
    }
    const ids = names.flatMap((name) => parseSnapshotName(name) ?? []).sort(bySnapshotAge);
    for (const id of ids.toReversed()) {
      const path = `${this.directory}/${snapshotName(id)}`;
      try {
        return { ids, newest: { id, snapshot: decodeSnapshot(fileSystem.readFile(path)) } };
      } catch (error) {
        if (!(error instanceof MalformedBytesError)) throw error;
        logger.log('ERROR', `Snapshot ${path} cannot be used: ${error.message}`, error);
      }
    }
    return { ids, newest: null };
  }

  private visitSnapshot(
    snapshot: Snapshot,
    endOffset: bigint,
    visit: (records: readonly PlacedRecord[]) => void,
  ): void {
    const { records, quorum, lastContainedLogTimestamp } = snapshot;
    if (quorum !== null) this.quorumReader.take(quorum);
    this.lastTimestampMs = lastContainedLogTimestamp;
    if (records.length > 0) visit(records.map((record) => ({ offset: endOffset - 1n, record })));
  }

  private replay(from: bigint, visit: (records: readonly PlacedRecord[]) => void): void {
    const cursor = new RecordCursor();
    for (let offset = from; offset < this.log.logEndOffset; ) {
      const endOffset = this.log.logEndOffset;
      const { records } = this.log.read(offset, {
        maxBytes: READ_BYTES,
        minOneBatch: true,
        endOffset,
        readCommitted: false,
      });
      for (const batch of batches(records)) {
        const placed: PlacedRecord[] = [];
        readBatch(batch, cursor, {
          control: (type, value) => this.quorumReader.read(type, value),
          record: (record, at) => at >= from && placed.push({ offset: at, record }),
        });
        this.lastTimestampMs = batch.maxTimestamp;
        this.bytesSinceSnapshot += batch.sizeInBytes;
        if (placed.length > 0) visit(placed);
        offset = batch.nextOffset;
      }
    }
  }

  private storedEpoch(): number {
    const { fileSystem } = this.options;
    const path = `${this.directory}/${QUORUM_STATE}`;
    if (fileSystem.status(path) === undefined) return 0;
    return parseQuorumState(fileSystem.readFile(path))?.leaderEpoch ?? 0;
  }

  /** Becomes leader of the next epoch, which the first batch of it says. Durable when it resolves. */
  async startEpoch(): Promise<void> {
    const { nodeId, fileSystem, clock } = this.options;
    const { quorum } = this;
    this.epoch++;
    const state = { leaderId: nodeId, leaderEpoch: this.epoch };
    const content = quorumStateContent(state, quorum === null ? [nodeId] : null);
    replaceFile(fileSystem, `${this.directory}/${QUORUM_STATE}`, content);
    const timestampMs = clock.now();
    const voters = [{ voterId: nodeId }];
    const value = leaderChangeMessage.encode({ leaderId: nodeId, voters, grantingVoters: voters }, 0);
    const leaderChange = { timestampMs, key: controlKey('leaderChange'), value };
    this.appendBatch([leaderChange, ...quorumRecords(quorum, timestampMs)], true);
    await this.flush();
  }

  /** One batch: all of it is there after a crash, or nothing. Throws KafkaError KAFKA_STORAGE_ERROR. */
  append(records: readonly MetadataRecord[]): void {
    const timestampMs = this.options.clock.now();
    this.appendBatch(
      records.map((record) => ({ timestampMs, key: null, value: encodeMetadataRecord(record) })),
      false,
    );
  }

  /** Says in the log itself who the quorum is (kraft.version 1 and above). Durable with the next flush. */
  stateQuorum(quorum: KRaftQuorum): void {
    this.appendBatch(quorumRecords(quorum, this.options.clock.now()), true);
    this.quorumReader.take(quorum);
  }

  private appendBatch(records: readonly RecordInput[], isControl: boolean): void {
    const batch = singleBatch(records, { isControl });
    const result = this.log.appendAsLeader(batch, { leaderEpoch: this.epoch, origin: 'controller' });
    if (result.error !== 'NONE') throw new KafkaError('KAFKA_STORAGE_ERROR', result.text);
    this.bytesSinceSnapshot += batch.length;
    this.lastTimestampMs = BigInt(records[0]?.timestampMs ?? 0);
  }

  /** Everything appended so far is durable and committed when it resolves. Throws KafkaError KAFKA_STORAGE_ERROR. */
  async flush(): Promise<void> {
    const end = this.log.logEndOffset;
    await this.log.flush();
    this.log.advanceHighWatermark(end);
  }

  /** Writes the whole state as of the log's end, which must be flushed; drops what nobody needs any more. */
  writeSnapshot(records: Iterable<MetadataRecord>): void {
    const { fileSystem, clock, logger, retentionBytes } = this.options;
    const id = { endOffset: this.log.logEndOffset, epoch: this.epoch };
    const { quorum, lastTimestampMs: lastContainedLogTimestamp } = this;
    const content = encodeSnapshot({ records, quorum, lastContainedLogTimestamp }, id.epoch, () => clock.now());
    replaceFile(fileSystem, `${this.directory}/${snapshotName(id)}`, content);
    logger.log('INFO', `Wrote metadata snapshot ${snapshotName(id)} of ${content.length} bytes`);
    this.bytesSinceSnapshot = 0;
    this.lastSnapshotMs = clock.now();
    this.snapshots = [...this.snapshots.filter((one) => one.endOffset !== id.endOffset), id];
    if (this.log.sizeInBytes > retentionBytes) this.log.truncateFullyAndStartAt(id.endOffset);
    this.removeOldSnapshots();
  }

  /** Older ones than the log's start lead nowhere. */
  private removeOldSnapshots(): void {
    const { fileSystem } = this.options;
    const kept = this.snapshots.slice(-KEPT_SNAPSHOTS).filter((id) => id.endOffset >= this.log.logStartOffset);
    for (const id of this.snapshots) {
      if (!kept.includes(id)) fileSystem.remove(`${this.directory}/${snapshotName(id)}`);
    }
    this.snapshots = kept;
  }

  /** A clean stop. `records` is asked for only when a snapshot is worth it. */
  async close(records: () => Iterable<MetadataRecord>): Promise<void> {
    await this.flush();
    if (this.bytesSinceSnapshot * STOP_SHARE >= this.options.snapshotBytes) this.writeSnapshot(records());
    await this.log.close();
  }
}

function bySnapshotAge(a: SnapshotId, b: SnapshotId): number {
  return a.endOffset === b.endOffset ? a.epoch - b.epoch : a.endOffset < b.endOffset ? -1 : 1;
}

/** Nothing is ever deleted or compacted behind this class's back. */
function logConfig({ segmentBytes, segmentMs }: MetadataLogOptions): LogConfig {
  return {
    segmentBytes,
    segmentMs,
    segmentJitterMs: 0,
    segmentIndexBytes: 10 << 20,
    indexIntervalBytes: 4096,
    maxMessageBytes: MAX_BATCH_BYTES,
    retentionMs: -1,
    retentionBytes: -1,
    cleanupPolicy: { compact: false, delete: true },
    deleteRetentionMs: 86_400_000,
    minCompactionLagMs: 0,
    maxCompactionLagMs: Number.POSITIVE_INFINITY,
    minCleanableDirtyRatio: 0.5,
    fileDeleteDelayMs: 60_000,
    flushMessages: Number.POSITIVE_INFINITY,
    flushMs: Number.POSITIVE_INFINITY,
    compressionType: 'producer',
    messageTimestampType: 'CreateTime',
    messageTimestampBeforeMaxMs: Number.POSITIVE_INFINITY,
    messageTimestampAfterMaxMs: Number.POSITIVE_INFINITY,
    unknownProducerExpirationMs: 86_400_000,
  };
}
