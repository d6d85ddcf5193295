import { type Clock as RetryClock, systemClock, until } from '../aws/retry.js';
import { S3ConnectError } from '../errors.js';
import type { Answer } from './answers.js';
import type { Clock } from './types.js';

export interface StableOptions {
  readonly expect: 'allow' | 'deny';
  readonly budgetMs: number;
  /** Right after an apply a denial may be one that will not last: it is asked for again before it counts. */
  readonly confirmDenials: boolean;
  readonly clock?: Clock | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onWait?: () => void;
}

export interface StableAnswer {
  readonly answer: Answer;
  readonly ms: number;
}

/** Between two denials that are to agree; long enough that a change under way has had a chance to show. */
const CONFIRM_AFTER_MS = 1_000;

/**
 * Asks until the answer is the expected one or the budget is used up (IAM User Guide, "Troubleshooting general
 * issues": changes are not visible everywhere at once). An answer that could not be had for a reason that time
 * doesn't heal (`skipped`) is final.
 */
export async function askUntilStable(
  ask: (again: boolean) => Promise<Answer>,
  o: StableOptions,
): Promise<StableAnswer> {
  const clock: RetryClock = o.clock ?? systemClock;
  const begin = clock.now();
  let asked = 0;
  let denied = 0;
  const once = async (): Promise<Answer> => {
    const value = await ask(asked++ > 0);
    // A connection that was lost says nothing about rights, whatever the budget.
    return value.actual === 'error' && asked === 1 ? ask(asked++ > 0) : value;
  };
  const answer = await until(once, {
    accept: (value) => {
      if (value.actual === 'skipped') return true;
      denied = value.actual === 'deny' ? denied + 1 : 0;
      if (value.actual !== o.expect) return false;
      return value.actual === 'allow' || !o.confirmDenials || denied > 1;
    },
    budgetMs: o.budgetMs,
    signal: o.signal,
    clock,
    firstPauseMs: o.confirmDenials && o.expect === 'deny' ? CONFIRM_AFTER_MS : 300,
    maxPauseMs: 4_000,
    onWait: () => o.onWait?.(),
  });
  throwIfAborted(o.signal);
  return { answer, ms: Math.round(clock.now() - begin) };
}

/** @throws S3ConnectError Interrupted */
export function throwIfAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted)
    throw new S3ConnectError('Interrupted', 'Interrupted while verifying; what was made for it is removed.');
}
