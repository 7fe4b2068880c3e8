import type { Clock } from '../clock.ts';

export interface Bucket {
  limit: number;
  remaining: number;
  /** Milliseconds since 1970; the window is a minute from its first call (recorded: rate-limit 9, 19). */
  resetsAt: number;
  refused: boolean;
}

export interface RateLimiter {
  /** Counts one call for a user or an address. A refused call does not prolong the window. */
  count(key: string): Bucket;
}

/** `limit` calls a minute for each key; Infinity lifts it. */
export function createRateLimiter(clock: Clock, limit: number): RateLimiter {
  const windows = new Map<string, { calls: number; resetsAt: number }>();
  return {
    count(key) {
      const now = clock.now();
      const known = windows.get(key);
      const window = known === undefined || now >= known.resetsAt ? { calls: 0, resetsAt: now + 60_000 } : known;
      windows.set(key, window);
      const refused = window.calls >= limit;
      if (!refused) window.calls++;
      return { limit, remaining: Math.max(0, limit - window.calls), resetsAt: window.resetsAt, refused };
    },
  };
}

export function rateHeaders(bucket: Bucket, now: number): Record<string, string> {
  if (!Number.isFinite(bucket.limit)) return {};
  const headers: Record<string, string> = {
    'x-ratelimit-limit': String(bucket.limit),
    'x-ratelimit-remaining': String(bucket.remaining),
  };
  if (!bucket.refused) return headers;
  const seconds = Math.max(0, Math.ceil((bucket.resetsAt - now) / 1000));
  return { ...headers, 'retry-after': String(seconds), 'x-ratelimit-reset': String(Math.floor(now / 1000) + seconds) };
}
