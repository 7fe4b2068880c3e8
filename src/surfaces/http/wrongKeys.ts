import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { HttpProblem } from './problem.ts';

const FREE = 3;
const FIRST_PAUSE_MS = 100;
const LONGEST_PAUSE_MS = 5_000;
const FORGOTTEN_AFTER_MS = 10 * 60_000;
/** Answers held back at a time, over all addresses, and addresses remembered: neither may become a way to fill memory. */
const MOST_HELD = 100;
const MOST_REMEMBERED = 10_000;

export interface WrongKeys {
  /** To be awaited before a wrong key is answered: a mistyped one is told at once, guesses ever more slowly. */
  slowDown(address: string): Promise<void>;
}

/** Counts wrong keys by address. Who has the right one is never slowed, whatever others try from the same address. */
export function wrongKeys(clock: Clock, log: Log): WrongKeys {
  const seen = new Map<string, { count: number; at: number }>();
  let held = 0;

  function countOf(address: string): number {
    const now = clock.now();
    const before = seen.get(address);
    const count = before && now - before.at < FORGOTTEN_AFTER_MS ? before.count + 1 : 1;
    // Moved to the end, so that the first is the one longest unheard of.
    seen.delete(address);
    seen.set(address, { count, at: now });
    const [oldest = address] = seen.keys();
    if (seen.size > MOST_REMEMBERED) seen.delete(oldest);
    return count;
  }

  return {
    async slowDown(address) {
      const count = countOf(address);
      // The first, second, fourth, eighth …: a log full of guesses would hide everything else.
      if (Number.isInteger(Math.log2(count))) log.warn('http_wrong_key', { address, count });
      if (count <= FREE) return;
      if (held >= MOST_HELD)
        throw new HttpProblem(429, 'too_many_wrong_keys', 'Too many wrong keys.', 'Wait, then give the right one.', {
          headers: { 'Retry-After': String(LONGEST_PAUSE_MS / 1000) },
        });
      held++;
      try {
        await clock.sleep(Math.min(FIRST_PAUSE_MS * 2 ** (count - FREE - 1), LONGEST_PAUSE_MS));
      } finally {
        held--;
      }
    },
  };
}
