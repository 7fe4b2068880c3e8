import type { Application } from '../state/application.ts';
import { allDatabases, type Database } from '../state/database.ts';
import type { Server } from '../state/server.ts';
import type { Service } from '../state/service.ts';
import type { World } from '../world.ts';

/** Everything that runs on a server: applications, databases, services. */
export function resourcesOn(world: World, server: Server): (Application | Database | Service)[] {
  const { state } = world;
  const here = state.destinations.filter((d) => d.server_id === server.id).map((d) => d.id);
  return [...state.applications.all(), ...allDatabases(state), ...state.services.all()].filter((row) =>
    here.includes(row.destination_id),
  );
}
