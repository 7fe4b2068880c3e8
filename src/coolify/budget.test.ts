import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Clock } from '../clock.ts';
import { createBudget, sharedBudget } from './budget.ts';

/** A clock that stands still until someone sleeps, and then jumps to where the first sleeper wakes. */
function jumpingClock(): Clock & { slept: number[] } {
  let now = 1_000_000;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
      now += ms;
    },
  };
}

describe('the budget', () => {
  test('lets 190 of 200 through at once, and the next when the minute is over', async () => {
    const clock = jumpingClock();
    const budget = createBudget(clock);
    for (let n = 0; n < 190; n++) (await budget.take())({});
    expect(clock.slept).toEqual([]);
    (await budget.take())({});
    expect(clock.slept).toEqual([61_000]);
  });

  test('takes from an answer what others have spent, and never gives back', async () => {
    const clock = jumpingClock();
    const budget = createBudget(clock);
    (await budget.take())({ limit: 200, remaining: 12 });
    expect(budget.state().left).toBe(2);
    (await budget.take())({ limit: 200, remaining: 150 });
    expect(budget.state().left).toBe(1);
  });

  test('follows the limit that an instance sets for itself', async () => {
    const budget = createBudget(jumpingClock());
    (await budget.take())({ limit: 1000, remaining: 999 });
    expect(budget.state()).toMatchObject({ limit: 1000, left: 949 });
  });

  test('counts what is still under way', async () => {
    const budget = createBudget(jumpingClock());
    const [first, ..._rest] = await Promise.all([budget.take(), budget.take(), budget.take()]);
    first?.({ limit: 200, remaining: 20 });
    expect(budget.state().left).toBe(8);
  });

  test('an answer of the window before says nothing about this one', async () => {
    const clock = jumpingClock();
    const budget = createBudget(clock);
    const late = await budget.take();
    await clock.sleep(70_000);
    (await budget.take())({});
    late({ limit: 200, remaining: 0 });
    expect(budget.state().left).toBe(189);
  });

  test('a pause that Coolify asked for holds everyone, and a full window follows', async () => {
    const clock = jumpingClock();
    const budget = createBudget(clock);
    (await budget.take())({ limit: 200, remaining: 0 });
    budget.pause(48_000);
    (await budget.take())({});
    expect(clock.slept).toEqual([48_000]);
    expect(budget.state().left).toBe(189);
  });

  test('one who gives up waits no longer and holds nobody up', async () => {
    let wake = () => {};
    let now = 0;
    const clock: Clock = {
      now: () => now,
      sleep: (ms) =>
        new Promise((resolve) => {
          wake = () => {
            now += ms;
            resolve();
          };
        }),
    };
    const budget = createBudget(clock, 2);
    await budget.take();
    await budget.take();
    const stop = new AbortController();
    const impatient = budget.take(stop.signal);
    const patient = budget.take();
    stop.abort(new Error('enough'));
    await expect(impatient).rejects.toThrow('enough');
    wake();
    await expect(patient).resolves.toBeTypeOf('function');
  });

  test('never sends more than a window of Coolify allows, whatever the pace', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 20, maxLength: 60 }),
        async (gaps) => {
          const clock = jumpingClock();
          const limit = 10;
          const budget = createBudget(clock, limit);
          let opened = -Infinity;
          let spent = 0;
          for (const gap of gaps) {
            await clock.sleep(gap);
            const done = await budget.take();
            if (clock.now() >= opened + 60_000) {
              opened = clock.now();
              spent = 0;
            }
            spent += 1;
            expect(spent).toBeLessThanOrEqual(limit);
            done({ limit, remaining: limit - spent });
          }
        },
      ),
    );
  });
});

test('clients of one address share, others do not', async () => {
  const clock = jumpingClock();
  (await sharedBudget('https://a.example', clock).take())({});
  expect(sharedBudget('https://a.example', clock).state().left).toBe(189);
  expect(sharedBudget('https://b.example', clock).state().left).toBe(190);
});
