import { requireAdmin } from '../http/admins.ts';
import { notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { requireFields } from '../http/fields.ts';
import { flag } from '../http/flag.ts';
import { containerOfPart, deleteService, restartService, startService, stopService } from '../jobs/services.ts';
import { teamIdOf } from '../present/application.ts';
import { presentService, presentServiceListed } from '../present/service.ts';
import { applyCompose } from '../services/compose.ts';
import { createService, withoutMarkup } from '../services/create.ts';
import { touchService } from '../services/parts.ts';
import { readGivenCompose, updateRules } from '../services/rules.ts';
import { serviceStatus } from '../services/status.ts';
import { applyUrls, domainsOfService } from '../services/urls.ts';
import { ownerOf } from '../services/variables.ts';
import type { Service } from '../state/service.ts';
import { containerLogs } from './logs.ts';
import { createVariable, deleteVariable, listVariables, updateVariable, updateVariables } from './resourceVariables.ts';
import { isTrue } from './variables.ts';

/** Services, one-click or from a compose file: made, read, changed, run, removed (recorded: services, run-databases 28–39). */
export const serviceRoutes: Routes = {
  'GET /services': (call) =>
    ok(ownServices(call).map((service) => presentServiceListed(call.world, service, call.sensitive))),
  'POST /services': createService,
  'GET /services/{uuid}': (call) => ok(presentService(call.world, findService(call), call.sensitive)),
  'PATCH /services/{uuid}': update,
  'DELETE /services/{uuid}': remove,
  'GET /services/{uuid}/logs': logs,
  'POST /services/{uuid}/start': start,
  'POST /services/{uuid}/restart': restart,
  'POST /services/{uuid}/stop': stop,
  'GET /services/{uuid}/envs': forAdmins((call) => listVariables(call, ownerOf(findService(call)))),
  'POST /services/{uuid}/envs': (call) => createVariable(call, ownerOf(findService(call))),
  'PATCH /services/{uuid}/envs': (call) => updateVariable(call, ownerOf(findService(call))),
  'PATCH /services/{uuid}/envs/bulk': (call) => updateVariables(call, ownerOf(findService(call))),
  'DELETE /services/{uuid}/envs/{env_uuid}': (call) => deleteVariable(call, ownerOf(findService(call))),
};

/** The service named in the path, of the caller's team. Throws the 404. */
export function findService(call: Call): Service {
  const service = call.world.state.services.find((s) => s.uuid === call.params.uuid);
  if (service === undefined || teamIdOf(call.world, service) !== call.team.id) throw notFound('Service not found.');
  return service;
}

export function ownServices(call: Call): Service[] {
  return call.world.state.services.filter((service) => teamIdOf(call.world, service) === call.team.id);
}

/** The compose file is read again at every change; a bad URL is told after the rest has been written (recorded: services 26–31). */
function update(call: Call) {
  call.requireJson();
  const service = findService(call);
  const { input, world } = call;
  requireFields(input, updateRules, {});
  const before = JSON.stringify(service);
  if (input.docker_compose_raw !== undefined) service.docker_compose_raw = readGivenCompose(input.docker_compose_raw);
  for (const field of ['name', 'description'] as const)
    if (input[field] !== undefined) service[field] = withoutMarkup(input[field]);
  for (const field of ['connect_to_docker_network', 'is_container_label_escape_enabled'] as const)
    if (input[field] !== undefined) service[field] = isTrue(input[field]);
  if (JSON.stringify(service) !== before) touchService(world, service);
  applyCompose(world, service);
  const refusal = input.urls === undefined ? undefined : applyUrls(call, service);
  if (refusal !== undefined) throw refusal;
  if (isTrue(input.instant_deploy)) startService(world, service);
  return ok({ uuid: service.uuid, domains: domainsOfService(call, service) });
}

function remove(call: Call) {
  deleteService(call.world, findService(call), { volumes: !flag(call.input.delete_volumes, true) });
  return ok({ message: 'Service deletion request queued.' });
}

/** Of one container, which has to be named before anything is looked up (recorded: services 33, sweep 1082). */
function logs(call: Call) {
  const name = call.query.sub_service_name;
  if (typeof name !== 'string') throw refuse(400, 'Sub service name is required.');
  const container = containerOfPart(call.world, findService(call), { name });
  if (container === undefined) throw notFound('Container not found.');
  if (container.state().status !== 'running') throw refuse(400, 'Container is not running.');
  return containerLogs(call, container);
}

/** Judged by the cached status (recorded: run-databases 35–39). */
function start(call: Call) {
  const service = findService(call);
  if (serviceStatus(call.world, service).includes('running')) throw refuse(400, 'Service is already running.');
  startService(call.world, service);
  return ok({ message: 'Service starting request queued.' });
}

function stop(call: Call) {
  const service = findService(call);
  if (/stopped|exited/.test(serviceStatus(call.world, service))) throw refuse(400, 'Service is already stopped.');
  stopService(call.world, service);
  return ok({ message: 'Service stopping request queued.' });
}

function restart(call: Call) {
  restartService(call.world, findService(call));
  return ok({ message: 'Service restarting request queued.' });
}

/** Coolify's policy for a service's variables (coolify.md 3.1, Env vars). */
function forAdmins(handler: Handler): Handler {
  return (call) => {
    findService(call);
    requireAdmin(call);
    return handler(call);
  };
}
