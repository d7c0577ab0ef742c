export type LogLevel = 'TRACE' | 'DEBUG' | 'INFO' | 'WARN' | 'ERROR';

/** Where rooms report what an operator should know. `cause` is printed with its stack only at DEBUG. */
export interface Logger {
  log(level: LogLevel, text: string, cause?: unknown): void;
}

export const silentLogger: Logger = { log: () => undefined };
