import { isNotFound } from '../apps/resolve.ts';
import type { RunContext } from '../context.ts';
import { StepFailed } from '../operation.ts';
import { repeatable } from '../power/look.ts';
import { readDatabase } from './record.ts';

/** A deletion is a queued job: 0.6 s, 2 s with a running container (recorded: databases 109–111). */
const GONE_WITHIN_MS = 120_000;

/** Deletes a database and waits until it is seen to be gone. One that is not there is no fault. */
export async function deleteAndSee(ctx: RunContext, uuid: string, { volumes }: { volumes: boolean }): Promise<void> {
  const along = {
    delete_volumes: volumes,
    delete_configurations: true,
    docker_cleanup: true,
    delete_connected_networks: true,
  };
  try {
    await repeatable(() => ctx.coolify.databases.delete(uuid, along, { signal: ctx.signal }));
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  const started = ctx.clock.now();
  while (await readDatabase(ctx, uuid)) {
    if (ctx.clock.now() - started > GONE_WITHIN_MS) {
      throw new StepFailed(
        `Coolify took the deletion of ${uuid} and had not carried it out after ${GONE_WITHIN_MS / 1000} s.`,
        {
          stage: 'unknown',
          fix: 'See in Coolify whether its queue workers run; the deletion is still queued.',
        },
      );
    }
    await ctx.clock.sleep(500, ctx.signal);
  }
}
