import { type Clock, systemClock } from '../clock.ts';
import { untilAborted } from './aborted.ts';

/** Coolify's window, and a second more because it counts in whole seconds (rate-limit 9, 19). */
const WINDOW = 61_000;
/** The share left to people in Coolify's own pages and to other tools. */
const RESERVE = 0.05;

/** What an answer says about the rate limit; absent on a 401. */
export interface RateHeaders {
  limit?: number;
  remaining?: number;
}

export interface Budget {
  /** Waits, first come first served, until a request may go out. Call what it returns once the request has ended. */
  take(signal?: AbortSignal): Promise<(seen: RateHeaders) => void>;
  /** Nobody sends before so many milliseconds have passed: Coolify asked for it. */
  pause(ms: number): void;
  state(): { limit: number; left: number; resetsInMs: number };
}

/**
 * Coolify's rate limit, mirrored so that we wait instead of being refused. It is a fixed window that starts with its first
 * call and is then full again, 200 calls long unless an answer says otherwise. Ours ends later than Coolify's, never earlier,
 * and an answer only ever takes away from what is left: others may be spending the same allowance.
 */
export function createBudget(clock: Clock = systemClock, perMinute = 200): Budget {
  let limit = perMinute;
  let left = 0;
  let windowEnds = 0;
  let window = 0;
  let windowAnswered = false;
  let pausedUntil = 0;
  let inFlight = 0;
  let lastTurn: Promise<unknown> = Promise.resolve();

  const reserve = () => Math.floor(limit * RESERVE);

  const turn = async (signal?: AbortSignal) => {
    for (;;) {
      signal?.throwIfAborted();
      const now = clock.now();
      if (now < pausedUntil) {
        await clock.sleep(pausedUntil - now, signal);
        continue;
      }
      if (now >= windowEnds) {
        window += 1;
        windowEnds = now + WINDOW;
        windowAnswered = false;
        left = limit - reserve();
      }
      if (left > 0) break;
      await clock.sleep(windowEnds - now, signal);
    }
    left -= 1;
    inFlight += 1;
    const taken = window;
    return (seen: RateHeaders) => {
      inFlight -= 1;
      if (taken !== window) return;
      if (!windowAnswered) {
        windowAnswered = true;
        windowEnds = clock.now() + WINDOW;
      }
      if (seen.remaining === undefined) return;
      const changed = seen.limit !== undefined && seen.limit !== limit;
      if (seen.limit !== undefined) limit = seen.limit;
      const spendable = Math.max(0, seen.remaining - reserve() - inFlight);
      left = changed ? spendable : Math.min(left, spendable);
    };
  };

  return {
    take(signal) {
      const mine = lastTurn.then(() => turn(signal));
      // One that gave up does not hold up those behind it; its own caller hears of it below.
      lastTurn = mine.catch(() => undefined);
      return untilAborted(mine, signal, (release) => release({}));
    },
    pause(ms) {
      pausedUntil = Math.max(pausedUntil, clock.now() + ms);
      windowEnds = pausedUntil;
    },
    state: () => {
      const now = clock.now();
      const open = now < windowEnds;
      return { limit, left: open ? left : limit - reserve(), resetsInMs: open ? windowEnds - now : 0 };
    },
  };
}

const shared = new WeakMap<Clock, Map<string, Budget>>();

/** The one budget of an instance in this process: Coolify counts by user, so every client of one address draws on it. */
export function sharedBudget(baseUrl: string, clock: Clock = systemClock): Budget {
  const ofClock = shared.get(clock) ?? new Map<string, Budget>();
  shared.set(clock, ofClock);
  const budget = ofClock.get(baseUrl) ?? createBudget(clock);
  ofClock.set(baseUrl, budget);
  return budget;
}
