import { type ToolContext } from '../util/tool-context.ts';

/** Lets time pass (Infinity: all of it); ends early when the signal fires. */
export function pause({ clock, signal }: Pick<ToolContext, 'clock' | 'signal'>, pauseMs: number): Promise<void> {
  if (signal.aborted) return Promise.resolve();
  return new Promise((resolve) => {
    // The clock's timers do not keep the process alive, and this pause may be all that is going on.
    const keepAlive = setInterval(() => undefined, 0x7fffffff);
    const timer = Number.isFinite(pauseMs) ? clock.after(pauseMs, end) : undefined;
    signal.addEventListener('abort', end, { once: true });
    function end(): void {
      clearInterval(keepAlive);
      timer?.cancel();
      signal.removeEventListener('abort', end);
      resolve();
    }
  });
}
