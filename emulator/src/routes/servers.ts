import { domainsOf } from '../applications/labels.ts';
import { notFound, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { shownStatus } from '../present/application.ts';
import { presentServer, presentServerListed } from '../present/server.ts';
import type { Application } from '../state/application.ts';
import type { Server } from '../state/server.ts';

/** Servers, as they are read (recorded: access 9–10, servers 1–10). */
export const serverRoutes: Routes = {
  'GET /servers': (call) =>
    ok(
      call.world.state.servers
        .filter((s) => s.team_id === call.team.id && s.deleted_at === null)
        .map((server) => presentServerListed(server, call.sensitive)),
    ),
  'GET /servers/{uuid}': (call) => ok(presentServer(findServer(call), call.sensitive)),
  'GET /servers/{uuid}/resources': resources,
  'GET /servers/{uuid}/domains': domains,
};

/** The server named in the path, of the caller's team. Throws the 404. */
export function findServer(call: Call): Server {
  const server = call.world.state.servers.find(
    (s) => s.uuid === call.params.uuid && s.team_id === call.team.id && s.deleted_at === null,
  );
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
