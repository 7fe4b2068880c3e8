import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createClock } from './emulatedClock.ts';

test('what falls due during a jump runs in order of time, each at its own time', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.nat(10_000), { minLength: 1, maxLength: 20 }), async (delays) => {
      const clock = createClock(0, 0);
      const seen: number[] = [];
      for (const delay of delays) clock.after(delay, () => seen.push(clock.now()));
      await clock.advance(10_000);
      expect(seen).toEqual([...delays].sort((a, b) => a - b));
      expect(clock.now()).toBe(10_000);
      clock.close();
    }),
    { numRuns: 30 },
  );
});

test('every full minute is heard once, also when several are jumped over', async () => {
  const clock = createClock(Date.parse('2026-01-01T00:00:30Z'), 0);
  const minutes: string[] = [];
  clock.everyMinute((minute) => minutes.push(new Date(minute).toISOString().slice(11, 16)), 1000);
  await clock.advance(150_000);
  expect(minutes).toEqual(['00:01', '00:02']);
  await clock.advance(1000);
  expect(minutes).toEqual(['00:01', '00:02', '00:03']);
  clock.close();
});

test('a sleep ends early when its signal aborts, and no timer is left behind', async () => {
  const clock = createClock(0, 0);
  const stop = new AbortController();
  const sleep = clock.sleep(1000, stop.signal);
  stop.abort(new Error('enough'));
  await expect(sleep).rejects.toThrow('enough');
  clock.close();
});

test('at a speed of 1000 an hour passes in seconds of real time', async () => {
  const clock = createClock(0, 100_000);
  await clock.sleep(3_600_000);
  expect(clock.now()).toBeGreaterThanOrEqual(3_600_000);
  clock.close();
});
