import type { RunContext } from './context.ts';
import type { Fact } from './fields.ts';
import { StepFailed } from './operation.ts';

/** A deletion is a queued job: 2 s with a running container (recorded: deploy-image 80–82; databases 109–111). */
const GONE_WITHIN_MS = 120_000;

/** Waits until what was deleted is seen to be gone. */
export async function waitUntilGone(ctx: RunContext, uuid: string, read: () => Promise<unknown>): Promise<void> {
  const started = ctx.clock.now();
  while (await read()) {
    if (ctx.clock.now() - started > GONE_WITHIN_MS) {
      throw new StepFailed(
        `Coolify took the deletion of ${uuid} and had not carried it out after ${GONE_WITHIN_MS / 1000} s.`,
        { stage: 'unknown', fix: 'See in Coolify whether its queue workers run; the deletion is still queued.' },
      );
    }
    await ctx.clock.sleep(500, ctx.signal);
  }
}

/** What a deletion does to volumes: Coolify destroys them unless it is told not to. */
export interface Volumes {
  fate: 'none' | 'deleted' | 'kept';
  /** For the title of the step. */
  told: string;
  /** Nothing shows volumes of what is deleted, so what became of them is unknown. */
  facts: Fact[];
}

export function volumesAfter(volumes: readonly string[], destroyed: boolean): Volumes {
  if (volumes.length === 0) return { fate: 'none', told: 'it has no volumes', facts: [] };
  const fate = destroyed ? 'deleted' : 'kept';
  const reason = 'its API does not show volumes of what is deleted';
  return {
    fate,
    told: `its volumes ${volumes.join(', ')} are ${fate}`,
    facts: [{ fact: `volumes_${fate}`, result: 'unknown', source: 'Coolify', reason }],
  };
}
