import { notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { publicId } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import { allDatabases } from '../state/database.ts';
import type { Destination } from '../state/rows.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';

/** The networks of servers that resources run in (recorded: servers 7–9, 49–55). */
export const destinationRoutes: Routes = {
  'GET /destinations': (call) =>
    ok(call.world.state.destinations.filter((d) => serverOf(call, d) !== undefined).map((d) => present(call, d))),
  'GET /destinations/{uuid}': (call) => ok(present(call, find(call))),
  'PATCH /destinations/{uuid}': update,
  'DELETE /destinations/{uuid}': remove,
  'GET /servers/{server_uuid}/destinations': (call) => {
    const server = findServer(call);
    return ok(call.world.state.destinations.filter((d) => d.server_id === server.id).map((d) => present(call, d)));
  },
  'POST /servers/{server_uuid}/destinations': create,
};

async function create(call: Call) {
  call.requireJson();
  const server = findServer(call);
  const { input, world } = call;
  requireFields(input, {
    name: ['nullable', 'string', 'max:255'],
    network: ['required', 'string', 'max:255', { regex: /^[a-zA-Z0-9][a-zA-Z0-9._-]*$/ }],
    type: ['nullable', 'in:standalone,swarm'],
  });
  if (input.type !== undefined && input.type !== 'standalone')
    throw refuse(422, 'Destination type must be standalone for this server.');
  const network = String(input.network);
  if (world.state.destinations.find((d) => d.server_id === server.id && d.network === network) !== undefined)
    throw refuse(409, 'A destination with this network already exists on the server.');
  const now = rowTime(world.clock.now());
  const destination = world.state.destinations.insert({
    name: typeof input.name === 'string' ? input.name : `${server.name}-${network}`,
    uuid: publicId(),
    network,
    server_id: server.id,
    created_at: now,
    updated_at: now,
  });
  await world.clock.sleep(450, world.closing);
  return ok(present(call, destination), 201);
}

function update(call: Call) {
  call.requireJson();
  requireFields(call.input, { name: ['required', 'string', 'max:255'] });
  const destination = find(call);
  if (destination.name !== call.input.name) {
    Object.assign(destination, { name: call.input.name, updated_at: rowTime(call.world.clock.now()) });
    call.world.state.destinations.touch(destination);
  }
  return ok(present(call, destination));
}

async function remove(call: Call) {
  const destination = find(call);
  const { state, clock } = call.world;
  const resources = [...state.applications.all(), ...allDatabases(state), ...state.services.all()];
  const further = state.additionalDestinations.find((row) => row.destination_id === destination.id);
  if (further !== undefined || resources.some((row) => row.destination_id === destination.id))
    throw refuse(409, 'Destination has attached resources, detach first.');
  state.destinations.remove(destination);
  await clock.sleep(420, call.world.closing);
  return ok({ message: 'Deleted.' });
}

/** The framework's own words for a row that is not there (recorded: servers 55). */
function find(call: Call): Destination {
  const destination = call.world.state.destinations.find((d) => d.uuid === call.params.uuid);
  if (destination === undefined || serverOf(call, destination) === undefined)
    throw notFound('No query results for model [App\\Models\\SwarmDocker].');
  return destination;
}

function findServer(call: Call): Server {
  const server = call.world.state.servers.find(
    (s) => s.uuid === call.params.server_uuid && s.team_id === call.team.id && s.deleted_at === null,
  );
  if (server === undefined) throw notFound('No query results for model [App\\Models\\Server].');
  return server;
}

/** The destination's server when it is the caller's team's. */
function serverOf(call: Call, destination: Destination): Server | undefined {
  const server = call.world.state.servers.get(destination.server_id);
  return server?.team_id === call.team.id && server.deleted_at === null ? server : undefined;
}

function present(call: Call, destination: Destination): JsonObject {
  return {
    uuid: destination.uuid,
    name: destination.name,
    network: destination.network,
    type: 'standalone',
    server_uuid: serverOf(call, destination)?.uuid ?? null,
    created_at: destination.created_at,
    updated_at: destination.updated_at,
  };
}
