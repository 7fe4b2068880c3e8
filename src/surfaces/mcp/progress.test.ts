import type { ServerContext } from '@modelcontextprotocol/server';
import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { silentLog } from '../../log.ts';
import type { Progress } from '../../operations/context.ts';
import { reporterFor } from './progress.ts';

interface Told {
  progress: number;
  total: number;
  message: string;
}

function request(progressToken?: string) {
  const told: Told[] = [];
  const abort = new AbortController();
  const notify = async ({ params }: { params: Told }) => void told.push(params);
  const ctx = { mcpReq: { _meta: { progressToken }, signal: abort.signal, notify } } as unknown as ServerContext;
  return { ctx, told, abort };
}

describe('progress', () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  it('is told to nobody who gave no token', () => {
    expect(reporterFor(request().ctx, silentLog)).toBeUndefined();
  });

  it('grows with each word and ends at the whole, whatever is reported', () => {
    const event = fc.constantFrom<Progress['event']>('BEGIN', 'STEP', 'DONE', 'FAILED', 'LOG', 'ROLLBACK');
    const progress = fc.record(
      { event, message: fc.string(), fraction: fc.double({ min: 0, max: 1, noNaN: true }) },
      { requiredKeys: ['event', 'message'] },
    );
    fc.assert(
      fc.property(fc.array(progress, { maxLength: 300 }), (all) => {
        const { ctx, told } = request('t');
        const reporter = reporterFor(ctx, silentLog)!;
        for (const one of all as Progress[]) reporter.report(one);
        reporter.report({ event: 'COMMITTED', message: 'done', fraction: 1 });
        reporter.stop();
        expect(told).toHaveLength(all.length + 1);
        expect(told.every(({ progress: p }, i) => i === 0 || p > told[i - 1]!.progress)).toBe(true);
        expect(told.at(-1)!.progress).toBe(100);
      }),
    );
  });

  it('is heard at least every ten seconds while nothing happens, and no more once the call is over', () => {
    const { ctx, told } = request('t');
    const reporter = reporterFor(ctx, silentLog)!;
    reporter.report({ event: 'STEP', message: 'Build', fraction: 0.1 });
    vi.advanceTimersByTime(60_000);
    expect(told.length).toBeGreaterThanOrEqual(7);
    expect(told.at(-1)!.message).toBe('STEP Build (56 s)');
    reporter.stop();
    const heard = told.length;
    vi.advanceTimersByTime(60_000);
    expect(told).toHaveLength(heard);
  });

  it('falls silent when the call is cancelled', () => {
    const { ctx, told, abort } = request('t');
    const reporter = reporterFor(ctx, silentLog)!;
    abort.abort();
    vi.advanceTimersByTime(60_000);
    reporter.report({ event: 'STEP', message: 'late' });
    expect(told).toHaveLength(0);
  });

  it('goes on where it was when the same request runs again after a question', () => {
    const { ctx, told } = request('t');
    const first = reporterFor(ctx, silentLog)!;
    first.report({ event: 'LOG', message: 'looked', fraction: 0.5 });
    first.stop();
    reporterFor(ctx, silentLog)!.report({ event: 'BEGIN', message: 'begun', fraction: 0 });
    expect(told[1]!.progress).toBeGreaterThan(told[0]!.progress);
  });
});
