import { type Uuid } from '../../protocol/primitives.ts';
import { type Family, type Sample } from '../../util/exposition.ts';
import { type ShareObserver, type SharePartitionKey, type ShareReport } from '../share-groups/index.ts';

class ShareTopicMeter {
  fetchRequests = 0;
  failedFetchRequests = 0;
  bytesOut = 0;
  acknowledgementRequests = 0;
  failedAcknowledgementRequests = 0;
}

const COUNTERS: readonly (readonly [name: string, help: string, count: keyof ShareTopicMeter])[] = [
  ['share_fetch_requests', 'Share fetches, by topic in their session.', 'fetchRequests'],
  ['failed_share_fetch_requests', 'Partitions of share fetches that failed.', 'failedFetchRequests'],
  ['share_bytes_out', 'Bytes of records sent to members of share groups.', 'bytesOut'],
  ['share_acknowledgement_requests', 'Requests that acknowledge records, by topic.', 'acknowledgementRequests'],
  [
    'failed_share_acknowledgement_requests',
    'Partitions whose acknowledgements were refused.',
    'failedAcknowledgementRequests',
  ],
];

/** By number on the wire. */
const ACKNOWLEDGE_TYPES = ['gap', 'accept', 'release', 'reject', 'renew'];

/** What share groups did since the broker started, and what they hold. Topics and partitions that are gone are forgotten when somebody asks. */
export class ShareMeters implements ShareObserver {
  private readonly topics = new Map<Uuid, ShareTopicMeter>();
  private readonly settledCounts = ACKNOWLEDGE_TYPES.map(() => 0);
  private readonly timeouts = new Map<string, { readonly key: SharePartitionKey; count: number }>();

  fetched(topicIds: Iterable<Uuid>): void {
    for (const topicId of topicIds) this.of(topicId).fetchRequests++;
  }

  fetchFailed(topicId: Uuid): void {
    this.of(topicId).failedFetchRequests++;
  }

  sent(topicId: Uuid, byteCount: number): void {
    this.of(topicId).bytesOut += byteCount;
  }

  acknowledged(topicIds: Iterable<Uuid>): void {
    for (const topicId of topicIds) this.of(topicId).acknowledgementRequests++;
  }

  acknowledgementFailed(topicId: Uuid): void {
    this.of(topicId).failedAcknowledgementRequests++;
  }

  settled(acknowledgeType: number, recordCount: number): void {
    this.settledCounts[acknowledgeType] = (this.settledCounts[acknowledgeType] ?? 0) + recordCount;
  }

  lockTimedOut(key: SharePartitionKey, recordCount: number): void {
    const text = `${key.groupId}\n${key.topicId}\n${key.partition}`;
    const known = this.timeouts.get(text) ?? { key, count: 0 };
    known.count += recordCount;
    this.timeouts.set(text, known);
  }

  /** `topicName` answers undefined for an id that is not known any more. */
  families(report: ShareReport, topicName: (topicId: Uuid) => string | undefined): Family[] {
    for (const topicId of this.topics.keys()) if (topicName(topicId) === undefined) this.topics.delete(topicId);
    for (const [text, { key }] of this.timeouts) if (topicName(key.topicId) === undefined) this.timeouts.delete(text);
    const labelsOf = ({ groupId, topicId, partition }: SharePartitionKey) => ({
      group: groupId,
      topic: topicName(topicId) ?? topicId,
      partition,
    });
    const inFlight = (value: (one: ShareReport['partitions'][number]) => number): Sample[] =>
      report.partitions.map((one) => ({ labels: labelsOf(one), value: value(one) }));
    const plain = (value: number): Sample[] => [{ labels: {}, value }];
    return [
      ...COUNTERS.map(([name, help, count]) =>
        counter(
          name,
          help,
          [...this.topics].map(([topicId, meter]) => ({
            labels: { topic: topicName(topicId) ?? '' },
            value: meter[count],
          })),
        ),
      ),
      counter(
        'share_record_acknowledgements',
        'Records acknowledged by members, by type.',
        ACKNOWLEDGE_TYPES.map((type, at) => ({ labels: { type }, value: this.settledCounts[at] ?? 0 })),
      ),
      counter(
        'share_acquisition_lock_timeouts',
        'Records that were not acknowledged in time.',
        [...this.timeouts.values()].map(({ key, count }) => ({ labels: labelsOf(key), value: count })),
      ),
      gauge(
        'share_in_flight_records',
        'Records between the first that is not done and the last that was acquired.',
        inFlight(({ inFlightRecordCount }) => inFlightRecordCount),
      ),
      gauge(
        'share_in_flight_batches',
        'Runs of records whose delivery is kept apart.',
        inFlight(({ inFlightBatchCount }) => inFlightBatchCount),
      ),
      gauge('share_sessions', 'Sessions of members of share groups.', plain(report.sessionCount)),
      gauge('share_session_partitions', 'Partitions of all these sessions.', plain(report.sessionPartitionCount)),
    ];
  }

  private of(topicId: Uuid): ShareTopicMeter {
    const known = this.topics.get(topicId);
    if (known !== undefined) return known;
    const meter = new ShareTopicMeter();
    this.topics.set(topicId, meter);
    return meter;
  }
}

function counter(name: string, help: string, samples: Sample[]): Family {
  return { name: `kafka_server_${name}_total`, type: 'counter', help, samples };
}

function gauge(name: string, help: string, samples: Sample[]): Family {
  return { name: `kafka_server_${name}`, type: 'gauge', help, samples };
}
