import { statfs } from 'node:fs/promises';
import { publicId } from '../ids.ts';
import { notify } from '../notifications/notify.ts';
import { applicationType } from '../routes/storages.ts';
import type { Server } from '../state/server.ts';
import { plainTime, rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { containersOf } from './containers.ts';
import { isFunctional, serverUrl } from './reachability.ts';

export interface Cleanup {
  /** Asked for, not by the clock: it cleans whatever the disk says. */
  manual: boolean;
  volumes: boolean;
}

/** Clears what is no longer used from a server and tells the team (recorded: webhooks 23, 24). */
export async function cleanUp(world: World, server: Server, cleanup: Cleanup): Promise<void> {
  const { clock, state } = world;
  await clock.sleep(200, world.closing);
  const started = rowTime(clock.now());
  const execution = state.cleanupExecutions.insert({
    uuid: publicId(),
    server_id: server.id,
    status: 'running',
    message: null,
    finished_at: null,
    created_at: started,
    updated_at: started,
  });
  const end = (status: 'success' | 'failed', message: string) => {
    const now = rowTime(clock.now());
    Object.assign(execution, { status, message, finished_at: plainTime(clock.now()), updated_at: now });
  };
  if (!isFunctional(server)) return end('failed', 'Server is not functional (unreachable, unusable, or disabled)');
  const before = await diskUsage();
  const wanted =
    cleanup.manual || server.settings.force_docker_cleanup || before >= server.settings.docker_cleanup_threshold;
  if (wanted) {
    await pruneImages(world, server);
    if (cleanup.volumes) await pruneVolumes(world, server);
    await clock.sleep(3200, world.closing);
  }
  end('success', wanted ? outcome(cleanup, server, before, await diskUsage()) : `No cleanup needed for ${server.name}`);
  notify(world, server.team_id, 'docker_cleanup_success', {
    success: true,
    message: 'Docker cleanup job succeeded',
    event: 'docker_cleanup_success',
    server_name: server.name,
    server_uuid: server.uuid,
    cleanup_message: execution.message,
    url: serverUrl(world, server),
  });
}

function outcome({ manual }: Cleanup, server: Server, before: number, after: number): string {
  const usage = `Disk usage before: ${before}%, Disk usage after: ${after}%.`;
  if (manual || server.settings.force_docker_cleanup)
    return `${manual ? 'Manual' : 'Forced'} Docker cleanup job executed successfully. ${usage}`;
  return before > after
    ? `Saved ${before - after}% disk space. ${usage}`
    : `Docker cleanup job executed successfully, but no disk space was saved. ${usage}`;
}

/** Of the disk that the emulator's machine works on, in percent. */
async function diskUsage(): Promise<number> {
  const { blocks, bfree } = await statfs('/');
  return Math.round((100 * (blocks - bfree)) / blocks);
}

/** Keeps the newest `docker_images_to_keep` images of each application and those that run. */
async function pruneImages(world: World, server: Server): Promise<void> {
  if (server.settings.disable_application_image_retention) return;
  const used = new Set(world.machine.containers().map((container) => container.image));
  for (const application of world.state.applications.all()) {
    const spare = world.machine.images(application.uuid).filter((image) => !used.has(image.reference));
    const kept = Math.max(0, application.settings.docker_images_to_keep);
    for (const image of spare.slice(0, Math.max(0, spare.length - kept)))
      await world.working(world.machine.removeImage(image.reference));
  }
}

/** Removes the volumes that no container holds: those of stopped applications too, as Docker does. */
async function pruneVolumes(world: World, server: Server): Promise<void> {
  const { state } = world;
  for (const volume of state.volumes.filter((row) => row.resource_type === applicationType && row.host_path === null)) {
    const application = state.applications.get(volume.resource_id);
    if (application === undefined || containersOf(world, application).length > 0) continue;
    if (state.destinations.get(application.destination_id)?.server_id !== server.id) continue;
    await world.working(world.machine.removeVolume(volume.name));
  }
}
