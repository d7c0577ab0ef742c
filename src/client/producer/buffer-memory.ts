import { type Clock, type Timer } from '../../util/clock.ts';
import { JavaError } from '../../util/java-error.ts';

interface Waiter {
  readonly byteCount: number;
  readonly timer: Timer;
  readonly resolve: () => void;
}

/** buffer.memory: what batches may hold together. Waiters are served in order. */
export class BufferMemory {
  private readonly totalBytes: number;
  private readonly batchBytes: number;
  private readonly clock: Clock;
  private freeBytes: number;
  private waiters: Waiter[] = [];
  private drains: { readonly mostBytes: number; readonly resolve: () => void }[] = [];

  constructor(totalBytes: number, batchBytes: number, clock: Clock) {
    this.totalBytes = totalBytes;
    this.batchBytes = batchBytes;
    this.freeBytes = totalBytes;
    this.clock = clock;
  }

  /** Someone waits: batches then go out before their time. */
  get isExhausted(): boolean {
    return this.waiters.length > 0;
  }

  get usedBytes(): number {
    return this.totalBytes - this.freeBytes;
  }

  /** Resolves when no more than that much is in use; for callers that slow down long before memory is short. */
  drained(mostBytes: number): Promise<void> {
    if (this.usedBytes <= mostBytes) return Promise.resolve();
    return new Promise((resolve) => {
      this.drains.push({ mostBytes, resolve });
    });
  }

  /** False when there is not enough, or others wait already. */
  take(byteCount: number): boolean {
    if (byteCount > this.totalBytes) {
      throw new JavaError(
        'java.lang.IllegalArgumentException',
        `Attempt to allocate ${byteCount} bytes, but there is a hard limit of ${this.totalBytes} on memory allocations.`,
      );
    }
    if (byteCount > this.freeBytes || this.waiters.length > 0) return false;
    this.freeBytes -= byteCount;
    return true;
  }

  give(byteCount: number): void {
    this.freeBytes += byteCount;
    while (this.waiters.length > 0 && (this.waiters[0] as Waiter).byteCount <= this.freeBytes) {
      const waiter = this.waiters.shift() as Waiter;
      waiter.timer.cancel();
      waiter.resolve();
    }
    if (this.drains.length === 0) return;
    const { usedBytes } = this;
    this.drains = this.drains.filter(({ mostBytes, resolve }) => {
      if (usedBytes > mostBytes) return true;
      resolve();
      return false;
    });
  }

  /** Resolves when that much is free (not yet taken); rejects with Java's BufferExhaustedException after `maxBlockMs`. */
  room(byteCount: number, maxBlockMs: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const timer = this.clock.after(maxBlockMs, () => {
        this.waiters = this.waiters.filter((one) => one !== waiter);
        reject(this.exhausted(byteCount, maxBlockMs));
      });
      const waiter: Waiter = { byteCount, timer, resolve };
      this.waiters.push(waiter);
    });
  }

  private exhausted(byteCount: number, maxBlockMs: number): JavaError {
    return new JavaError(
      'org.apache.kafka.clients.producer.BufferExhaustedException',
      `Failed to allocate ${byteCount} bytes within the configured max blocking time ${maxBlockMs} ms. ` +
        `Total memory: ${this.totalBytes} bytes. Available memory: ${this.freeBytes} bytes. Poolable size: ${this.batchBytes} bytes`,
    );
  }
}
