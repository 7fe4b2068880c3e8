import { domainsOf } from '../applications/labels.ts';
import { typeOf } from '../databases/kinds.ts';
import { notFound, ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import { shownStatus } from '../present/application.ts';
import { presentServer, presentServerListed } from '../present/server.ts';
import { resourcesOn } from '../servers/resources.ts';
import { isApplication, partsOf } from '../services/parts.ts';
import { serviceStatus } from '../services/status.ts';
import type { Server } from '../state/server.ts';
import type { Resource } from './owned.ts';

/** Servers, as they are read (recorded: access 9–10, servers 1–10). */
export const serverRoutes: Routes = {
  'GET /servers': (call) =>
    ok(
      call.world.state.servers
        .filter((s) => s.team_id === call.team.id && s.deleted_at === null)
        .map((server) => presentServerListed(server, call.sensitive)),
    ),
  'GET /servers/{uuid}': show,
  'GET /servers/{uuid}/resources': (call) => ok(resources(call, findServer(call))),
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

/** With `resources=true`, what runs there as well (coolify.md 3.7). */
function show(call: Call) {
  const server = findServer(call);
  const shown = presentServer(server, call.sensitive);
  const wanted = !['', '0'].includes(String(call.query.resources ?? ''));
  return ok(wanted ? serialize({ ...shown, resources: resources(call, server) }) : shown);
}

function resources(call: Call, server: Server): JsonObject[] {
  return resourcesOn(call.world, server).map((resource) => {
    const { id, uuid, name, created_at, updated_at } = resource;
    return { id, uuid, name, ...kindOf(call, resource), created_at, updated_at };
  });
}

function kindOf(call: Call, resource: Resource): { type: string; status: string } {
  if (!('status' in resource)) return { type: 'service', status: serviceStatus(call.world, resource) };
  return { type: 'kind' in resource ? typeOf(resource) : 'application', status: shownStatus(resource.status) };
}

/**
 * Host names without scheme, of applications and of containers of services. A `uuid` in the query is taken for the server's
 * before it is taken for an application's, so that it never finds one (coolify.md 3.7).
 */
function domains(call: Call) {
  const asked = call.query.uuid ?? null;
  if (asked !== null && asked !== call.params.uuid) throw notFound('Server not found.');
  const server = findServer(call);
  if (asked !== null) throw notFound('Application not found.');
  const { world } = call;
  const fqdns = resourcesOn(world, server).flatMap((resource) => {
    if ('fqdn' in resource) return [resource.fqdn];
    if ('status' in resource) return [];
    return partsOf(world, resource).flatMap((part) => (isApplication(part) ? [part.fqdn] : []));
  });
  const hosts = fqdns.flatMap((fqdn) => domainsOf(fqdn).map((domain) => domain.host));
  return ok(fqdns.length === 0 ? [] : [{ ip: server.ip, domains: hosts }]);
}
