import { pick } from '../http/serialize.ts';
import type { JsonObject } from '../json.ts';
import type { Backup, BackupExecution } from '../state/backup.ts';
import type { World } from '../world.ts';

/** `GET /databases/{uuid}/backups`: the raw row with all its executions (recorded: run-databases 22). */
export function presentBackup(world: World, backup: Backup): JsonObject {
  return { ...backup, executions: newestFirst(world, backup).map((execution) => ({ ...execution })) };
}

/** As nested in the list of databases: with the last execution. */
export function presentBackupListed(world: World, backup: Backup): JsonObject {
  const [latest] = newestFirst(world, backup);
  return { ...backup, latest_log: latest === undefined ? null : { ...latest } };
}

/** One row of `GET …/executions` (recorded: run-databases 21). */
export function presentExecution(execution: BackupExecution): JsonObject {
  return {
    ...pick(execution, ['uuid', 'filename', 'size']),
    created_at: execution.created_at.replace(/\.\d+Z$/, '+00:00'),
    ...pick(execution, ['message', 'status']),
  };
}

export function newestFirst(world: World, backup: Backup): BackupExecution[] {
  return world.state.backupExecutions.filter((e) => e.scheduled_database_backup_id === backup.id).reverse();
}
