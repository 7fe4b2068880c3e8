import { notify } from '../notifications/notify.ts';
import { environmentOf } from '../present/application.ts';
import { known } from '../present/server.ts';
import type { Backup, BackupExecution } from '../state/backup.ts';
import type { Database } from '../state/database.ts';
import type { World } from '../world.ts';

/** Tells the team how a backup ended; one that never reached its bucket counts as a warning (coolify.md 6.1). */
export function tellBackup(world: World, backup: Backup, database: Database, execution: BackupExecution): void {
  const environment = environmentOf(world, database);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const about = {
    database_name: database.name,
    database_uuid: database.uuid,
    database_type: execution.database_name,
    frequency: backup.frequency,
  };
  const url = `${world.state.instance.publicUrl}/project/${project.uuid}/environment/${environment.uuid}/database/${database.uuid}`;
  const said = execution.message ?? '';
  if (execution.status === 'failed')
    notify(world, project.team_id, 'backup_failure', {
      success: false,
      message: 'Database backup failed',
      event: 'backup_failed',
      ...about,
      error_output: said,
      url,
    });
  else if (said.startsWith(uploadWarning))
    notify(world, project.team_id, 'backup_failure', {
      success: true,
      message: 'Database backup succeeded locally, S3 upload failed',
      event: 'backup_success_with_s3_warning',
      ...about,
      s3_error: said.slice(uploadWarning.length),
      url,
    });
  else
    notify(world, project.team_id, 'backup_success', {
      success: true,
      message: 'Database backup successful',
      event: 'backup_success',
      ...about,
      url,
    });
}

const uploadWarning = 'Warning: S3 upload failed: ';
