import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Clock, until } from '../../src/aws/retry.js';

function fakeClock(): Clock & { readonly pauses: number[] } {
  let time = 0;
  const pauses: number[] = [];
  return {
    pauses,
    now: () => time,
    sleep: async (ms) => {
      pauses.push(ms);
      time += ms;
    },
  };
}

describe('until', () => {
  it('asks once where the first answer will do', async () => {
    const clock = fakeClock();
    expect(await until(async () => 7, { accept: (n) => n === 7, budgetMs: 1_000, clock })).toBe(7);
    expect(clock.pauses).toEqual([]);
  });

  it('grows its pauses and never outlasts its budget', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: 1, max: 300_000 }),
        fc.infiniteStream(fc.double({ min: 0, max: 0.999, noNaN: true })),
        async (budgetMs, random) => {
          const clock = fakeClock();
          const answer = await until(async () => 'no', {
            accept: () => false,
            budgetMs,
            clock,
            random: () => random.next().value ?? 0,
          });
          expect(answer).toBe('no');
          expect(clock.now()).toBeLessThanOrEqual(budgetMs + 1e-6);
          expect(clock.pauses.length).toBeGreaterThan(0);
        },
      ),
      { numRuns: 50 },
    );
  });

  it('jitters, so that many waiters do not ask in step', async () => {
    const [a, b] = [fakeClock(), fakeClock()];
    await until(async () => 0, { accept: () => false, budgetMs: 5_000, clock: a, random: () => 0 });
    await until(async () => 0, { accept: () => false, budgetMs: 5_000, clock: b, random: () => 0.9 });
    expect(a.pauses[0]).not.toBe(b.pauses[0]);
  });

  it('ends at once when interrupted', async () => {
    const stop = new AbortController();
    const clock: Clock = {
      now: () => 0,
      sleep: async () => stop.abort(),
    };
    let asked = 0;
    await until(async () => asked++, { accept: () => false, budgetMs: 60_000, clock, signal: stop.signal });
    expect(asked).toBe(1);
  });

  it('lets a thrown error through', async () => {
    const failing = until(() => Promise.reject(new Error('broken')), {
      accept: () => false,
      budgetMs: 1_000,
      clock: fakeClock(),
    });
    await expect(failing).rejects.toThrow('broken');
  });
});
