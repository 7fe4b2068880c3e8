import { createDatabase } from '../databases/create.ts';
import {
  decodeConfiguration,
  healthCheckRules,
  ownRules,
  updateFields,
  updateRules,
  withoutDropped,
  writeFields,
} from '../databases/fields.ts';
import { refuseTakenPort } from '../databases/publicPort.ts';
import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Handler, Routes } from '../http/call.ts';
import { flag } from '../http/flag.ts';
import { apiMessages, hasErrors, refuseUnknown, validate } from '../http/validate.ts';
import {
  asVolumeOwner,
  containerOf,
  deleteDatabase,
  restartDatabase,
  startDatabase,
  stopDatabase,
} from '../jobs/databases.ts';
import { teamIdOf } from '../present/application.ts';
import { presentBackupListed } from '../present/backup.ts';
import { presentDatabase, presentDatabaseListed, presentDatabaseRow } from '../present/database.ts';
import { destinationOf, serverOf } from '../present/server.ts';
import { allDatabases, type Database, tableOf } from '../state/database.ts';
import { rowTime } from '../times.ts';
import { containerLogs } from './logs.ts';
import { createVariable, deleteVariable, listVariables, updateVariable, updateVariables } from './resourceVariables.ts';
import { createStorage, deleteStorage, listStorages, type StorageOwner, updateStorage } from './storages.ts';
import { isTrue } from './variables.ts';

/** Databases of all kinds: made, read, changed, run, removed (recorded: databases, run-databases 1–27). */
export const databaseRoutes: Routes = {
  'GET /databases': list,
  'POST /databases/postgresql': (call) => createDatabase(call, 'postgresql'),
  'POST /databases/mysql': (call) => createDatabase(call, 'mysql'),
  'POST /databases/mariadb': (call) => createDatabase(call, 'mariadb'),
  'POST /databases/mongodb': (call) => createDatabase(call, 'mongodb'),
  'POST /databases/redis': (call) => createDatabase(call, 'redis'),
  'POST /databases/clickhouse': (call) => createDatabase(call, 'clickhouse'),
  'POST /databases/dragonfly': (call) => createDatabase(call, 'dragonfly'),
  'POST /databases/keydb': (call) => createDatabase(call, 'keydb'),
  'GET /databases/{uuid}': (call) => ok(presentDatabase(call.world, findDatabase(call), call.sensitive)),
  'PATCH /databases/{uuid}': update,
  'DELETE /databases/{uuid}': remove,
  'GET /databases/{uuid}/logs': logs,
  'POST /databases/{uuid}/start': start,
  'POST /databases/{uuid}/restart': restart,
  'POST /databases/{uuid}/stop': stop,
  'GET /databases/{uuid}/envs': (call) => listVariables(call, variableOwner(call)),
  'POST /databases/{uuid}/envs': (call) => createVariable(call, variableOwner(call)),
  'PATCH /databases/{uuid}/envs': (call) => updateVariable(call, variableOwner(call)),
  'PATCH /databases/{uuid}/envs/bulk': (call) => updateVariables(call, variableOwner(call)),
  'DELETE /databases/{uuid}/envs/{env_uuid}': (call) => deleteVariable(call, variableOwner(call)),
  'GET /databases/{uuid}/storages': (call) => listStorages(call, storageOwner(call)),
  'POST /databases/{uuid}/storages': withBody((call) => createStorage(call, storageOwner(call))),
  'PATCH /databases/{uuid}/storages': withBody((call) => updateStorage(call, storageOwner(call))),
  'DELETE /databases/{uuid}/storages/{storage_uuid}': (call) => deleteStorage(call, storageOwner(call)),
};

/** The database named in the path, of the caller's team. Throws the 404. */
export function findDatabase(call: Call): Database {
  const database = allDatabases(call.world.state).find((d) => d.uuid === call.params.uuid);
  if (database === undefined || teamIdOf(call.world, database) !== call.team.id) throw notFound('Database not found.');
  return database;
}

/** Databases of the caller's team, kind by kind. */
export function ownDatabases(call: Call): Database[] {
  return allDatabases(call.world.state).filter((database) => teamIdOf(call.world, database) === call.team.id);
}

/** Backups are found by the database's number alone, so those of another kind with the same number show as well (coolify.md 3.4). */
function list(call: Call) {
  const backups = call.world.state.backups.filter((backup) => backup.team_id === call.team.id);
  const rows = ownDatabases(call).map((database) => {
    const own = backups.filter((backup) => backup.database_id === database.id);
    return presentDatabaseListed(
      call.world,
      database,
      own.map((backup) => presentBackupListed(call.world, backup)),
      call.sensitive,
    );
  });
  return ok(rows);
}

function update(call: Call) {
  call.requireJson();
  const first = validate(call.input, updateRules, apiMessages);
  if (hasErrors(first)) throw invalid(first);
  const database = findDatabase(call);
  const { world } = call;
  const input = withoutDropped(call.input);
  if (isTrue(input.is_public) && input.public_port)
    refuseTakenPort(world, serverOf(world, destinationOf(world, database)), Number(input.public_port), database);
  const decoded = decodeConfiguration(database.kind, input);
  const errors = refuseUnknown(
    validate(decoded, { ...ownRules(database.kind), ...healthCheckRules }, apiMessages),
    input,
    updateFields(database.kind),
  );
  if (hasErrors(errors)) throw invalid(errors);
  if (writeFields(database, decoded)) {
    database.updated_at = rowTime(world.clock.now());
    world.state[tableOf[database.kind]].touch(database);
  }
  return ok({ message: 'Database updated.' });
}

function remove(call: Call) {
  deleteDatabase(call.world, findDatabase(call), { volumes: !flag(call.input.delete_volumes, true) });
  return ok({ message: 'Database deletion request queued.' });
}

/** By the container itself, not by the cached status (recorded: run-databases 2, 9). */
function logs(call: Call) {
  const container = containerOf(call.world, findDatabase(call));
  if (container?.state().status !== 'running') throw refuse(400, 'Database is not running.');
  return containerLogs(call, container);
}

/** Judged by the cached status: a second start at once is taken (recorded: run-databases 4, 5, 10). */
function start(call: Call) {
  const database = findDatabase(call);
  if (database.status.includes('running')) throw refuse(400, 'Database is already running.');
  startDatabase(call.world, database);
  return ok({ message: 'Database starting request queued.' });
}

function stop(call: Call) {
  const database = findDatabase(call);
  if (/stopped|exited/.test(database.status)) throw refuse(400, 'Database is already stopped.');
  stopDatabase(call.world, database);
  return ok({ message: 'Database stopping request queued.' });
}

function restart(call: Call) {
  restartDatabase(call.world, findDatabase(call));
  return ok({ message: 'Database restarting request queued.' });
}

function variableOwner(call: Call) {
  const database = findDatabase(call);
  return { resource_type: database.kind, resource_id: database.id };
}

function storageOwner(call: Call): StorageOwner {
  const database = findDatabase(call);
  return {
    ...asVolumeOwner(database),
    uuid: database.uuid,
    nested: () => presentDatabaseRow(call.world, database, false),
  };
}

function withBody(handler: Handler): Handler {
  return (call) => {
    call.requireJson();
    return handler(call);
  };
}
