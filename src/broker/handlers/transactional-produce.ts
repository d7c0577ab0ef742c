import { type ErrorName } from '../../protocol/errors.ts';
import { BATCH_HEADER_BYTES, RecordBatch } from '../../protocol/records/batch.ts';
import { type AppendResult, type ProduceEntry } from '../replicas/index.ts';
import { type Rooms } from './handler.ts';

/** From here on the broker adds a partition to the transaction itself (KIP-890 part 2). */
const ADDS_PARTITIONS_VERSION = 12;
const ABORTABLE_VERSION = 11;
const NOT_ADDED = 'Partition was not added to the transaction';
const SEVERAL_PRODUCERS = 'Transactional records contained more than one producer ID';
const UNVERIFIABLE = 'Unable to verify the partition has been added to the transaction. Underlying error:';

/** What the coordinator's errors mean to a producer (kafka 4.x ReplicaManager.handleProduceAppend). */
function producerFailure(error: ErrorName, apiVersion: number): AppendResult {
  const addsPartitions = apiVersion >= ADDS_PARTITIONS_VERSION;
  switch (error) {
    case 'NONE':
      throw new Error('not a failure');
    case 'PRODUCER_FENCED':
      return { error: 'INVALID_PRODUCER_EPOCH' };
    case 'INVALID_TXN_STATE':
      return apiVersion >= ABORTABLE_VERSION ? { error: 'TRANSACTION_ABORTABLE' } : { error, text: NOT_ADDED };
    case 'CONCURRENT_TRANSACTIONS':
      // Older clients would not try again: this error makes them, and refreshes no metadata.
      return addsPartitions ? { error } : { error: 'NOT_ENOUGH_REPLICAS', text: `${UNVERIFIABLE} ${error}` };
    case 'COORDINATOR_LOAD_IN_PROGRESS':
    case 'COORDINATOR_NOT_AVAILABLE':
    case 'NOT_COORDINATOR':
      return { error: 'NOT_ENOUGH_REPLICAS', text: `${UNVERIFIABLE} ${error}` };
    default:
      return { error };
  }
}

/** Without verification nothing is added either, at any version; only a commit of offsets adds its partition all the same. */
export function verifiesTransactions(cluster: Pick<Rooms['cluster'], 'brokerConfigValue'>): boolean {
  return cluster.brokerConfigValue('transaction.partition.verification.enable') !== 'false';
}

export interface VerifiedEntries {
  readonly failures: ReadonlyMap<ProduceEntry, AppendResult>;
  readonly guarded: ReadonlyMap<ProduceEntry, ProduceEntry>;
}

/** By the attributes of the first batch: versions served here carry one batch for each partition. */
export function transactionalBatch(records: Buffer | null): RecordBatch | null {
  if (records === null || records.length < BATCH_HEADER_BYTES) return null;
  const batch = new RecordBatch(records);
  return batch.isTransactional ? batch : null;
}

/** Its producer's transaction began there before. */
function isOpen(guarded: ProduceEntry | undefined): boolean {
  return guarded?.verificationGuard === null;
}

/**
 * Makes sure that the partitions of transactional batches belong to the open transaction before anything is written:
 * up to v11 they must have been added, later they are added here; a partition that is in it by its log is not asked about.
 * Answers the failures by entry, and entries that go with a guard: the transaction may end before they are appended
 * (KIP-890). Batches of several producers fail together. With transaction.partition.verification.enable=false batches of
 * one are taken as they come.
 */
export async function verifyTransaction(
  transactionalId: string,
  entries: readonly ProduceEntry[],
  apiVersion: number,
  { cluster, replicas, transactions }: Pick<Rooms, 'cluster' | 'replicas' | 'transactions'>,
): Promise<VerifiedEntries> {
  const failures = new Map<ProduceEntry, AppendResult>();
  const guarded = new Map<ProduceEntry, ProduceEntry>();
  const transactional = entries.flatMap((entry) => {
    const batch = transactionalBatch(entry.records);
    return batch ? [{ entry, batch }] : [];
  });
  const [first] = transactional;
  if (!first) return { failures, guarded };
  if (transactional.some(({ batch }) => batch.producerId !== first.batch.producerId)) {
    for (const entry of entries) failures.set(entry, { error: 'INVALID_PRODUCER_ID_MAPPING', text: SEVERAL_PRODUCERS });
    return { failures, guarded };
  }
  if (!verifiesTransactions(cluster)) return { failures, guarded };
  for (const { entry, batch } of transactional) {
    const verificationGuard = replicas.beginVerification(entry, batch.producerId, batch.producerEpoch);
    guarded.set(entry, { ...entry, verificationGuard });
  }
  const partitions = transactional.map(({ entry }) => entry).filter((one) => !isOpen(guarded.get(one)));
  if (partitions.length === 0) return { failures, guarded };
  const { producerId, producerEpoch } = first.batch;
  const producer = { transactionalId, producerId, producerEpoch };
  const errors =
    apiVersion >= ADDS_PARTITIONS_VERSION
      ? new Array<ErrorName>(partitions.length).fill(await transactions.addPartitions(producer, partitions, 2))
      : transactions.verifyPartitions(producer, partitions).partitions;
  for (const [i, entry] of partitions.entries()) {
    const error = errors[i] ?? 'UNKNOWN_SERVER_ERROR';
    if (error !== 'NONE') failures.set(entry, producerFailure(error, apiVersion));
  }
  return { failures, guarded };
}
