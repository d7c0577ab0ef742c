import { type Consumer, type FetchedRecords } from '../client/consumer/index.ts';

/**
 * Java's polls over a consumer that hands out whole fetches: at most `max.poll.records` records, of several partitions if these are
 * there already. Use:
 *
 *     for (let records = await polls.next(100); records; records = await polls.more())
 *       while (polls.takes(records)) use(records.cursor);
 */
export class RecordPolls {
  private readonly consumer: Consumer;
  private readonly maxRecords: number;
  private current: FetchedRecords | null = null;
  private left = 0;

  constructor(consumer: Consumer, maxRecords: number) {
    this.consumer = consumer;
    this.maxRecords = maxRecords;
  }

  /** Begins a poll: records that are left over, or the next that come. Null: none came in time. */
  async next(timeoutMs: number): Promise<FetchedRecords | null> {
    this.left = this.maxRecords;
    this.current ??= await this.consumer.poll(timeoutMs);
    return this.current;
  }

  /** More records of the same poll, without waiting; null: the poll is over. */
  async more(): Promise<FetchedRecords | null> {
    if (this.left === 0) return null;
    this.current = await this.consumer.poll(0);
    return this.current;
  }

  /** Steps to the next record of `records`, unless the poll is full or they are used up. */
  takes(records: FetchedRecords): boolean {
    if (this.left === 0 || !records.next()) return false;
    this.left--;
    return true;
  }
}
