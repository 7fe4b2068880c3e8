import { parseStatus } from '../../coolify/status.ts';
import type { RunContext } from '../context.ts';
import type { Fact } from '../fields.ts';
import { StepFailed } from '../operation.ts';
import { pause, repeatable, unlessAway } from '../power/look.ts';
import { appContainer } from './deployed.ts';

/** 0.8 s were seen (recorded: deploy-image 34–36); a container may take its grace period. */
const STOPPED_WITHIN_MS = 120_000;

/** Stops an app and sees that nothing of it runs. Coolify says yes whatever the state, so its word counts for nothing. */
export async function stopApp(ctx: RunContext, app: { uuid: string; name: string }): Promise<{ verified: Fact[] }> {
  await repeatable(() => ctx.coolify.applications.stop(app.uuid, {}, { signal: ctx.signal }));
  const begun = ctx.clock.now();
  for (;;) {
    const row = await unlessAway(() => ctx.coolify.applications.get(app.uuid, { signal: ctx.signal }));
    const { state, raw } = parseStatus(row?.status);
    if (state === 'exited' && (await appContainer(ctx, app.uuid)) !== true) return { verified: stoppedFacts(raw) };
    const elapsed = ctx.clock.now() - begun;
    if (elapsed > STOPPED_WITHIN_MS) {
      throw new StepFailed(
        `${app.name} was not seen to stop within ${STOPPED_WITHIN_MS / 1000} s (status ${raw || 'unknown'}).`,
        {
          stage: 'unknown',
          fix: 'See in Coolify whether its queue workers run and the server can be reached.',
        },
      );
    }
    await ctx.clock.sleep(pause(elapsed), ctx.signal);
  }
}

const stoppedFacts = (raw: string): Fact[] => [
  { fact: 'container_gone', result: 'seen', source: 'its log: no container of it runs' },
  { fact: 'stopped', result: 'seen', value: raw, source: "Coolify's status" },
];
