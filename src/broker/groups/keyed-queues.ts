import { SerialQueue } from '../../util/serial-queue.ts';

interface Entry {
  readonly queue: SerialQueue;
  waiting: number;
}

/** One serial queue per key, there only while something waits in it. */
export class KeyedQueues {
  private readonly entries = new Map<string, Entry>();

  async run<T>(key: string, task: () => Promise<T> | T): Promise<T> {
    let entry = this.entries.get(key);
    if (entry === undefined) {
      entry = { queue: new SerialQueue(), waiting: 0 };
      this.entries.set(key, entry);
    }
    entry.waiting++;
    try {
      return await entry.queue.run(task);
    } finally {
      if (--entry.waiting === 0) this.entries.delete(key);
    }
  }
}
