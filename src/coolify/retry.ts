import type { CoolifyError } from './error.ts';

const ATTEMPTS = 4;
const FIRST_DELAY = 500;
const LONGEST_DELAY = 8_000;
/** A wait longer than this is the caller's to decide. Coolify's own window is a minute. */
const LONGEST_ASKED = 120_000;

/**
 * How many milliseconds to wait before the same call is made again, or nothing when it must not be.
 * A write goes out again only where it is certain that it was not carried out: it never left, or the rate limit,
 * which Coolify checks before anything else, turned it away. A full queue is no such case: part of a list may be queued.
 * @param attempt how many times the call was made so far
 * @param random a number in [0, 1), for full jitter
 */
export function retryDelay(error: CoolifyError, method: string, attempt: number, random: number): number | undefined {
  if (attempt >= ATTEMPTS) return undefined;
  const jittered = random * Math.min(LONGEST_DELAY, FIRST_DELAY * 2 ** (attempt - 1));
  const reads = method === 'GET';
  switch (error.kind) {
    case 'rate_limited': {
      const asked = error.retryAfterMs ?? 0;
      return asked <= LONGEST_ASKED ? asked + jittered : undefined;
    }
    case 'unreachable':
    case 'connection_lost_before_send':
      return error.sent === 'no' || reads ? jittered : undefined;
    case 'connection_lost_after_send':
      return reads ? jittered : undefined;
    case 'server_error': {
      const asked = error.retryAfterMs ?? 0;
      return reads && asked <= LONGEST_ASKED ? asked + jittered : undefined;
    }
    default:
      return undefined;
  }
}
