import type { RunContext } from '../context.ts';
import type { Fact } from '../fields.ts';
import { StepFailed } from '../operation.ts';
import { nextLook, pause, refusedByStatus, repeatable, unlessAway } from './look.ts';
import { type Before, before, isDown, type Powered } from './powered.ts';

/** A restart under way has its new container up within this: 5 s were seen (recorded: run-databases 11, 12). */
const COMES_UP_MS = 10_000;
const STOPPED_WITHIN_MS = 120_000;

/** Stops it, also where Coolify says that it had already; and sees that nothing is left. */
export async function stopAndSee(ctx: RunContext, thing: Powered): Promise<{ verified: Fact[] }> {
  for (;;) {
    try {
      await repeatable(() => thing.stop(ctx));
      return await waitUntilStopped(ctx, thing);
    } catch (error) {
      if (!refusedByStatus(error)) throw error;
    }
    const now = await before(ctx, thing);
    if (!(await comesUp(ctx, thing))) return { verified: stoppedFacts(await before(ctx, thing)) };
    await nextLook(ctx, thing, now);
  }
}

async function waitUntilStopped(ctx: RunContext, thing: Powered): Promise<{ verified: Fact[] }> {
  const begun = ctx.clock.now();
  for (;;) {
    const now = await unlessAway(() => before(ctx, thing));
    if (now && now.container !== true && isDown(now.raw)) return { verified: stoppedFacts(now) };
    const elapsed = ctx.clock.now() - begun;
    if (elapsed > STOPPED_WITHIN_MS) {
      throw new StepFailed(
        `${thing.name} was not seen to stop within ${STOPPED_WITHIN_MS / 1000} s (status ${now?.raw ?? 'unknown'}).`,
        {
          stage: 'unknown',
          fix: 'See in Coolify whether its queue workers run and the server can be reached.',
        },
      );
    }
    await ctx.clock.sleep(pause(elapsed), ctx.signal);
  }
}

function stoppedFacts({ raw, container }: Before): Fact[] {
  return [
    container === false
      ? { fact: 'container_gone', result: 'seen', source: 'its log: no container of it runs' }
      : {
          fact: 'container_gone',
          result: 'unknown',
          source: 'its log',
          reason: 'Coolify cannot read it here, so only the status tells',
        },
    { fact: 'stopped', result: 'seen', value: raw, source: "Coolify's status" },
  ];
}

/** Whether a container turns up within the time that a restart under way takes. */
async function comesUp(ctx: RunContext, thing: Powered): Promise<boolean> {
  const begun = ctx.clock.now();
  while (ctx.clock.now() - begun < COMES_UP_MS) {
    const container = await thing.container(ctx);
    if (container !== false) return container === true;
    await ctx.clock.sleep(1000, ctx.signal);
  }
  return false;
}
