import { type Clock, type Timer } from '../../util/clock.ts';

interface Entry {
  timer: Timer;
}

/**
 * Owns every timer of a partition's groups. A due timer's task runs through `run` (the group's queue) and only if the
 * timer was neither moved nor cancelled while it waited there.
 */
export class GroupTimers {
  private readonly clock: Clock;
  private readonly run: (groupId: string, task: () => Promise<void> | void) => void;
  private readonly groups = new Map<string, Map<string, Entry>>();

  constructor(clock: Clock, run: (groupId: string, task: () => Promise<void> | void) => void) {
    this.clock = clock;
    this.run = run;
  }

  /** Replaces a timer of the same name. */
  schedule(groupId: string, name: string, delayMs: number, task: () => Promise<void> | void): void {
    this.cancel(groupId, name);
    let timers = this.groups.get(groupId);
    if (timers === undefined) {
      timers = new Map();
      this.groups.set(groupId, timers);
    }
    const entry: Entry = {
      timer: this.clock.after(delayMs, () =>
        this.run(groupId, () => {
          if (this.groups.get(groupId)?.get(name) !== entry) return undefined;
          this.remove(groupId, name);
          return task();
        }),
      ),
    };
    timers.set(name, entry);
  }

  isScheduled(groupId: string, name: string): boolean {
    return this.groups.get(groupId)?.has(name) ?? false;
  }

  cancel(groupId: string, name: string): void {
    this.groups.get(groupId)?.get(name)?.timer.cancel();
    this.remove(groupId, name);
  }

  cancelGroup(groupId: string): void {
    for (const { timer } of this.groups.get(groupId)?.values() ?? []) timer.cancel();
    this.groups.delete(groupId);
  }

  cancelAll(): void {
    for (const groupId of [...this.groups.keys()]) this.cancelGroup(groupId);
  }

  private remove(groupId: string, name: string): void {
    const timers = this.groups.get(groupId);
    timers?.delete(name);
    if (timers?.size === 0) this.groups.delete(groupId);
  }
}
