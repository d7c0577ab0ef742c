import { type ConsumerConfig } from '../configs/consumer.ts';

/** What fetching needs to know out of the consumer's configuration. */
export interface FetchSettings {
  readonly minBytes: number;
  readonly maxBytes: number;
  readonly maxWaitMs: number;
  readonly maxPartitionBytes: number;
  readonly checkCrcs: boolean;
  readonly isReadCommitted: boolean;
  /** '': none. */
  readonly rack: string;
}

export function fetchSettings({ values }: ConsumerConfig): FetchSettings {
  return {
    minBytes: values.get('fetch.min.bytes'),
    maxBytes: values.get('fetch.max.bytes'),
    maxWaitMs: values.get('fetch.max.wait.ms'),
    maxPartitionBytes: values.get('max.partition.fetch.bytes'),
    checkCrcs: values.get('check.crcs'),
    isReadCommitted: values.get('isolation.level').toLowerCase() === 'read_committed',
    rack: values.get('client.rack'),
  };
}
