import { type Clock, type Timer } from '../../util/clock.ts';

type Task = () => Promise<void> | void;

interface Entry {
  timer: Timer;
  readonly dueMs: number;
  readonly task: Task;
}

/**
 * How late a timer may be when a request overtakes it: Node counts whole milliseconds and looks at its sockets first. Not
 * more, as the clock may be set anew.
 */
const LATENESS_MS = 5;

/**
 * Owns every timer of a partition's groups. A due timer's task runs through `run` (the group's queue) and only if the
 * timer was neither moved nor cancelled while it waited there.
 */
export class GroupTimers {
  private readonly clock: Clock;
  private readonly run: (groupId: string, task: Task) => void;
  private readonly groups = new Map<string, Map<string, Entry>>();

  constructor(clock: Clock, run: (groupId: string, task: Task) => void) {
    this.clock = clock;
    this.run = run;
  }

  /** Replaces a timer of the same name. */
  schedule(groupId: string, name: string, delayMs: number, task: Task): void {
    this.cancel(groupId, name);
    let timers = this.groups.get(groupId);
    if (timers === undefined) {
      timers = new Map();
      this.groups.set(groupId, timers);
    }
    const entry: Entry = {
      dueMs: this.clock.now() + delayMs,
      task,
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

  /** The tasks of timers that are due and only have not been called back yet; whoever takes them runs them. */
  takeDue(groupId: string): Task[] {
    const nowMs = this.clock.now();
    const due = [...(this.groups.get(groupId) ?? [])].filter(
      ([, { dueMs }]) => dueMs <= nowMs && nowMs <= dueMs + LATENESS_MS,
    );
    for (const [name] of due) this.cancel(groupId, name);
    return due.map(([, { task }]) => task);
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
