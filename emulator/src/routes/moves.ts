import { cloneApplication } from '../applications/clone.ts';
import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { hasErrors, validate } from '../http/validate.ts';
import { known } from '../present/server.ts';
import type { Destination } from '../state/rows.ts';
import { rowTime } from '../times.ts';
import { findApplication } from './applications.ts';
import { findResource, nameOf, type Sort } from './owned.ts';
import { isTrue, textOrNull } from './variables.ts';

/** Into another environment, and copies (recorded: organise 44–54). Migration is for development installations only. */
export const moveRoutes: Routes = {
  'POST /applications/{uuid}/move': move('applications'),
  'POST /databases/{uuid}/move': move('databases'),
  'POST /services/{uuid}/move': move('services'),
  'POST /applications/{uuid}/migrate': migrate('applications'),
  'POST /databases/{uuid}/migrate': migrate('databases'),
  'POST /services/{uuid}/migrate': migrate('services'),
  'POST /applications/{uuid}/clone': clone,
};

function move(sort: Sort): Handler {
  return (call) => {
    const resource = findResource(call, sort);
    const { input, world } = call;
    const errors = validate(input, { environment_uuid: ['required', 'string'] });
    if (hasErrors(errors)) throw invalid(errors);
    const extra = Object.keys(input).filter((field) => field !== 'environment_uuid');
    if (extra.length > 0)
      throw invalid(Object.fromEntries(extra.map((field) => [field, 'This field is not allowed.'])));
    const environment = world.state.environments.find((e) => e.uuid === input.environment_uuid);
    const project = world.state.projects.get(environment?.project_id ?? null);
    if (environment === undefined || project?.team_id !== call.team.id)
      throw notFound('Target environment not found or not owned by your team.');
    if (resource.environment_id === environment.id)
      throw refuse(400, `${nameOf[sort]} is already in this environment.`);
    Object.assign(resource, { environment_id: environment.id, updated_at: rowTime(world.clock.now()) });
    return ok({
      message: `${nameOf[sort]} moved successfully.`,
      uuid: resource.uuid,
      project_uuid: project.uuid,
      environment_uuid: environment.uuid,
    });
  };
}

function migrate(sort: Sort): Handler {
  return (call) => {
    findResource(call, sort);
    throw notFound('');
  };
}

function clone(call: Call) {
  call.requireJson();
  const { input, world } = call;
  requireFields(input, cloneRules);
  const application = findApplication(call);
  const destination = hostingDestination(call);
  const copy = cloneApplication(world, application, destination, textOrNull(input.name), isTrue(input.clone_volumes));
  return ok({ uuid: copy.uuid, message: 'Application cloned.' }, 201);
}

export const cloneRules = {
  destination_uuid: ['required', 'string'],
  name: ['string', 'max:255', 'nullable'],
  clone_volumes: ['boolean'],
} as const;

/** The destination named in the body, of the team and not on a build server. Throws the 404. */
export function hostingDestination(call: Call): Destination {
  const { state } = call.world;
  const destination = state.destinations.find((d) => d.uuid === call.input.destination_uuid);
  if (destination === undefined) throw notFound('Destination not found.');
  const server = known(state.servers.get(destination.server_id), 'server', destination.server_id);
  if (server.team_id !== call.team.id || server.settings.is_build_server) throw notFound('Destination not found.');
  return destination;
}
