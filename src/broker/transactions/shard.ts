import { type ErrorName } from '../../protocol/errors.ts';
import { MalformedBytesError } from '../../protocol/primitives.ts';
import { batches } from '../../protocol/records/batch.ts';
import { BatchBuilder } from '../../protocol/records/batch-builder.ts';
import { RecordCursor } from '../../protocol/records/record-cursor.ts';
import { type Clock } from '../../util/clock.ts';
import { type Logger } from '../../util/logger.ts';
import { coordinatorErrorOf, type ReplicaManager } from '../replicas/index.ts';
import { decodeTransactionKey, decodeTransactionValue, encodeTransaction } from './record-format.ts';
import { Transaction, type TransactionValue } from './transaction-state.ts';

export const TRANSACTIONS_TOPIC = '__transaction_state';
const READ_BYTES = 5 * 1024 * 1024;
const PRODUCE_VERSION = 13;
const APPEND_TIMEOUT_MS = 5000;

/** The transactional ids of one led `__transaction_state` partition. State follows the log. */
export class TransactionShard {
  readonly partition: number;
  readonly transactions = new Map<string, Transaction>();
  state: 'loading' | 'active' | 'closed' = 'loading';
  private readonly replicas: Pick<ReplicaManager, 'append' | 'leaderLog'>;
  private readonly clock: Clock;
  private readonly logger: Logger;

  constructor(
    partition: number,
    context: { replicas: Pick<ReplicaManager, 'append' | 'leaderLog'>; clock: Clock; logger: Logger },
  ) {
    this.partition = partition;
    this.replicas = context.replicas;
    this.clock = context.clock;
    this.logger = context.logger;
  }

  /** The epoch that markers carry: the leader epoch of this partition. */
  get coordinatorEpoch(): number {
    const log = this.replicas.leaderLog(TRANSACTIONS_TOPIC, this.partition);
    return typeof log === 'string' ? -1 : Math.max(log.latestLeaderEpoch, 0);
  }

  /** Appends the next value of an id (null: a tombstone), then makes it current. */
  async store(transaction: Transaction, value: TransactionValue | null): Promise<ErrorName> {
    const builder = new BatchBuilder();
    const encoded = encodeTransaction(transaction.transactionalId, value);
    builder.append(this.clock.now(), encoded.key, encoded.value);
    const [result] = await this.replicas.append(
      [{ topic: TRANSACTIONS_TOPIC, partition: this.partition, records: builder.build() }],
      { acks: -1, timeoutMs: APPEND_TIMEOUT_MS, origin: 'coordinator', apiVersion: PRODUCE_VERSION },
    );
    if (this.state === 'closed') return 'NOT_COORDINATOR';
    if (result?.error !== 'NONE') {
      this.logger.log('WARN', `cannot append to ${TRANSACTIONS_TOPIC}-${this.partition}: ${result?.error}`);
      return coordinatorErrorOf(result?.error ?? 'UNKNOWN_SERVER_ERROR') ?? 'UNKNOWN_SERVER_ERROR';
    }
    if (value === null) this.transactions.delete(transaction.transactionalId);
    else {
      transaction.value = value;
      this.transactions.set(transaction.transactionalId, transaction);
    }
    return 'NONE';
  }

  /** Reads the whole partition; afterwards the shard serves. */
  async load(): Promise<void> {
    const log = this.replicas.leaderLog(TRANSACTIONS_TOPIC, this.partition);
    if (typeof log === 'string') {
      this.state = 'closed';
      return;
    }
    const cursor = new RecordCursor();
    const endOffset = log.logEndOffset;
    let offset = log.logStartOffset;
    while (offset < endOffset && this.state === 'loading') {
      const before = offset;
      const read = log.read(offset, { maxBytes: READ_BYTES, minOneBatch: true, endOffset, readCommitted: false });
      for (const batch of batches(read.records)) {
        offset = batch.nextOffset;
        if (batch.isControl) continue;
        cursor.reset(batch);
        while (cursor.next()) this.replay(cursor);
      }
      if (offset === before) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    if (this.state === 'loading') this.state = 'active';
  }

  private replay(cursor: RecordCursor): void {
    try {
      this.apply(cursor.key(), cursor.value());
    } catch (error) {
      if (!(error instanceof MalformedBytesError)) throw error;
      // One record nobody can read must not take all transactions of the partition away.
      const where = `${TRANSACTIONS_TOPIC}-${this.partition} offset ${cursor.offset()}`;
      this.logger.log('WARN', `skipped an unreadable record at ${where}`, error);
    }
  }

  private apply(key: Buffer | null, value: Buffer | null): void {
    const transactionalId = key === null ? null : decodeTransactionKey(key);
    if (transactionalId === null) return;
    if (value === null) this.transactions.delete(transactionalId);
    else this.transactions.set(transactionalId, new Transaction(transactionalId, decodeTransactionValue(value)));
  }
}
