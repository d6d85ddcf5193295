/** Time as a value, so that tests need not wait. */
export interface Clock {
  now(): number;
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
}

export interface UntilOptions<T> {
  readonly accept: (value: T) => boolean;
  readonly budgetMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly clock?: Clock | undefined;
  readonly random?: () => number;
  /** Called before each pause with its length and the time since the first asking. */
  readonly onWait?: (pauseMs: number, elapsedMs: number) => void;
  readonly firstPauseMs?: number;
  readonly maxPauseMs?: number;
}

export const systemClock: Clock = {
  now: () => Date.now(),
  sleep: (ms, signal) =>
    new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, ms);
      signal?.addEventListener('abort', done, { once: true });
    }),
};

/**
 * Asks until the answer is accepted or the budget is used up, and returns the last answer either way.
 * Pauses grow by half and are jittered, so that many waiters don't ask in step. A thrown error ends the asking:
 * what should be asked again is a value.
 */
export async function until<T>(ask: () => Promise<T>, o: UntilOptions<T>): Promise<T> {
  const clock = o.clock ?? systemClock;
  const random = o.random ?? Math.random;
  const begin = clock.now();
  let pause = o.firstPauseMs ?? 250;
  for (;;) {
    const value = await ask();
    if (o.accept(value) || o.signal?.aborted) return value;
    const elapsed = clock.now() - begin;
    const left = o.budgetMs - elapsed;
    if (left <= 0) return value;
    const wait = Math.min(left, pause * (0.75 + random() / 2));
    o.onWait?.(wait, elapsed);
    await clock.sleep(wait, o.signal);
    if (o.signal?.aborted) return value;
    pause = Math.min(pause * 1.5, o.maxPauseMs ?? 5_000);
  }
}
