import { isDue } from '../cron.ts';
import { type BackupProgram, kinds, modelOf, ownTexts } from '../databases/kinds.ts';
import { expired } from '../databases/retention.ts';
import { publicId } from '../ids.ts';
import { CommandFailed, type Container } from '../machine/machine.ts';
import { newestFirst } from '../present/backup.ts';
import { destinationOf, known, serverOf } from '../present/server.ts';
import { slug } from '../slug.ts';
import type { Backup, BackupExecution } from '../state/backup.ts';
import { allDatabases, type Database } from '../state/database.ts';
import type { Server } from '../state/server.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { tellBackup } from './backupNotice.ts';
import { backupFolder, containerOf } from './databases.ts';

/** Milliseconds after the call at which the dump begins (recorded: run-databases 19–21). */
const pace = 900;

const noStorage = (id: number | null) =>
  `Warning: S3 upload failed: S3 storage configuration is missing or has been deleted (S3 storage ID: ${id}). S3 backup has been disabled for this schedule.`;

/** The database that a schedule belongs to. */
export function databaseOf(world: World, backup: Backup): Database | undefined {
  return allDatabases(world.state).find((d) => d.id === backup.database_id && modelOf(d) === backup.database_type);
}

const underWay = new WeakSet<Backup>();

/**
 * Backs up what the schedule names, in the background. Nothing happens, and nothing tells, while the database is not
 * running; nor beside a backup of the same schedule that is still under way.
 */
export function runBackup(world: World, backup: Backup): void {
  world.background(async () => {
    await world.clock.sleep(pace, world.closing);
    if (underWay.has(backup) || world.state.backups.get(backup.id) === undefined) return;
    underWay.add(backup);
    try {
      await runNow(world, backup);
    } finally {
      underWay.delete(backup);
    }
  });
}

async function runNow(world: World, backup: Backup): Promise<void> {
  const database = databaseOf(world, backup);
  const program = database === undefined ? undefined : kinds[database.kind].backup;
  if (database === undefined || program === undefined) return;
  failStale(world, backup);
  if (!database.status.startsWith('running')) return;
  let last: BackupExecution | undefined;
  for (const name of namesOf(backup, database, program)) last = await backUp(world, backup, database, program, name);
  if (last?.status === 'success') await removeExpired(world, backup);
}

/** An execution that was cut off, by an end of the emulator, is given up after twice the time it may take. */
function failStale(world: World, backup: Backup): void {
  const now = world.clock.now();
  const stale = newestFirst(world, backup).filter(
    ({ status, created_at }) => status === 'running' && Date.parse(created_at) < now - backup.timeout * 2000,
  );
  const message = 'Marked as failed - backup execution exceeded maximum allowed time';
  for (const execution of stale)
    Object.assign(execution, { status: 'failed', message, finished_at: rowTime(now), updated_at: rowTime(now) });
}

/** Removes the dumps that the schedule's limits let go, and the executions of which nothing is left. */
async function removeExpired(world: World, backup: Backup): Promise<void> {
  if (backup.disable_local_backup) return;
  const there = newestFirst(world, backup).filter((row) => row.status === 'success' && !row.local_storage_deleted);
  for (const execution of expired(there, backup)) {
    if (execution.filename !== null) await world.working(world.machine.removeVolume(execution.filename));
    execution.local_storage_deleted = true;
    execution.updated_at = rowTime(world.clock.now());
    if (execution.s3_uploaded === null) world.state.backupExecutions.remove(execution);
  }
}

/** Starts the schedules of a server that fall due in this minute. */
export function runDueBackups(world: World, server: Server, minute: number): void {
  for (const backup of world.state.backups.all()) {
    const database = databaseOf(world, backup);
    if (!backup.enabled || database === undefined) continue;
    if (serverOf(world, destinationOf(world, database)).id !== server.id) continue;
    if (isDue(backup.frequency, minute, server.settings.server_timezone)) runBackup(world, backup);
  }
}

/** Forgets schedules and executions of a database that is being deleted; the files stay. */
export function removeBackups(world: World, database: Database): void {
  const { backups, backupExecutions } = world.state;
  for (const backup of backups.filter((b) => databaseOf(world, b) === database)) {
    backupExecutions.removeWhere((execution) => execution.scheduled_database_backup_id === backup.id);
    backups.remove(backup);
  }
}

function namesOf(backup: Backup, database: Database, program: BackupProgram): string[] {
  const isMongo = database.kind === 'mongodb';
  if (backup.dump_all && !isMongo && database.kind !== 'clickhouse') return ['all'];
  const given = backup.databases_to_backup ?? (isMongo ? '*' : String(database.own[program.database ?? '']));
  const names = given.split(isMongo ? '|' : ',').map((name) => name.trim());
  return names.map((name) => (isMongo && name === '*' ? 'all' : (name.split(':')[0] ?? name)));
}

async function backUp(
  world: World,
  backup: Backup,
  database: Database,
  program: BackupProgram,
  name: string,
): Promise<BackupExecution> {
  const { clock, state } = world;
  const container = containerOf(world, database);
  const now = rowTime(clock.now());
  const execution = state.backupExecutions.insert({
    uuid: publicId(),
    status: 'running',
    message: null,
    size: 0,
    filename: `${folderOf(world, database)}/${fileOf(program, name, backup.dump_all, clock.now())}`,
    scheduled_database_backup_id: backup.id,
    created_at: now,
    updated_at: now,
    database_name: name,
    finished_at: null,
    local_storage_deleted: false,
    s3_storage_deleted: false,
    s3_uploaded: null,
  });
  try {
    execution.size = await dump(world, container, database, program, execution, backup.timeout);
    execution.status = 'success';
    upload(world, backup, execution);
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
    Object.assign(execution, { status: 'failed', message: error.output, filename: null });
  }
  execution.updated_at = rowTime(clock.now());
  execution.finished_at = execution.updated_at;
  tellBackup(world, backup, database, execution);
  return execution;
}

/** Writes the dump into its file and returns the file's size. Throws {@link CommandFailed} with what the program said. */
async function dump(
  world: World,
  container: Container | undefined,
  database: Database,
  program: BackupProgram,
  execution: BackupExecution,
  timeout: number,
): Promise<number> {
  if (container === undefined)
    throw new CommandFailed('docker exec', 1, `Error response from daemon: No such container: ${database.uuid}`);
  const all = execution.database_name === 'all';
  const file = execution.filename ?? '';
  const command = program.dump(ownTexts(database), execution.database_name, all);
  const limit = AbortSignal.timeout(timeout * 1000);
  const work = container.exec(
    `mkdir -p ${folderOf(world, database)} && ${command} > ${file} && wc -c < ${file}`,
    AbortSignal.any([limit, world.closing]),
  );
  const { exitCode, output } = await world.working(work).catch((error: unknown) => {
    if (!limit.aborted) throw error;
    throw new CommandFailed('docker exec', 124, `The dump did not end within ${timeout} s and was stopped.`);
  });
  const size = Number(output.trim().split('\n').at(-1));
  if (exitCode !== 0) throw new CommandFailed('docker exec', exitCode, output);
  if (!(size > 0)) throw new CommandFailed('docker exec', 1, 'Local backup file is empty or was not created');
  return size;
}

/** A schedule tries S3 unless told not to, and gives it up when there is none (recorded: run-databases 21, 22). */
function upload(world: World, backup: Backup, execution: BackupExecution): void {
  if (!backup.save_s3) return;
  if (world.state.s3Storages.get(backup.s3_storage_id) === undefined) {
    execution.message = noStorage(backup.s3_storage_id);
    backup.save_s3 = false;
    return;
  }
  execution.message = 'Warning: S3 upload failed: the emulator uploads nothing; the dump lies on the managed server.';
  execution.s3_uploaded = false;
}

function folderOf(world: World, database: Database): string {
  const environment = known(
    world.state.environments.get(database.environment_id),
    'environment',
    database.environment_id,
  );
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const team = known(world.state.teams.get(project.team_id), 'team', project.team_id);
  return `${backupFolder}/${slug(team.name)}-${team.id}/${slug(database.name)}-${database.uuid}`;
}

/** `pg-dump-shop-1795249562.dmp`. */
function fileOf(program: BackupProgram, name: string, all: boolean, now: number): string {
  const seconds = Math.floor(now / 1000);
  if (program.file === 'clickhouse-backup') return `${program.file}-${seconds}-${publicId()}.${program.ending}`;
  return all && program.ending === 'dmp'
    ? `${program.file}-all-${seconds}.gz`
    : `${program.file}-${name}-${seconds}.${program.ending}`;
}
