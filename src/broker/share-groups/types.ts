import { type ErrorName } from '../../protocol/errors.ts';
import { type Offset, type Uuid } from '../../protocol/primitives.ts';
import { type ShareReport } from './observer.ts';

/** A group's view of a partition: what delivery state is kept for. */
export interface SharePartitionKey {
  readonly groupId: string;
  readonly topicId: Uuid;
  readonly partition: number;
}

/** A run of records in the same state; `lastOffset` inclusive. */
export interface StateBatch {
  readonly firstOffset: Offset;
  readonly lastOffset: Offset;
  /** RecordState as a number. */
  readonly deliveryState: number;
  readonly deliveryCount: number;
}

/** What is stored of a share partition. */
export interface ShareState {
  readonly snapshotEpoch: number;
  /** Raised by whoever makes the state anew: writers of an older one are fenced. */
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  /** Nothing before it is delivered any more; -1 before anybody read. */
  readonly startOffset: Offset;
  /** Records at or after the start that are done; -1 unknown. */
  readonly deliveryCompleteCount: number;
  readonly createTimestampMs: number;
  readonly writeTimestampMs: number;
  /** Ascending, without overlaps, none before `startOffset`. */
  readonly stateBatches: readonly StateBatch[];
}

export interface StateWrite {
  /** -1 leaves it unchecked, as `leaderEpoch`. */
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  /** -1 leaves it as it is. */
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
  /** Only what changed. */
  readonly stateBatches: readonly StateBatch[];
}

/** NONE, or why not; `text` where it says more than the error. */
export interface StateOutcome {
  readonly error: ErrorName;
  readonly text?: string;
}

export interface StateSummary {
  readonly error: ErrorName;
  readonly text?: string;
  readonly stateEpoch: number;
  readonly leaderEpoch: number;
  readonly startOffset: Offset;
  readonly deliveryCompleteCount: number;
}

/**
 * The keeper of delivery states in `__share_group_state` (KIP-932). Failures are values; what changes a state is answered
 * after its record was appended. Calls for one share partition take effect in their order.
 */
export interface ShareCoordinator {
  /** Makes the state, or makes it anew. FENCED_STATE_EPOCH when a newer one is there. */
  initialize(key: SharePartitionKey, state: { stateEpoch: number; startOffset: Offset }): Promise<StateOutcome>;
  /** What is stored; a newer leader epoch is noted, so that an older leader can write no more. */
  read(key: SharePartitionKey, leaderEpoch: number): Promise<StateOutcome & { readonly state: ShareState | null }>;
  write(key: SharePartitionKey, write: StateWrite): Promise<StateOutcome>;
  /** Also of a state that is not there: NONE. */
  delete(key: SharePartitionKey): Promise<StateOutcome>;
  /** For administrators: start -1 when there is none. */
  readSummary(key: SharePartitionKey): Promise<StateSummary>;
  close(): void;
}

/** Who speaks: one session per member and group. */
interface ShareRequest {
  readonly groupId: string;
  readonly memberId: string;
  /** 0 opens a session, -1 closes it. */
  readonly sessionEpoch: number;
  /** Renewals are allowed among the acknowledgements. */
  readonly isRenew: boolean;
}

export interface AcknowledgedPartition {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly acknowledgements: readonly {
    readonly firstOffset: Offset;
    readonly lastOffset: Offset;
    readonly acknowledgeTypes: readonly number[];
  }[];
}

export interface ShareFetchRequest extends ShareRequest {
  readonly maxWaitMs: number;
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxRecords: number;
  readonly batchSize: number;
  /** `maxRecords` is the last word; else batches of the log are not cut. */
  readonly isStrict: boolean;
  /** False: a mode that no version knows fails the request, though not its acknowledgements. */
  readonly isModeKnown: boolean;
  /** What is new in the session, and what is acknowledged. */
  readonly partitions: readonly AcknowledgedPartition[];
  readonly forgotten: readonly { readonly topicId: Uuid; readonly partition: number }[];
  /** Fires when the member's connection is gone: its session ends, what it holds is free. */
  readonly closed: AbortSignal;
}

export interface ShareAcknowledgeRequest extends ShareRequest {
  readonly partitions: readonly AcknowledgedPartition[];
}

export interface AcknowledgedResult {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly error: ErrorName;
  readonly text: string | null;
}

export interface FetchedSharePartition {
  readonly topicId: Uuid;
  readonly partition: number;
  readonly error: ErrorName;
  /** Of the acknowledgements that came with the request. */
  readonly acknowledgeError: ErrorName;
  readonly acknowledgeText: string | null;
  /** Whole batches; only what `acquired` names is the member's. */
  readonly records: Buffer;
  readonly acquired: readonly {
    readonly firstOffset: Offset;
    readonly lastOffset: Offset;
    readonly deliveryCount: number;
  }[];
}

/** Members' fetches and acknowledgements (KIP-932). An error of the whole request comes with no partitions. */
export interface ShareGroups {
  /** Acknowledges, then fetches: answers when something was acquired, a partition failed, or time is up. */
  fetch(request: ShareFetchRequest): Promise<{
    readonly error: ErrorName;
    readonly lockDurationMs: number;
    readonly partitions: FetchedSharePartition[];
  }>;
  acknowledge(
    request: ShareAcknowledgeRequest,
  ): Promise<{ readonly error: ErrorName; readonly lockDurationMs: number; readonly partitions: AcknowledgedResult[] }>;
  report(): ShareReport;
  close(): void;
}
