import type { Names } from './words.ts';

/** An operation of a service as `mcp.execute` and slash commands name it. */
export interface ServiceOperation {
  /** `verb-noun`, as `contracts.md` section 2 lists it. */
  name: string;
  /** What of the registry carries it out. */
  operation: string;
  /** What callers of this service call our arguments. */
  arguments?: Names;
  /** What the answer's `data` holds of a read's output; all of it where nothing is said. */
  data?(output: Record<string, unknown>): Record<string, unknown>;
}

const APP: Names = { uuid: 'name', id: 'name', application: 'name', application_id: 'name' };
const SERVER: Names = { uuid: 'name', id: 'name', server: 'name', server_id: 'name' };
const SERVICE: Names = { uuid: 'name', id: 'name', service: 'name', service_id: 'name' };

/** The operations of the service `coolify` (`contracts.md` section 2). */
export const COOLIFY_SERVICE: readonly ServiceOperation[] = [
  { name: 'list-applications', operation: 'list_applications', data: listed('applications', ({ name }) => name) },
  { name: 'get-application', operation: 'get_app_details', arguments: APP },
  { name: 'deploy-application', operation: 'deploy_application', arguments: APP },
  { name: 'start-application', operation: 'start_application', arguments: APP },
  { name: 'stop-application', operation: 'stop_application', arguments: APP },
  { name: 'restart-application', operation: 'restart_application', arguments: APP },
  { name: 'list-databases', operation: 'list_databases', data: listed('databases') },
  { name: 'create-database', operation: 'create_database' },
  { name: 'list-servers', operation: 'list_servers', data: listed('servers', ({ name, ip }) => ({ name, ip })) },
  { name: 'create-server', operation: 'create_server' },
  { name: 'validate-server', operation: 'validate_server', arguments: SERVER },
  { name: 'list-projects', operation: 'list_projects', data: listed('projects') },
  { name: 'create-project', operation: 'create_project' },
  { name: 'list-services', operation: 'list_services', data: listed('services') },
  { name: 'start-service', operation: 'start_service', arguments: SERVICE },
  { name: 'stop-service', operation: 'stop_service', arguments: SERVICE },
  { name: 'get-version', operation: 'get_version', data: ({ version }) => ({ version }) },
  { name: 'health', operation: 'validate_connection' },
];

type Row = Record<string, unknown>;

/** `count` and the list under its noun; where a page is not all, what leads to the next. */
function listed(noun: string, shown: (row: Row) => unknown = (row) => row) {
  return ({ [noun]: rows, total, next_cursor }: Row): Row => {
    const list = (rows as Row[]).map(shown);
    return { count: list.length, [noun]: list, ...(next_cursor != null && { total, next_cursor }) };
  };
}
