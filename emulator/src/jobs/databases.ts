import { bytes } from '../applications/size.ts';
import { healthCheckOf, kinds, modelOf, ownTexts } from '../databases/kinds.ts';
import { passwordOf } from '../databases/password.ts';
import { CommandFailed, type Container, type ContainerSpec } from '../machine/machine.ts';
import { destinationOf, serverOf } from '../present/server.ts';
import { allDatabases, type Database, tableOf } from '../state/database.ts';
import type { Server } from '../state/server.ts';
import { plainTime, rowTime } from '../times.ts';
import { variablesOf } from '../variables/insert.ts';
import type { World } from '../world.ts';
import { removeBackups } from './backups.ts';
import { removeContainer, runContainer } from './containers.ts';
import { aggregateStatus } from './status.ts';
import { inTurn } from './turns.ts';
import { mountsOf, removeVolumes, type VolumeOwner } from './volumes.ts';

/** Where backups lie on the managed server; every database's container can write there. */
export const backupFolder = '/data/coolify/backups/databases';

/** Milliseconds of Coolify's own work, without the machine's (recorded: run-databases 4–9, 23–25, databases 109–111). */
const pace = { start: 450, stop: 1050, delete: 450, deleteRunning: 1900 };
const graceSeconds = 30;

/** The container of a database, whose name is the uuid. */
export function containerOf(world: World, database: Pick<Database, 'uuid'>): Container | undefined {
  return world.machine.containers().find((c) => c.name === database.uuid && c.state().status !== 'removed');
}

/** A database as the owner of its storages. */
export function asVolumeOwner(database: Database): VolumeOwner {
  return { type: modelOf(database), id: database.id, folder: `/data/coolify/databases/${database.uuid}` };
}

/** Starts it in the background: a fresh container in place of one that is there. The status follows with the next full minute. */
export function startDatabase(world: World, database: Database): void {
  inTurn(world, database.uuid, () => start(world, database));
}

/** The status follows 1.1 s after the call. */
export function stopDatabase(world: World, database: Database): void {
  inTurn(world, database.uuid, () => stop(world, database));
}

/** Stops it and starts it again; `between` does what needs it stopped. */
export function restartDatabase(world: World, database: Database, between?: () => Promise<void>): void {
  inTurn(world, database.uuid, async () => {
    await stop(world, database);
    await between?.();
    await start(world, database);
  });
}

/** Deletes as Coolify's queued job does: gone after 0.5 s, 2 s with a container. */
export function deleteDatabase(world: World, database: Database, keep: { volumes: boolean }): void {
  inTurn(world, database.uuid, async () => {
    const running = containerOf(world, database) !== undefined;
    await world.clock.sleep(running ? pace.deleteRunning : pace.delete, world.closing);
    await removeDatabaseContainer(world, database);
    const { state } = world;
    await removeVolumes(world, asVolumeOwner(database), keep);
    state.variables.removeWhere((v) => v.resource_type === database.kind && v.resource_id === database.id);
    removeBackups(world, database);
    state[tableOf[database.kind]].remove(database);
  });
}

/** What Coolify does once a minute for the databases of a server: look at the containers, write what it sees. */
export function refreshDatabases(world: World, server: Server): void {
  for (const database of allDatabases(world.state)) {
    if (serverOf(world, destinationOf(world, database)).id !== server.id) continue;
    const container = containerOf(world, database);
    if (container === undefined && database.status === 'exited') continue;
    const state = container?.state();
    if (state !== undefined && state.restarts > database.restart_count)
      Object.assign(database, {
        restart_count: state.restarts,
        last_restart_at: rowTime(world.clock.now()),
        last_restart_type: 'crash',
      });
    writeStatus(world, database, aggregateStatus(state === undefined ? [] : [state]));
  }
}

/** After a restart of the emulator: what an earlier run left running is started again. */
export async function resumeDatabases(world: World): Promise<void> {
  for (const database of allDatabases(world.state))
    if (database.status.startsWith('running')) await bringUp(world, database);
}

async function start(world: World, database: Database): Promise<void> {
  await world.clock.sleep(pace.start, world.closing);
  await bringUp(world, database);
}

/** A start that fails shows nowhere: the status stays what it was (recorded: run-databases 26, 27). */
async function bringUp(world: World, database: Database): Promise<void> {
  if (world.faults.unreachable.has(serverOf(world, destinationOf(world, database)).uuid)) return;
  try {
    await world.working(world.machine.pull(database.image, () => {}, world.closing));
    await removeDatabaseContainer(world, database);
    await world.working(runContainer(world, containerSpec(world, database)));
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
  }
}

async function stop(world: World, database: Database): Promise<void> {
  const stopping = removeDatabaseContainer(world, database);
  await world.clock.sleep(pace.stop, world.closing);
  await stopping;
  Object.assign(database, { restart_count: 0, last_restart_at: null, last_restart_type: null });
  writeStatus(world, database, 'exited');
}

async function removeDatabaseContainer(world: World, database: Database): Promise<void> {
  const container = containerOf(world, database);
  if (container !== undefined) await removeContainer(world, container, graceSeconds);
}

function writeStatus(world: World, database: Database, status: string): void {
  database.status = status;
  database.last_online_at = plainTime(world.clock.now());
  database.updated_at = rowTime(world.clock.now());
  world.state[tableOf[database.kind]].touch(database);
}

/** The container that Coolify's compose file for this database would make. */
function containerSpec(world: World, database: Database): ContainerSpec {
  const { state } = world;
  const kind = kinds[database.kind];
  const given = variablesOf(world, { resource_type: database.kind, resource_id: database.id });
  const healthCheck = healthCheckOf(database);
  const command = kind.command?.(database, passwordOf(state, database));
  const configuration = kind.configuration === undefined ? undefined : database.own[kind.configuration];
  const memory = bytes(database.limits_memory);
  const destination = destinationOf(world, database);
  return {
    name: database.uuid,
    labels: {
      'coolify.managed': 'true',
      'coolify.type': 'database',
      'coolify.databaseId': String(database.id),
      'coolify.resourceName': database.name,
    },
    image: database.image,
    network: destination.network,
    variables: {
      ...kind.variables(ownTexts(database)),
      ...Object.fromEntries(given.map((variable) => [variable.key, variable.value ?? ''])),
    },
    port: kind.port,
    volumes: [
      ...mountsOf(world, asVolumeOwner(database)),
      ...(typeof configuration === 'string' && kind.configurationFile !== undefined
        ? [
            {
              source: `${asVolumeOwner(database).folder}/${kind.configuration}`,
              target: kind.configurationFile,
              content: configuration,
            },
          ]
        : []),
      ...(kind.backup === undefined ? [] : [{ source: backupFolder, target: backupFolder }]),
    ],
    ...(database.is_public && database.public_port !== null
      ? { published: [{ host: database.public_port, container: kind.port }] }
      : {}),
    ...(memory > 0 ? { memory } : {}),
    ...(healthCheck === undefined ? {} : { healthCheck }),
    ...(command === undefined ? {} : { command }),
  };
}
