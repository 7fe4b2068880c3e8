import { domainsOf } from '../applications/labels.ts';
import { invalid, notFound, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { apiMessages, hasErrors, type Rules, refuseUnknown, validate } from '../http/validate.ts';
import { shownStatus } from '../present/application.ts';
import { presentServer, presentServerListed } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';

/** Servers: what is read, and the two limits of the deployment queue (recorded: access 9–10, deploy-queue 7–8). */
export const serverRoutes: Routes = {
  'GET /servers': (call) =>
    ok(
      call.world.state.servers
        .filter((s) => s.team_id === call.team.id)
        .map((server) => presentServerListed(server, call.sensitive)),
    ),
  'GET /servers/{uuid}': (call) => ok(presentServer(findServer(call), call.sensitive)),
  'GET /servers/{uuid}/resources': resources,
  'GET /servers/{uuid}/domains': domains,
  'PATCH /servers/{uuid}': update,
};

/** The server named in the path, of the caller's team. Throws the 404. */
export function findServer(call: Call): Server {
  const server = call.world.state.servers.find((s) => s.uuid === call.params.uuid && s.team_id === call.team.id);
  if (server === undefined) throw notFound('Server not found.');
  return server;
}

function applicationsOn(call: Call, server: Server): Application[] {
  const { state } = call.world;
  return state.applications.filter(
    (application) => state.destinations.get(application.destination_id)?.server_id === server.id,
  );
}

function resources(call: Call) {
  const rows = applicationsOn(call, findServer(call)).map(({ id, uuid, name, created_at, updated_at, status }) => ({
    id,
    uuid,
    name,
    type: 'application',
    created_at,
    updated_at,
    status: shownStatus(status),
  }));
  return ok(rows);
}

function domains(call: Call) {
  const server = findServer(call);
  const hosts = applicationsOn(call, server).flatMap((application) =>
    domainsOf(application.fqdn).map((domain) => domain.host),
  );
  return ok(hosts.length === 0 ? [] : [{ ip: server.ip, domains: [...new Set(hosts)] }]);
}

const limits: Rules = {
  concurrent_builds: ['integer', 'min:1'],
  deployment_queue_limit: ['integer', 'min:1'],
};
const columns: Rules = { name: ['string', 'max:255'], description: ['string', 'nullable'] };

function update(call: Call) {
  call.requireJson();
  const rules = { ...columns, ...limits };
  const errors = refuseUnknown(validate(call.input, rules, apiMessages), call.input, Object.keys(rules));
  if (hasErrors(errors)) throw invalid(errors);
  const server = findServer(call);
  const now = rowTime(call.world.clock.now());
  for (const [field, value] of Object.entries(call.input)) {
    if (field in limits) Object.assign(server.settings, { [field]: Number(value), updated_at: now });
    else Object.assign(server, { [field]: value });
  }
  server.updated_at = now;
  return ok({ uuid: server.uuid }, 201);
}
