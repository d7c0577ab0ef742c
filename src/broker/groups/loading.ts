import { MalformedBytesError } from '../../protocol/primitives.ts';
import { batches, NO_PRODUCER_ID, type RecordBatch } from '../../protocol/records/batch.ts';
import { readControlType } from '../../protocol/records/control-types.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type ReplicaManager } from '../replicas/index.ts';
import { startConsumerTimers } from './consumer-sessions.ts';
import { scheduleExpiry } from './expiry.ts';
import { restartSession } from './member-sessions.ts';
import { prepareRebalance } from './rebalance.ts';
import { decodeRecord } from './record-format.ts';
import { OFFSETS_TOPIC, type Shard } from './shard.ts';
import { startShareTimers } from './share-sessions.ts';

type PartitionLog = Exclude<ReturnType<ReplicaManager['leaderLog']>, string>;

const nextTurn = () => new Promise((resolve) => setImmediate(resolve));

function replayControl(shard: Shard, batch: RecordBatch, cursor: RecordCursor): void {
  const key = cursor.key();
  const type = key === null ? null : readControlType(key);
  if (type === 'commit' || type === 'abort') shard.offsets.completeTransaction(batch.producerId, type);
}

function replayRecord(shard: Shard, batch: RecordBatch, cursor: RecordCursor): void {
  const key = cursor.key();
  if (key === null) return;
  const record = decodeRecord(key, cursor.value());
  if (record?.kind === 'offset') {
    shard.applyOffset(record, cursor.offset(), batch.isTransactional ? batch.producerId : NO_PRODUCER_ID);
  } else if (record?.kind === 'group') shard.applyGroup(record);
  else if (record?.kind === 'consumer') shard.applyConsumerGroup(record);
  else if (record?.kind === 'share') shard.applyShareGroup(record);
}

function replayBatch(shard: Shard, batch: RecordBatch, cursor: RecordCursor, startOffset: bigint): void {
  cursor.reset(batch);
  while (cursor.next()) {
    if (cursor.offset() < startOffset) continue;
    try {
      if (batch.isControl) replayControl(shard, batch, cursor);
      else replayRecord(shard, batch, cursor);
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      // One record nobody can read must not take all groups of the partition away.
      const where = `${OFFSETS_TOPIC}-${shard.partition} offset ${cursor.offset()}`;
      shard.logger.log('WARN', `skipped an unreadable record at ${where}`, error);
    }
  }
}

/**
 * Rebuilds a shard from its log, then serves it: members start a new session each, as if they had just been heard.
 * Other work goes on between the chunks. Throws what the log throws; the shard stays as it was then.
 */
export async function loadShard(shard: Shard, log: PartitionLog): Promise<void> {
  const startedMs = shard.clock.now();
  const cursor = new RecordCursor();
  const startOffset = log.logStartOffset;
  const endOffset = log.logEndOffset;
  let offset = startOffset;
  while (offset < endOffset && shard.state === 'loading') {
    const { records } = log.read(offset, {
      maxBytes: shard.settings.loadBufferBytes,
      minOneBatch: true,
      endOffset,
      readCommitted: false,
    });
    const before = offset;
    for (const batch of batches(records)) {
      replayBatch(shard, batch, cursor, startOffset);
      offset = batch.nextOffset;
    }
    if (offset === before) break;
    if (offset < endOffset) await nextTurn();
  }
  if (shard.state !== 'loading') return;
  shard.state = 'active';
  scheduleExpiry(shard);
  for (const group of shard.groups.values()) {
    for (const member of group.members.values()) restartSession(shard, group, member);
    const { maxGroupSize } = shard.settings;
    if (group.members.size <= maxGroupSize) continue;
    const reason = `loaded with ${group.members.size} members, more than group.max.size=${maxGroupSize}`;
    await shard.run(group.groupId, () => prepareRebalance(shard, group, reason));
  }
  for (const group of shard.consumerGroups.values()) startConsumerTimers(shard, group);
  for (const group of shard.shareGroups.values()) startShareTimers(shard, group);
  const took = shard.clock.now() - startedMs;
  shard.logger.log(
    shard.groups.size > 0 ? 'INFO' : 'DEBUG',
    `loaded ${shard.groups.size + shard.consumerGroups.size + shard.shareGroups.size} groups of ${OFFSETS_TOPIC}-${shard.partition} in ${took} ms`,
  );
}
