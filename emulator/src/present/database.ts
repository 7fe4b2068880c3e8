import { kinds, typeOf } from '../databases/kinds.ts';
import { passwordOf } from '../databases/password.ts';
import { omit, serialize } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import type { Database } from '../state/database.ts';
import type { Server } from '../state/server.ts';
import type { World } from '../world.ts';
import { presentEnvironmentOf, shownStatus } from './application.ts';
import { destinationOf, presentDestination, serverOf } from './server.ts';

const notColumns = ['kind', 'own', 'tags'];
/** KeyDB's model alone does not append its type. */
const withoutType = ['keydb'];

/** `GET /databases/{uuid}`: the list's keys but for the backups, and the environment (recorded: databases 10–12). */
export function presentDatabase(world: World, database: Database, sensitive: boolean): JsonObject {
  const row = omit(presentDatabaseRow(world, database, sensitive, sensitive), ['id']);
  return serialize({ ...row, environment: presentEnvironmentOf(world, database) });
}

/** One row of `GET /databases` (recorded: databases 100, 101). */
export function presentDatabaseListed(
  world: World,
  database: Database,
  backups: JsonObject[],
  sensitive: boolean,
): JsonObject {
  const row = omit(presentDatabaseRow(world, database, sensitive, sensitive), ['id']);
  return serialize({ ...row, backup_configs: backups });
}

/** The raw row with what Coolify appends, as in `/resources` or an environment. */
export function presentDatabaseRow(
  world: World,
  database: Database,
  sensitive: boolean,
  serverSecrets = false,
): JsonObject {
  const destination = destinationOf(world, database);
  const server = serverOf(world, destination);
  const { passwords, hidden = [] } = kinds[database.kind];
  return {
    ...omit(database, notColumns),
    ...omit(database.own, sensitive ? [] : [...passwords, ...hidden]),
    status: shownStatus(database.status),
    ...(withoutType.includes(database.kind) ? {} : { database_type: typeOf(database) }),
    ...(sensitive ? urlsOf(world, database) : {}),
    server_status: server.settings.is_reachable && server.settings.is_usable,
    destination: presentDestination(world, destination, serverSecrets),
  };
}

/** Where it is reached from the same network, and from outside once it is public; percent-encoded (recorded: databases 6, 91). */
export function urlsOf(world: World, database: Database): { internal_db_url: string; external_db_url: string | null } {
  const { url, port } = kinds[database.kind];
  const password = passwordOf(world.state, database);
  const server = serverOf(world, destinationOf(world, database));
  const outside =
    database.is_public && database.public_port !== null
      ? url(database, password, `${addressOf(server)}:${database.public_port}`)
      : null;
  return { internal_db_url: url(database, password, `${database.uuid}:${port}`), external_db_url: outside };
}

function addressOf(server: Server): string {
  return server.is_coolify_host ? 'localhost' : server.ip;
}
