import { omit, pick, serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import type { Destination } from '../state/rows.ts';
import type { Server } from '../state/server.ts';
import type { World } from '../world.ts';

/** Settings that only read:sensitive sees, wherever a server is shown (recorded: access 10, 24). */
const secretSettings = [
  'logdrain_newrelic_license_key',
  'logdrain_axiom_api_key',
  'logdrain_custom_config',
  'logdrain_custom_config_parser',
  'sentinel_token',
  'sentinel_custom_url',
];

/** As in `GET /servers`: few keys, `is_reachable` and `is_usable` at the top, of the proxy only the redirect. */
export function presentServerListed(server: Server, sensitive: boolean): JsonObject {
  return serialize({
    ...pick(server, ['description', 'ip', 'is_coolify_host', 'name', 'port', 'user', 'uuid']),
    is_reachable: server.settings.is_reachable,
    is_usable: server.settings.is_usable,
    proxy: { redirect_enabled: server.proxy.redirect_enabled },
    settings: serialize(presentServerSettings(server, sensitive)),
  });
}

/** As in `GET /servers/{uuid}`: all columns but the id. */
export function presentServer(server: Server, sensitive: boolean): JsonObject {
  return serialize({
    ...omit(server, ['id', 'settings', 'proxy']),
    proxy: { ...server.proxy },
    settings: serialize(presentServerSettings(server, sensitive)),
  });
}

/** As nested in a destination: the raw row. */
export function presentServerRow(server: Server, sensitive: boolean): JsonObject {
  return { ...omit(server, ['settings']), settings: presentServerSettings(server, sensitive) };
}

export function presentServerSettings(server: Server, sensitive: boolean): JsonObject {
  return omit(server.settings, sensitive ? [] : secretSettings);
}

/** A destination with its server, as nested in applications and databases. */
export function presentDestination(world: World, destination: Destination, sensitive: boolean): JsonObject {
  return { ...destination, server: presentServerRow(serverOf(world, destination), sensitive) };
}

export function serverOf(world: World, destination: Destination): Server {
  return known(world.state.servers.get(destination.server_id), 'server', destination.server_id);
}

export function destinationOf(world: World, row: { destination_id: number }): Destination {
  return known(world.state.destinations.get(row.destination_id), 'destination', row.destination_id);
}

/** A row that another row points to. Throws when the state is inconsistent. */
export function known<T>(row: T | undefined, what: string, id: number | string): T {
  if (row === undefined) throw new Error(`the emulator's state points to a ${what} ${id} that is not there`);
  return row;
}
