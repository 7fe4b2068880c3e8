import { Cron } from 'croner';
import { md5 } from '../ids.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { runDueBackups } from './backups.ts';
import { updateRoutes } from './containers.ts';
import { refreshDatabases } from './databases.ts';
import { dockerVersion } from './deployment.ts';
import { refreshStatus } from './status.ts';
import { traefikConfiguration } from './traefik.ts';

/** The Compose that the recorded server had. */
export const composeVersion = '2.26.1';

/**
 * What Coolify does just after each full minute (recorded: apps-image 31–37, deploy-image 15–35, deploy-git 30–34): look at the
 * containers, at Docker's version, at Compose's, and start the proxy once something runs. More applications make it slower.
 */
export function startMinuteJobs(world: World): () => void {
  const { clock, state } = world;
  return clock.everyMinute((minute) => {
    for (const server of state.servers.all()) {
      if (world.faults.unreachable.has(server.uuid)) continue;
      clock.after(0, () => checkDocker(world, server));
      clock.after(400 + 165 * state.applications.all().length, () => {
        const now = rowTime(clock.now());
        Object.assign(server.settings, {
          compose_version: composeVersion,
          compose_version_checked_at: now,
          updated_at: now,
        });
      });
      clock.after(500, () => {
        refreshDatabases(world, server);
        if (world.machine.containers().length > 0) clock.after(1350, () => startProxy(world, server));
      });
      runDueBackups(world, server, minute);
      if (new Cron(server.settings.docker_cleanup_frequency, { timezone: 'UTC' }).match(new Date(minute)))
        world.background(() => pruneImages(world, server));
    }
  }, 1000);
}

function checkDocker(world: World, server: Server): void {
  const now = rowTime(world.clock.now());
  Object.assign(server.settings, { docker_version: dockerVersion, docker_version_checked_at: now, updated_at: now });
  const { state } = world;
  for (const application of state.applications.all()) {
    if (state.destinations.get(application.destination_id)?.server_id !== server.id) continue;
    if (application.status !== 'exited') refreshStatus(world, application);
  }
  updateRoutes(world);
}

function startProxy(world: World, server: Server): void {
  if (server.proxy.type !== 'TRAEFIK' || server.proxy.status !== 'exited') return;
  const own = world.state.destinations.filter((d) => d.server_id === server.id).map((d) => d.network);
  const networks = [...new Set([...own, ...world.state.instance.dockerNetworks])];
  const configuration = traefikConfiguration(networks);
  server.proxy = {
    ...server.proxy,
    status: 'starting',
    last_saved_proxy_configuration: configuration,
    last_saved_settings: md5(configuration),
    last_applied_settings: md5(configuration),
  };
  server.updated_at = rowTime(world.clock.now());
}

/** Keeps the newest `docker_images_to_keep` images of each application and those that run. */
export async function pruneImages(world: World, server: Server): Promise<void> {
  if (server.settings.disable_application_image_retention) return;
  const used = new Set(world.machine.containers().map((container) => container.image));
  for (const application of world.state.applications.all()) {
    const spare = world.machine.images(application.uuid).filter((image) => !used.has(image.reference));
    const kept = Math.max(0, application.settings.docker_images_to_keep);
    for (const image of spare.slice(0, Math.max(0, spare.length - kept)))
      await world.working(world.machine.removeImage(image.reference));
  }
}
