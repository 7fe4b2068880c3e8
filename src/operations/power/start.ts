import { parseStatus } from '../../coolify/status.ts';
import type { RunContext } from '../context.ts';
import { tellingLines } from '../deployments/health.ts';
import type { Fact } from '../fields.ts';
import { StepFailed } from '../operation.ts';
import { answerLost, NEXT_LOOK_MS, nextLook, pause, refusedByStatus, unlessAway } from './look.ts';
import { type Before, before, isDown, type Powered, ran, type Told } from './powered.ts';

/** Asks for a start unless it runs already, until Coolify takes it. A second start would make a new container. */
export async function askToStart(ctx: RunContext, thing: Powered): Promise<void> {
  for (;;) {
    const was = await before(ctx, thing);
    if (was.container === true) return;
    try {
      await thing.start(ctx);
      return;
    } catch (error) {
      // Not asked again: it might be starting, and a database is not to be replaced while it makes its files.
      if (answerLost(error)) return;
      if (!refusedByStatus(error)) throw error;
      if (was.container === null) return;
    }
    // "Already running", and nothing runs: the next look mends the status.
    await nextLook(ctx, thing, was);
  }
}

/** Whether a restart took effect, though nobody heard the answer: the status was written down since. */
export async function wentDown(ctx: RunContext, thing: Powered, was: Before): Promise<{ was: Before } | undefined> {
  const told = await thing.status(ctx);
  return told.written !== was.written && isDown(told.raw) ? { was } : undefined;
}

/**
 * Looks until Coolify has seen it run, which takes up to a minute after it does. `restarted` is how it was before a
 * restart: then it has to be seen down first.
 * @throws StepFailed with its newest lines where it is seen not to run, or the time is over.
 */
export async function waitUntilRunning(
  ctx: RunContext,
  thing: Powered,
  restarted: Before | null,
): Promise<{ status: string; verified: Fact[] }> {
  const begun = ctx.clock.now();
  const restarting = new Set<string | null>();
  let wasDown = restarted === null || !ran(restarted);
  let told: Told = { raw: 'unknown', written: null };
  for (;;) {
    told = (await unlessAway(() => thing.status(ctx))) ?? told;
    const { state, health, raw } = parseStatus(told.raw);
    const elapsed = ctx.clock.now() - begun;
    const fresh = restarted === null || told.written !== restarted.written;
    if (fresh && isDown(raw)) wasDown = true;
    // One that went down and up between two looks is taken as running once Coolify has looked again.
    const up = fresh && state === 'running' && health !== 'unhealthy' && (wasDown || elapsed > NEXT_LOOK_MS);
    if (up) return { status: raw, verified: runningFacts(raw, restarted, wasDown) };
    if (state === 'restarting') restarting.add(told.written);
    if (restarting.size > 1)
      throw await notRunning(ctx, thing, `its container exits and is restarted again and again (${raw})`);
    if (elapsed > ctx.settings.healthSeconds * 1000) {
      throw await notRunning(
        ctx,
        thing,
        `it was not seen running within ${ctx.settings.healthSeconds} s (status ${raw})`,
      );
    }
    await ctx.clock.sleep(pause(elapsed), ctx.signal);
  }
}

function runningFacts(raw: string, restarted: Before | null, wasDown: boolean): Fact[] {
  const source = "Coolify's status";
  const again: Fact = wasDown
    ? { fact: 'restarted', result: 'seen', source: 'its status went down and up again' }
    : {
        fact: 'restarted',
        result: 'unknown',
        source,
        reason: 'Coolify took the restart, and it was not seen to go down',
      };
  return [
    { fact: 'running', result: 'seen', value: raw, source },
    parseStatus(raw).health === 'healthy'
      ? { fact: 'healthy', result: 'seen', source }
      : { fact: 'healthy', result: 'unknown', source, reason: 'no health check is defined' },
    ...(restarted && ran(restarted) ? [again] : []),
  ];
}

async function notRunning(ctx: RunContext, thing: Powered, why: string): Promise<StepFailed> {
  return new StepFailed(`${thing.name} does not run: ${why}.`, {
    stage: 'container_readiness',
    severity: 'critical',
    fix: 'See its last lines. Where there are none, its image may not be there to pull, of which Coolify says nothing: check name and tag.',
    logs: await newestLines(ctx, thing),
  });
}

/** A failure is told without what its container wrote rather than not at all. */
async function newestLines(ctx: RunContext, thing: Powered): Promise<string[]> {
  try {
    return tellingLines((await thing.lines(ctx)).split('\n')).map(ctx.strike);
  } catch (error) {
    return [`(its log could not be read: ${error instanceof Error ? error.message : String(error)})`];
  }
}
