import { type ErrorName } from '../../protocol/errors.ts';
import { type JavaError } from '../../util/java-error.ts';
import { type PartitionQueue } from './partition-queue.ts';
import { type ProducerBatch } from './producer-batch.ts';

/** What the sender asks of a producer with an id: who it is, which batches may go, what becomes of refused ones. */
export interface SequenceKeeper {
  /** Set by the producer: something changed, the sender should look again. */
  wake: () => void;
  readonly transactionalId: string | null;
  /** Highest Produce version to use; undefined: any. */
  readonly maxProduceVersion: number | undefined;
  /** Nothing will ever be sent again. */
  readonly fatalError: JavaError | null;
  /** What batches that were never sent fail with; null as long as they may be sent. */
  readonly unsentError: JavaError | null;
  /** When to look again after a failure; 0 when not waiting. */
  readonly waitsUntilMs: number;
  /** Throws JavaError (IllegalStateException) when no record may be appended now. */
  checkAppend(queue: PartitionQueue): void;
  /** Brings everything up to date; true when batches may be sent. */
  prepare(): boolean;
  /** Whether a queue's first batch may go out now. */
  admit(queue: PartitionQueue, batch: ProducerBatch): boolean;
  acknowledge(batch: ProducerBatch, baseOffset: bigint): void;
  /** A batch that will not be tried again. `mayHaveArrived`: its fate is unknown, what follows will tell. */
  abandon(batch: ProducerBatch, error: JavaError, mayHaveArrived: boolean): void;
  /** Whether a refused batch is worth another attempt, apart from limits of time and number. */
  mayRetry(batch: ProducerBatch, error: ErrorName, logStartOffset: bigint): boolean;
}
