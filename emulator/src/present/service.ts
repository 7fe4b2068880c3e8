import { omit, serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import { isApplication, type Part, partsOf } from '../services/parts.ts';
import { serviceStatus } from '../services/status.ts';
import type { Service } from '../state/service.ts';
import type { World } from '../world.ts';
import { environmentOf, presentEnvironmentOf } from './application.ts';
import { destinationOf, presentDestination, presentServerRow, serverOf } from './server.ts';

const composeColumns = ['docker_compose_raw', 'docker_compose'];

/** `GET /services/{uuid}`: only who may see secrets sees the destination (recorded: services 11, 12). */
export function presentService(world: World, service: Service, sensitive: boolean): JsonObject {
  const row = omit(presentServiceRow(world, service, sensitive), ['id']);
  return serialize({
    ...row,
    ...destinationFor(world, service, sensitive),
    environment: presentEnvironmentOf(world, service),
  });
}

/** One row of `GET /services`, which Coolify does not sort (recorded: services 16). */
export function presentServiceListed(world: World, service: Service, sensitive: boolean): JsonObject {
  return {
    ...omit(presentServiceRow(world, service, sensitive), ['id']),
    laravel_through_key: environmentOf(world, service).project_id,
    ...destinationFor(world, service, sensitive),
  };
}

/** The raw row with what Coolify appends and its parts, as in `/resources` or an environment; the server without secrets. */
export function presentServiceRow(world: World, service: Service, sensitive: boolean): JsonObject {
  const server = serverOf(world, destinationOf(world, service));
  const parts = partsOf(world, service);
  return {
    ...omit(service, ['tags', ...(sensitive ? [] : composeColumns)]),
    server_status: server.settings.is_reachable && server.settings.is_usable,
    status: serviceStatus(world, service),
    server: presentServerRow(server, false),
    applications: parts.filter(isApplication).map((part) => ({ ...part })),
    databases: parts.filter((part) => !isApplication(part)).map((part) => ({ ...part })),
  };
}

/** One row of a service's applications or databases; the latter do not tell their service (recorded: services 36, 40). */
export function presentPart(part: Part): JsonObject {
  return serialize(omit(part, isApplication(part) ? ['id'] : ['id', 'service_id']));
}

/** A single one: an application with its service; after a change without destination and environment (recorded: services 37, 38). */
export function presentPartAlone(world: World, part: Part, service: Service, changed: boolean): JsonObject {
  if (!isApplication(part)) return presentPart(part);
  const row = presentServiceRow(world, service, false);
  const destination = destinationOf(world, service);
  const server = omit(presentServerRow(serverOf(world, destination), false), ['settings']);
  const nested = changed
    ? row
    : { ...row, destination: { ...destination, server }, environment: presentEnvironmentOf(world, service) };
  return serialize({ ...omit(part, ['id']), service: nested });
}

function destinationFor(world: World, service: Service, sensitive: boolean): JsonObject {
  return sensitive ? { destination: presentDestination(world, destinationOf(world, service), true) } : {};
}
