import { typeOf } from '../databases/kinds.ts';
import { ok } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import type { JsonObject } from '../json.ts';
import { environmentOf, presentApplicationRow, teamIdOf } from '../present/application.ts';
import { presentDatabaseRow } from '../present/database.ts';
import { presentServiceRow } from '../present/service.ts';
import { ownDatabases } from './databases.ts';
import { ownServices } from './services.ts';

/** Everything that the team runs: raw rows of applications, services and databases (coolify.md 3.8; recorded: apps-image 41). */
export const resourceRoutes: Routes = {
  'GET /resources': list,
};

function list(call: Call) {
  const { world, sensitive } = call;
  const applications = world.state.applications.filter((row) => teamIdOf(world, row) === call.team.id);
  const mixed = (row: { environment_id: number }, shown: JsonObject, type: string): JsonObject => ({
    ...shown,
    laravel_through_key: environmentOf(world, row).project_id,
    type,
  });
  return ok([
    ...applications.map((row) => mixed(row, presentApplicationRow(world, row, sensitive), 'application')),
    ...ownServices(call).map((row) => mixed(row, presentServiceRow(world, row, sensitive), 'service')),
    ...ownDatabases(call).map((row) => mixed(row, presentDatabaseRow(world, row, sensitive), typeOf(row))),
  ]);
}
