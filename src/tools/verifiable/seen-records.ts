import { type RecordCursor } from '../../protocol/records/record-cursor.ts';

export interface SeenRecord {
  readonly key: string | null;
  readonly value: string | null;
  readonly offset: number;
}

/** Records of one partition in one poll. */
export interface SeenPartition {
  readonly topic: string;
  readonly partition: number;
  readonly records: SeenRecord[];
}

/** What the verifiable consumers tell of one poll: its records by partition, in the order in which they came. */
export class SeenRecords {
  private readonly byPartition = new Map<string, SeenPartition>();
  private readonly withData: boolean;
  count = 0;

  constructor(withData: boolean) {
    this.withData = withData;
  }

  add({ topic, partition }: { readonly topic: string; readonly partition: number }, cursor: RecordCursor): void {
    const name = `${topic}-${partition}`;
    let seen = this.byPartition.get(name);
    if (!seen) {
      seen = { topic, partition, records: [] };
      this.byPartition.set(name, seen);
    }
    const key = this.withData ? (cursor.key()?.toString() ?? null) : null;
    const value = this.withData ? (cursor.value()?.toString() ?? null) : null;
    seen.records.push({ key, value, offset: Number(cursor.offset()) });
    this.count++;
  }

  get partitions(): SeenPartition[] {
    return [...this.byPartition.values()];
  }
}

/** The fields of one `record_data` event for each record. */
export function* recordData(partitions: readonly SeenPartition[]) {
  for (const { topic, partition, records } of partitions) {
    for (const { key, value, offset } of records) yield { key, value, topic, partition, offset };
  }
}
