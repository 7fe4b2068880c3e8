import { isSchedule } from '../cron.ts';
import { kinds, modelOf } from '../databases/kinds.ts';
import { invalid, notFound, ok, refuse } from '../http/answer.ts';
import type { Call, Routes } from '../http/call.ts';
import { apiMessages, hasErrors, type Rules, refuseUnknown, validate } from '../http/validate.ts';
import { publicId } from '../ids.ts';
import { runBackup } from '../jobs/backups.ts';
import type { JsonObject } from '../json.ts';
import { newestFirst, presentBackup, presentExecution } from '../present/backup.ts';
import type { Backup } from '../state/backup.ts';
import type { Database } from '../state/database.ts';
import { BadPath, shellSafe } from '../storages/paths.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { findDatabase } from './databases.ts';
import { isTrue } from './variables.ts';

/** Schedules of backups and their executions (coolify.md 3.4; recorded: run-databases 19–22, sweep 857–893). */
export const databaseBackupRoutes: Routes = {
  'GET /databases/{uuid}/backups': list,
  'POST /databases/{uuid}/backups': create,
  'PATCH /databases/{uuid}/backups/{scheduled_backup_uuid}': update,
  'DELETE /databases/{uuid}/backups/{scheduled_backup_uuid}': remove,
  'GET /databases/{uuid}/backups/{scheduled_backup_uuid}/executions': listExecutions,
  'DELETE /databases/{uuid}/backups/{scheduled_backup_uuid}/executions/{execution_uuid}': removeExecution,
};

const retention = [
  'database_backup_retention_amount_locally',
  'database_backup_retention_days_locally',
  'database_backup_retention_max_storage_locally',
  'database_backup_retention_amount_s3',
  'database_backup_retention_days_s3',
  'database_backup_retention_max_storage_s3',
] as const satisfies readonly (keyof Backup)[];

const changing: Rules = {
  frequency: ['string'],
  enabled: ['boolean'],
  save_s3: ['boolean'],
  dump_all: ['boolean'],
  backup_now: ['boolean', 'nullable'],
  s3_storage_uuid: ['string', 'nullable'],
  databases_to_backup: ['string', 'nullable'],
  ...Object.fromEntries(
    retention.map((field) => [field, [field.includes('max_storage') ? 'numeric' : 'integer', 'min:0']]),
  ),
  timeout: ['integer', 'min:60', 'max:36000'],
};
const creating: Rules = { ...changing, frequency: ['required', 'string'] };

function list(call: Call) {
  const database = findDatabase(call);
  return ok(schedulesOf(call, database).map((backup) => presentBackup(call.world, backup)));
}

function create(call: Call) {
  call.requireJson();
  const { input, world } = call;
  refuseInvalid(call, creating);
  const database = findDatabase(call);
  const { backup: program } = kinds[database.kind];
  if (program === undefined) throw refuse(422, 'Scheduled backups are not supported for this database type.');
  checkFrequency(input);
  const s3 = storageId(call);
  refuseUnknownFields(input);
  const named = input.databases_to_backup ?? (program.database === undefined ? null : database.own[program.database]);
  checkNames(named);
  const now = rowTime(world.clock.now());
  const backup = world.state.backups.insert({
    ...defaults,
    uuid: publicId(),
    frequency: String(input.frequency),
    databases_to_backup: typeof named === 'string' ? named : null,
    database_type: modelOf(database),
    database_id: database.id,
    team_id: call.team.id,
    created_at: now,
    updated_at: now,
    ...columnsOf(input),
    ...(s3 === undefined ? {} : { s3_storage_id: s3 }),
  });
  if (isTrue(input.backup_now)) runBackup(world, backup);
  return ok({ uuid: backup.uuid, message: 'Backup configuration created successfully.' }, 201);
}

function update(call: Call) {
  call.requireJson();
  const { input, world } = call;
  refuseInvalid(call, changing);
  const database = findDatabase(call);
  if (input.frequency !== undefined && input.frequency !== null) checkFrequency(input);
  const s3 = storageId(call);
  const backup = findSchedule(call, database, 'Backup config not found.');
  refuseUnknownFields(input);
  checkNames(input.databases_to_backup);
  const before = JSON.stringify(backup);
  if (typeof input.frequency === 'string') backup.frequency = input.frequency;
  if (input.databases_to_backup !== undefined) backup.databases_to_backup = input.databases_to_backup as string | null;
  Object.assign(backup, columnsOf(input), s3 === undefined ? {} : { s3_storage_id: s3 });
  if (JSON.stringify(backup) !== before) backup.updated_at = rowTime(world.clock.now());
  if (isTrue(input.backup_now)) runBackup(world, backup);
  return ok({ message: 'Database backup configuration updated' });
}

async function remove(call: Call) {
  const { world } = call;
  const backup = findSchedule(call, findDatabase(call));
  for (const execution of newestFirst(world, backup)) await removeFile(world, execution.filename);
  world.state.backupExecutions.removeWhere((execution) => execution.scheduled_database_backup_id === backup.id);
  world.state.backups.remove(backup);
  return ok({ message: 'Backup configuration and all executions deleted.' });
}

function listExecutions(call: Call) {
  const backup = findSchedule(call, findDatabase(call));
  return ok({ executions: newestFirst(call.world, backup).map(presentExecution) });
}

async function removeExecution(call: Call) {
  const { world } = call;
  const backup = findSchedule(call, findDatabase(call));
  const execution = newestFirst(world, backup).find((row) => row.uuid === call.params.execution_uuid);
  if (execution === undefined) throw notFound('Backup execution not found.');
  await removeFile(world, execution.filename);
  world.state.backupExecutions.remove(execution);
  return ok({ message: 'Backup execution deleted.' });
}

/** By the database's number, whatever its kind, as in the list of databases. */
function schedulesOf(call: Call, database: Database): Backup[] {
  return call.world.state.backups.filter((b) => b.team_id === call.team.id && b.database_id === database.id);
}

function findSchedule(call: Call, database: Database, message = 'Backup configuration not found.'): Backup {
  const backup = schedulesOf(call, database).find((b) => b.uuid === call.params.scheduled_backup_uuid);
  if (backup === undefined) throw notFound(message);
  return backup;
}

const defaults = {
  description: null,
  enabled: true,
  save_s3: true,
  dump_all: false,
  s3_storage_id: null,
  database_backup_retention_amount_locally: 0,
  database_backup_retention_days_locally: 0,
  database_backup_retention_max_storage_locally: 0,
  database_backup_retention_amount_s3: 0,
  database_backup_retention_days_s3: 0,
  database_backup_retention_max_storage_s3: 0,
  timeout: 3600,
  disable_local_backup: false,
};

/** The flags and numbers that the request gives. */
function columnsOf(input: JsonObject): Partial<Backup> {
  const flags = ['enabled', 'save_s3', 'dump_all'].filter((field) => input[field] !== undefined);
  const numbers = [...retention, 'timeout'].filter((field) => input[field] !== undefined);
  return Object.fromEntries([
    ...flags.map((field) => [field, isTrue(input[field])]),
    ...numbers.map((field) => [field, Number(input[field])]),
  ]);
}

function refuseInvalid({ input, world }: Call, rules: Rules): void {
  const errors = validate(input, rules, apiMessages);
  const { s3_storage_uuid: uuid } = input;
  if (typeof uuid === 'string' && world.state.s3Storages.find((storage) => storage.uuid === uuid) === undefined)
    errors.s3_storage_uuid = ['The selected s3 storage uuid is invalid.'];
  if (hasErrors(errors)) throw invalid(errors);
}

function refuseUnknownFields(input: JsonObject): void {
  const errors = refuseUnknown({}, input, Object.keys(changing));
  if (hasErrors(errors)) throw invalid(errors);
}

function checkFrequency(input: JsonObject): void {
  if (!isSchedule(String(input.frequency)))
    throw invalid({ frequency: ['Invalid cron expression or frequency format.'] });
}

/** The id of the storage that is named; undefined when none is. Throws the 422 when one is needed, or it is another team's. */
function storageId({ input, world, team }: Call): number | undefined {
  const uuid = input.s3_storage_uuid ?? null;
  if (isTrue(input.save_s3) && uuid === null)
    throw invalid({ s3_storage_uuid: ['The s3_storage_uuid field is required when save_s3 is true.'] });
  if (uuid === null) return undefined;
  const storage = world.state.s3Storages.find((row) => row.uuid === uuid && row.team_id === team.id);
  if (storage === undefined) throw invalid({ s3_storage_uuid: ['The selected S3 storage is invalid for this team.'] });
  return storage.id;
}

/** `shop,audit`, or for MongoDB `shop:logs,cache|audit`. */
function checkNames(given: unknown): void {
  if (typeof given !== 'string') return;
  try {
    for (const entry of given.split('|').map((part) => part.trim())) {
      const [database = '', collections] = entry.includes(':') ? entry.split(/:(.*)/s) : ['', entry];
      if (database !== '') shellSafe(database, 'database name');
      for (const name of (collections ?? '').split(',').map((part) => part.trim()))
        if (!['', 'all', '*'].includes(name)) shellSafe(name, database === '' ? 'database name' : 'collection name');
    }
  } catch (error) {
    if (!(error instanceof BadPath)) throw error;
    throw invalid({ databases_to_backup: [error.message] });
  }
}

async function removeFile(world: World, filename: string | null): Promise<void> {
  if (filename !== null) await world.working(world.machine.removeVolume(filename));
}
