import { CoolifyError } from '../../coolify/error.ts';
import type { RunContext } from '../context.ts';
import { isAway } from '../deployments/follow.ts';
import { StepFailed } from '../operation.ts';
import type { Powered, Told } from './powered.ts';

/** Longer than the minute after which Coolify looks again. */
export const NEXT_LOOK_MS = 80_000;

/** Quick at first, then easy on the 200 requests a minute that all callers share. */
export const pause = (elapsed: number): number => (elapsed < 10_000 ? 500 : elapsed < 70_000 ? 2000 : 4000);

/** Whether Coolify refused because of the status it has in mind (recorded: run-databases 3, 10, 13). */
export const refusedByStatus = (error: unknown): boolean =>
  error instanceof CoolifyError && error.status === 400 && /already (running|stopped)/.test(error.message);

/** Whether a call may have taken effect though no answer came. */
export const answerLost = (error: unknown): boolean => error instanceof CoolifyError && error.sent === 'maybe';

/** Makes a call that does no harm when made twice; again where its answer was lost. */
export async function repeatable(call: () => Promise<unknown>): Promise<void> {
  try {
    await call();
  } catch (error) {
    if (!answerLost(error)) throw error;
    await call();
  }
}

/** Waits until Coolify has looked again: the status, or the time it was written, is another. */
export async function nextLook(ctx: RunContext, thing: Powered, was: Told): Promise<void> {
  const begun = ctx.clock.now();
  ctx.report({
    event: 'LOG',
    message: `Coolify's status of ${thing.name} (${was.raw}) is out of date; waiting until it looks again`,
  });
  for (;;) {
    await ctx.clock.sleep(pause(ctx.clock.now() - begun), ctx.signal);
    const now = await unlessAway(() => thing.status(ctx));
    if (now && (now.raw !== was.raw || now.written !== was.written)) return;
    if (ctx.clock.now() - begun > NEXT_LOOK_MS) {
      throw new StepFailed(
        `Coolify says ${was.raw} of ${thing.name}, which is not so, and has not looked again for ${NEXT_LOOK_MS / 1000} s.`,
        {
          stage: 'server_health',
          fix: 'See in Coolify whether its scheduler runs and the server can be reached; it acts by that status.',
        },
      );
    }
  }
}

/** Undefined where Coolify does not answer at the moment. */
export async function unlessAway<T>(ask: () => Promise<T>): Promise<T | undefined> {
  try {
    return await ask();
  } catch (error) {
    if (isAway(error)) return undefined;
    throw error;
  }
}
