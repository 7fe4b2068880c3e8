import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';
import { containersOf, graceOf, removeContainer } from './containers.ts';
import { tellRestartLimit } from './restartNotice.ts';
import { writeStatus } from './status.ts';

/**
 * Stops an application whose container was started again as often as its `max_restart_count` allows; 0 allows any number
 * (coolify.md 6.1). The count stays, so that one sees why.
 */
export function stopCrashLoop(world: World, application: Application): void {
  const { max_restart_count: limit, restart_count: restarts } = application;
  if (limit <= 0 || restarts < limit || application.status === 'exited') return;
  tellRestartLimit(world, application);
  world.background(async () => {
    for (const container of containersOf(world, application))
      await removeContainer(world, container, graceOf(application));
    writeStatus(world, application, 'exited');
  });
}
