import type { RunContext } from '../context.ts';
import { waitUntilGone } from '../gone.ts';
import { getApp, isNotFound } from './resolve.ts';

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
  await waitUntilGone(ctx, uuid, () => getApp(ctx, uuid));
}
