import pLimit from 'p-limit';
import type { AwsAccess } from '../aws/ports.js';

/** One run's reads: each document is asked for once, and no more than `concurrency` calls are under way. */
export interface Run {
  readonly aws: AwsAccess;
  /** The answer of the first asking under `key`; later ones share it. */
  once<T>(key: string, ask: () => Promise<T>): Promise<T>;
  /** A call of its own, within the same bound. */
  call<T>(ask: () => Promise<T>): Promise<T>;
}

/** Starts a run with an empty cache. `ask` must be a leaf: one that waits for another bounded call could wait forever. */
export function startRun(aws: AwsAccess, concurrency = 16): Run {
  const limit = pLimit(Math.max(1, concurrency));
  const answers = new Map<string, Promise<unknown>>();
  return {
    aws,
    call: (ask) => limit(ask),
    once<T>(key: string, ask: () => Promise<T>): Promise<T> {
      const known = answers.get(key);
      if (known !== undefined) return known as Promise<T>;
      const answer = limit(ask);
      answers.set(key, answer);
      return answer;
    },
  };
}
