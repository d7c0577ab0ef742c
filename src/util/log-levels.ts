import { type LogLevel } from './logger.ts';

/** Log4j's order; above the last one nothing of ours is logged. */
const ORDER = ['TRACE', 'DEBUG', 'INFO', 'WARN', 'ERROR', 'FATAL'] as const;
export type Threshold = (typeof ORDER)[number];

/** From which level on each named logger writes, changeable while the process runs. One without a level has the root's. */
export class LogLevels {
  root: Threshold;
  private readonly own = new Map<string, Threshold>();

  constructor(root: Threshold) {
    this.root = root;
  }

  of(name: string): Threshold {
    return this.own.get(name) ?? this.root;
  }

  /** Null goes back to the root's level. */
  set(name: string, level: Threshold | null): void {
    if (level === null) this.own.delete(name);
    else this.own.set(name, level);
  }

  isLogged(level: LogLevel, name: string): boolean {
    return ORDER.indexOf(level) >= ORDER.indexOf(this.of(name));
  }
}
