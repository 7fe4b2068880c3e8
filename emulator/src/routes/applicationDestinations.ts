import { notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { destinationOf, known } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { Destination } from '../state/rows.ts';
import type { Server } from '../state/server.ts';
import { findApplication } from './applications.ts';
import { hostingDestination } from './moves.ts';

/** Where an application runs: its own destination and those on further servers (coolify.md 3.1). */
export const applicationDestinationRoutes: Routes = {
  'GET /applications/{uuid}/destinations': list,
  'POST /applications/{uuid}/destinations': add,
  'DELETE /applications/{uuid}/destinations/{destination_uuid}': remove,
};

function list(call: Call) {
  const application = findApplication(call);
  return ok([
    present(call, destinationOf(call.world, application), true),
    ...furtherOf(call, application).map((destination) => present(call, destination, false)),
  ]);
}

function add(call: Call) {
  call.requireJson();
  requireFields(call.input, { destination_uuid: ['required', 'string'] });
  const application = findApplication(call);
  const destination = hostingDestination(call);
  const primary = destinationOf(call.world, application);
  const further = furtherOf(call, application);
  if (destination === primary) throw refuse(422, 'Destination is already the primary destination.');
  if (further.includes(destination)) throw refuse(422, 'Destination is already attached.');
  if (destination.server_id === primary.server_id)
    throw refuse(422, 'Cannot attach a destination on the same server as the primary destination.');
  if (further.some((other) => other.server_id === destination.server_id))
    throw refuse(422, 'A destination on this server is already attached.');
  call.world.state.additionalDestinations.insert({ application_id: application.id, destination_id: destination.id });
  return ok({ message: 'Destination attached.', uuid: destination.uuid }, 201);
}

function remove(call: Call) {
  const application = findApplication(call);
  const { state } = call.world;
  const destination = state.destinations.find((d) => d.uuid === call.params.destination_uuid);
  if (destination === undefined || serverOf(call, destination).team_id !== call.team.id)
    throw notFound('Destination not found.');
  if (destination === destinationOf(call.world, application))
    throw refuse(422, 'Cannot remove the primary destination.');
  const attached = state.additionalDestinations.find(
    (row) => row.application_id === application.id && row.destination_id === destination.id,
  );
  if (attached === undefined) throw notFound('Destination not found.');
  state.additionalDestinations.remove(attached);
  return ok({ message: 'Destination detached.' });
}

function furtherOf(call: Call, application: Application): Destination[] {
  const { state } = call.world;
  return state.additionalDestinations
    .filter((row) => row.application_id === application.id)
    .map((row) => known(state.destinations.get(row.destination_id), 'destination', row.destination_id));
}

function serverOf(call: Call, destination: Destination): Server {
  return known(call.world.state.servers.get(destination.server_id), 'server', destination.server_id);
}

function present(call: Call, destination: Destination, primary: boolean) {
  return {
    uuid: destination.uuid,
    name: destination.name,
    network: destination.network,
    server_uuid: serverOf(call, destination).uuid,
    server_id: destination.server_id,
    is_primary: primary,
  };
}
