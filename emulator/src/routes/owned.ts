import { notFound } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { teamIdOf } from '../present/application.ts';
import type { Application } from '../state/application.ts';
import { allDatabases, type Database } from '../state/database.ts';
import type { Service } from '../state/service.ts';
import { findApplication } from './applications.ts';

/** The three sorts of resources, as paths name them. */
export type Sort = 'applications' | 'databases' | 'services';
export type Resource = Application | Database | Service;

/** How Coolify calls one of each sort. */
export const nameOf: Record<Sort, 'Application' | 'Database' | 'Service'> = {
  applications: 'Application',
  databases: 'Database',
  services: 'Service',
};

/** The resource that the path names, of the caller's team. Throws the 404 in the words of its sort. */
export function findResource(call: Call, sort: Sort): Resource {
  if (sort === 'applications') return findApplication(call);
  const { state } = call.world;
  const rows: Resource[] = sort === 'databases' ? allDatabases(state) : state.services.all();
  const row = rows.find((resource) => resource.uuid === call.params.uuid);
  if (row === undefined || teamIdOf(call.world, row) !== call.team.id) throw notFound(`${nameOf[sort]} not found.`);
  return row;
}
