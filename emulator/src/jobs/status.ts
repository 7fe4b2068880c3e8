import type { ContainerState } from '../machine/machine.ts';
import type { Application } from '../state/application.ts';
import { plainTime, rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { containersOf } from './containers.ts';

/** One status for several containers, by the precedence of Coolify's `ContainerStatusAggregator` (coolify.md 3.3). */
export function aggregateStatus(states: ContainerState[]): string {
  const running = states.filter((state) => state.status === 'running');
  const gone = states.filter((state) => state.status === 'exited');
  if (states.some((state) => state.status === 'restarting'))
    return running.length > 0 ? 'degraded:unhealthy' : 'restarting:unknown';
  if (running.length > 0 && gone.length > 0) return 'degraded:unhealthy';
  if (running.length > 0) {
    if (running.some((state) => state.health === 'unhealthy' || state.health === 'starting'))
      return 'running:unhealthy';
    return running.some((state) => state.health === 'none') ? 'running:unknown' : 'running:healthy';
  }
  return states.some((state) => state.status === 'created') ? 'starting:unknown' : 'exited';
}

/** What Coolify does when it looks at the containers: once a minute, and at the end of a deployment or stop. */
export function refreshStatus(world: World, application: Application): void {
  const states = containersOf(world, application).map((container) => container.state());
  const restarts = Math.max(0, ...states.map((state) => state.restarts));
  if (restarts > application.restart_count) {
    application.last_restart_at = rowTime(world.clock.now());
    application.last_restart_type = 'crash';
    application.restart_count = restarts;
  }
  writeStatus(world, application, aggregateStatus(states));
}

export function writeStatus(world: World, application: Application, status: string): void {
  application.status = status;
  application.last_online_at = plainTime(world.clock.now());
  application.updated_at = rowTime(world.clock.now());
}
