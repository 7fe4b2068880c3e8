import { isDue } from '../cron.ts';
import { resourcesOn } from '../servers/resources.ts';
import { partsOf } from '../services/parts.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { runDueBackups } from './backups.ts';
import { updateRoutes } from './containers.ts';
import { stopCrashLoop } from './crashLoop.ts';
import { refreshDatabases } from './databases.ts';
import { cleanUp } from './dockerCleanup.ts';
import { composeVersion, dockerVersion } from './dockerVersions.ts';
import { applyConfiguration } from './proxy.ts';
import { answersNow, checkAgain, checkConnection, isLeftAlone, isWatched } from './reachability.ts';
import { runDueTasks } from './scheduledTask.ts';
import { refreshServices } from './services.ts';
import { refreshStatus } from './status.ts';

/**
 * What Coolify does just after each full minute (recorded: apps-image 31–37, deploy-image 15–35, deploy-git 30–34): look at the
 * containers, at Docker's version, at Compose's, and start the proxy once something runs. More applications make it slower.
 */
export function startMinuteJobs(world: World): () => void {
  const { clock, state } = world;
  return clock.everyMinute((minute) => {
    runDueTasks(world, minute);
    for (const server of state.servers.filter((row) => row.deleted_at === null)) {
      if (isLeftAlone(server, minute)) continue;
      const reachable = isWatched(world, server) ? answersNow(world, server) : checkConnection(world, server);
      clock.after(2200, () => lookAgain(world, server));
      if (!reachable) continue;
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
        refreshServices(world, server);
        updateRoutes(world);
        if (world.machine.containers().length > 0) clock.after(1350, () => startProxy(world, server));
      });
      runDueBackups(world, server, minute);
      const { docker_cleanup_frequency: frequency, server_timezone: zone, delete_unused_volumes } = server.settings;
      if (isDue(frequency, minute, zone))
        world.background(() => cleanUp(world, server, { manual: false, volumes: delete_unused_volumes }));
    }
  }, 1000);
}

/** Of a server that stays away, everything counts as stopped. */
function lookAgain(world: World, server: Server): void {
  if (isWatched(world, server) || checkAgain(world, server)) return;
  for (const resource of resourcesOn(world, server))
    for (const row of 'status' in resource ? [resource] : partsOf(world, resource)) row.status = 'exited';
}

function checkDocker(world: World, server: Server): void {
  const now = rowTime(world.clock.now());
  Object.assign(server.settings, { docker_version: dockerVersion, docker_version_checked_at: now, updated_at: now });
  const { state } = world;
  for (const application of state.applications.all()) {
    if (state.destinations.get(application.destination_id)?.server_id !== server.id) continue;
    if (application.status !== 'exited') refreshStatus(world, application);
    stopCrashLoop(world, application);
  }
  updateRoutes(world);
}

function startProxy(world: World, server: Server): void {
  if (server.proxy.type === 'TRAEFIK' && server.proxy.status === 'exited')
    applyConfiguration(world, server, 'starting');
}
