import { invalid, notFound, type Refused, refuse } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import type { Destination, Environment } from '../state/rows.ts';
import type { Server } from '../state/server.ts';
import { environmentByName } from './projects.ts';

export interface Placement {
  environment: Environment;
  server: Server;
  destination: Destination;
}

/**
 * Where a request wants a new database or service: project, environment (by name first), server, destination; Coolify asks
 * in this order. Throws its refusals, and the caller's own for an environment that is not there.
 */
export function findPlacement(call: Call, noEnvironment: () => Refused): Placement {
  const { state } = call.world;
  const { input, team } = call;
  const project = state.projects.find((p) => p.uuid === input.project_uuid && p.team_id === team.id);
  if (project === undefined) throw notFound('Project not found.');
  const environment =
    environmentByName(state, project, String(input.environment_name ?? '')) ??
    environmentByName(state, project, String(input.environment_uuid ?? ''));
  if (environment === undefined) throw noEnvironment();
  const server = state.servers.find((s) => s.uuid === input.server_uuid && s.team_id === team.id);
  if (server === undefined) throw notFound('Server not found.');
  if (server.settings.is_build_server)
    throw invalid({ server_uuid: ['The specified server is configured as a build server and cannot host resources.'] });
  return { environment, server, destination: findDestination(call, server) };
}

/** Both forms are empty: neither name nor uuid of an environment was given. */
export function requireEnvironment(call: Call): void {
  if ((call.input.environment_name ?? null) === null && (call.input.environment_uuid ?? null) === null)
    throw refuse(422, 'You need to provide at least one of environment_name or environment_uuid.');
}

function findDestination(call: Call, server: Server): Destination {
  const destinations = call.world.state.destinations.filter((d) => d.server_id === server.id);
  const [only] = destinations;
  if (only === undefined) throw refuse(400, 'Server has no destinations.');
  if (destinations.length === 1) return only;
  if (call.input.destination_uuid === undefined)
    throw refuse(400, 'Server has multiple destinations and you do not set destination_uuid.');
  const destination = destinations.find((d) => d.uuid === call.input.destination_uuid);
  if (destination === undefined)
    throw invalid({ destination_uuid: 'Provided destination_uuid does not belong to the specified server.' });
  return destination;
}
