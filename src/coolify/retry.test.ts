import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CoolifyError, KINDS, type Kind, type Sent } from './error.ts';
import { retryDelay } from './retry.ts';

const failure = (kind: Kind, sent: Sent, retryAfterMs?: number) =>
  new CoolifyError({ kind, sent, message: kind, ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });
const WRITES = ['POST', 'PATCH', 'PUT', 'DELETE'];

describe('retryDelay', () => {
  test('a write goes out again only where it is certain that it was not carried out', () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...KINDS),
        fc.constantFrom<Sent>('no', 'maybe', 'answered'),
        fc.constantFrom(...WRITES),
        (kind, sent, method) => {
          const again = retryDelay(failure(kind, sent), method, 1, 0.5) !== undefined;
          if (again) expect(kind === 'rate_limited' || sent === 'no').toBe(true);
        },
      ),
    );
  });

  test('a full queue is never tried again: part of a list may be queued', () => {
    for (const method of ['GET', ...WRITES])
      expect(retryDelay(failure('queue_full', 'answered', 60_000), method, 1, 0)).toBeUndefined();
  });

  test.each<[Kind, Sent]>([
    ['server_error', 'answered'],
    ['connection_lost_after_send', 'maybe'],
    ['connection_lost_before_send', 'no'],
    ['unreachable', 'no'],
  ])('a read goes out again after %s', (kind, sent) => {
    expect(retryDelay(failure(kind, sent), 'GET', 1, 0.5)).toBe(250);
  });

  test.each<Kind>(['timeout', 'aborted', 'not_found', 'tls', 'dns', 'unexpected_answer'])(
    'nothing goes out again after %s',
    (kind) => {
      expect(retryDelay(failure(kind, 'no'), 'GET', 1, 0.5)).toBeUndefined();
    },
  );

  test('waits as long as Coolify asks and no shorter, but not for ever', () => {
    expect(retryDelay(failure('rate_limited', 'answered', 48_000), 'POST', 1, 0)).toBe(48_000);
    expect(retryDelay(failure('rate_limited', 'answered', 3_600_000), 'POST', 1, 0)).toBeUndefined();
  });

  test('the jitter is full and grows, up to eight seconds and four times', () => {
    const away = failure('unreachable', 'no');
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 3 }),
        fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
        (attempt, random) => {
          const delay = retryDelay(away, 'GET', attempt, random)!;
          expect(delay).toBeGreaterThanOrEqual(0);
          expect(delay).toBeLessThan(Math.min(8_000, 500 * 2 ** (attempt - 1)) + 1e-9);
        },
      ),
    );
    expect(retryDelay(away, 'GET', 4, 0.5)).toBeUndefined();
  });
});
