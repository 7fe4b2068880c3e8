import { isObject, type JsonObject } from '../json.ts';
import type { ContainerState } from '../machine/machine.ts';
import type { Server } from '../state/server.ts';
import type { World } from '../world.ts';
import { labelOf } from './containers.ts';
import { aggregateStatus, writeStatus } from './status.ts';

const states: Record<string, ContainerState['status']> = {
  created: 'created',
  running: 'running',
  restarting: 'restarting',
};
const healths: Record<string, ContainerState['health']> = {
  starting: 'starting',
  healthy: 'healthy',
  unhealthy: 'unhealthy',
};

/** Takes the statuses of a server's applications from the list of containers that Sentinel pushed; what a whole list lacks has exited. */
export function applyPush(world: World, server: Server, push: JsonObject): void {
  const pushed = (Array.isArray(push.containers) ? push.containers : []).filter(isObject);
  const { state } = world;
  for (const application of state.applications.all()) {
    if (state.destinations.get(application.destination_id)?.server_id !== server.id) continue;
    const own = pushed.filter(
      ({ labels }) => isObject(labels) && String(labels[labelOf.application]) === String(application.id),
    );
    if (own.length === 0 && isObject(push.snapshot) && push.snapshot.complete === false) continue;
    const status = aggregateStatus(own.map(asState));
    if (status !== application.status) writeStatus(world, application, status);
  }
}

function asState({ state, health_status: health }: JsonObject): ContainerState {
  return {
    status: states[String(state)] ?? 'exited',
    health: healths[String(health)] ?? 'none',
    exitCode: null,
    outOfMemory: false,
    restarts: 0,
    probes: [],
  };
}
