import { type Clock } from '../util/clock.ts';
import { ClosedError } from './errors.ts';

/** Lets time pass; ends with ClosedError when the signal fires. */
export function wait(clock: Clock, delayMs: number, signal: AbortSignal): Promise<void> {
  if (signal.aborted) return Promise.reject(new ClosedError());
  if (delayMs <= 0) return Promise.resolve();
  return new Promise((resolve, reject) => {
    const onAbort = () => {
      timer.cancel();
      reject(new ClosedError());
    };
    const timer = clock.after(delayMs, () => {
      signal.removeEventListener('abort', onAbort);
      resolve();
    });
    signal.addEventListener('abort', onAbort, { once: true });
  });
}

/** The result of `work`, unless `limitMs` passes first: then `expired` says how to fail. The work goes on unobserved. */
export async function within<T>(clock: Clock, limitMs: number, work: Promise<T>, expired: () => Error): Promise<T> {
  const { promise, reject } = Promise.withResolvers<never>();
  const timer = clock.after(Math.max(0, limitMs), () => reject(expired()));
  try {
    return await Promise.race([work, promise]);
  } finally {
    timer.cancel();
  }
}
