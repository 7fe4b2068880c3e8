import { refuse } from '../http/answer.ts';
import { allDatabases, type Database } from '../state/database.ts';
import type { Server } from '../state/server.ts';
import type { World } from '../world.ts';

/**
 * Refuses a public port that another public database of the server has, whatever its kind. An update leaves out its own id,
 * and with it databases of other kinds that have the same (coolify.md 3.4; recorded: databases 7, 24).
 */
export function refuseTakenPort(world: World, server: Server, port: number, own?: Pick<Database, 'id'>): void {
  const taken = allDatabases(world.state).some(
    (other) =>
      other.is_public &&
      other.public_port === port &&
      other.id !== own?.id &&
      world.state.destinations.get(other.destination_id)?.server_id === server.id,
  );
  if (taken) throw refuse(400, 'Public port already used by another database.');
}
