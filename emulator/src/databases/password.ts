import type { Database } from '../state/database.ts';
import type { State } from '../state/state.ts';
import { kinds } from './kinds.ts';

/** What a client has to say: of a redis it is a variable of the database, of the others the user's column. */
export function passwordOf(state: State, database: Database): string {
  if (database.kind !== 'redis') return String(database.own[kinds[database.kind].passwords.at(-1) ?? ''] ?? '');
  const variable = state.variables.find(
    (v) => v.resource_type === 'redis' && v.resource_id === database.id && v.key === 'REDIS_PASSWORD',
  );
  return variable?.value ?? '';
}
