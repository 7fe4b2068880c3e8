import type { RunContext } from '../context.ts';
import { StepFailed } from '../operation.ts';
import { getApp, isNotFound } from './resolve.ts';

/** A deletion is a queued job: 2 s with a running container (recorded: deploy-image 80–82). */
const GONE_WITHIN_MS = 120_000;

/** Deletes an application and waits until it is seen to be gone. One that is not there is no fault. */
export async function deleteApp(ctx: RunContext, uuid: string, { volumes }: { volumes: boolean }): Promise<void> {
  try {
    await ctx.coolify.applications.delete(
      uuid,
      { delete_volumes: volumes, delete_configurations: true, docker_cleanup: true, delete_connected_networks: true },
      { signal: ctx.signal },
    );
  } catch (error) {
    if (!isNotFound(error)) throw error;
  }
  await waitUntilGone(ctx, uuid);
}

export async function waitUntilGone(ctx: RunContext, uuid: string): Promise<void> {
  const started = ctx.clock.now();
  while (await getApp(ctx, uuid)) {
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
