import { isNotFound } from '../apps/resolve.ts';
import type { RunContext } from '../context.ts';
import { waitUntilGone } from '../gone.ts';
import { repeatable } from '../power/look.ts';
import { readDatabase } from './record.ts';

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
  await waitUntilGone(ctx, uuid, () => readDatabase(ctx, uuid));
}
