import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { composeVersion, dockerVersion } from './dockerVersions.ts';
import { answersNow, refusedBy } from './reachability.ts';

/** Looks whether a server can be used: 0.4 s where nothing listens, 3 s to a good one (recorded: servers 11, 12, 28–30). */
export async function validateServer(world: World, server: Server): Promise<void> {
  const { clock } = world;
  await clock.sleep(150, world.closing);
  server.validation_logs = null;
  if (!answersNow(world, server)) {
    await clock.sleep(200, world.closing);
    Object.assign(server, { validation_logs: failure(refusedBy(server)), updated_at: rowTime(clock.now()) });
    server.settings.is_reachable = false;
    return;
  }
  await clock.sleep(2500, world.closing);
  const now = rowTime(clock.now());
  Object.assign(server.settings, {
    is_reachable: true,
    is_usable: true,
    docker_version: dockerVersion,
    docker_version_checked_at: now,
    compose_version: composeVersion,
    compose_version_checked_at: now,
    updated_at: now,
  });
  server.updated_at = now;
}

function failure(error: string): string {
  return `Server is not reachable. Please validate your configuration and connection.<br>Check this <a target="_blank" class="text-black underline dark:text-white" href="https://coolify.io/docs/knowledge-base/server/openssh" rel="noreferrer noopener">documentation</a> for further help. <br><br><div class="text-error">Error: ${error}</div>`;
}
