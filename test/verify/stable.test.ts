import { describe, expect, it } from 'vitest';
import type { Answer } from '../../src/verify/answers.js';
import { askUntilStable, type StableOptions } from '../../src/verify/stable.js';
import type { Clock } from '../../src/verify/types.js';

function fakeClock(): Clock & { readonly slept: number[] } {
  let now = 0;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
  };
}

async function ask(actuals: readonly Answer['actual'][], o: Partial<StableOptions> = {}) {
  const clock = fakeClock();
  let asked = 0;
  const result = await askUntilStable(
    async () => ({
      actual: actuals[Math.min(asked++, actuals.length - 1)] ?? 'error',
      by: 'probe',
      code: null,
      detail: '',
    }),
    { expect: 'allow', budgetMs: 10_000, confirmDenials: false, clock, ...o },
  );
  return { actual: result.answer.actual, ms: result.ms, asked, slept: clock.slept };
}

describe('a verdict counts when it is stable', () => {
  it('an expected answer counts at once', async () => {
    expect(await ask(['allow'])).toMatchObject({ actual: 'allow', asked: 1, ms: 0 });
    expect(await ask(['deny'], { expect: 'deny' })).toMatchObject({ actual: 'deny', asked: 1 });
  });

  it('an unexpected one is asked again, and what it took is told', async () => {
    const late = await ask(['deny', 'deny', 'error', 'allow']);
    expect(late).toMatchObject({ actual: 'allow', asked: 4 });
    expect(late.ms).toBeGreaterThan(0);
    expect(await ask(['allow', 'deny'], { expect: 'deny' })).toMatchObject({ actual: 'deny', asked: 2 });
  });

  it('pauses grow and never pass the budget', async () => {
    const never = await ask(['deny'], { budgetMs: 5_000 });
    expect(never.actual).toBe('deny');
    expect(never.slept.reduce((sum, ms) => sum + ms, 0)).toBeLessThanOrEqual(5_000);
    expect(never.asked).toBeGreaterThan(3);
  });

  it('without a budget is asked once', async () => {
    expect(await ask(['deny', 'allow'], { budgetMs: 0 })).toMatchObject({ actual: 'deny', asked: 1 });
  });

  it('a lost connection is tried once more even then', async () => {
    expect(await ask(['error', 'allow'], { budgetMs: 0 })).toMatchObject({ actual: 'allow', asked: 2 });
    expect(await ask(['error', 'error', 'allow'], { budgetMs: 0 })).toMatchObject({ actual: 'error', asked: 2 });
  });

  it('right after an apply an expected denial has to hold twice', async () => {
    const confirm = { expect: 'deny', confirmDenials: true } as const;
    expect(await ask(['deny', 'deny'], confirm)).toMatchObject({ actual: 'deny', asked: 2 });
    // Denied because nothing was visible yet, then too much shows.
    expect(await ask(['deny', 'allow'], confirm)).toMatchObject({ actual: 'allow' });
    expect(await ask(['deny', 'allow', 'deny', 'deny'], confirm)).toMatchObject({ actual: 'deny', asked: 4 });
  });

  it('what time does not heal is final', async () => {
    expect(await ask(['skipped', 'allow'])).toMatchObject({ actual: 'skipped', asked: 1 });
  });

  it('stops when it is interrupted', async () => {
    const stop = new AbortController();
    stop.abort();
    await expect(ask(['deny'], { signal: stop.signal })).rejects.toMatchObject({ code: 'Interrupted' });
  });
});
