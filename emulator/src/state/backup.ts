/** A schedule that backs up a database (`scheduled_database_backups`; recorded: run-databases 22). */
export interface Backup {
  id: number;
  description: string | null;
  uuid: string;
  enabled: boolean;
  save_s3: boolean;
  frequency: string;
  database_backup_retention_amount_locally: number;
  /** Laravel's name of the model: `App\Models\StandalonePostgresql`. */
  database_type: string;
  database_id: number;
  s3_storage_id: number | null;
  team_id: number;
  created_at: string;
  updated_at: string;
  databases_to_backup: string | null;
  dump_all: boolean;
  database_backup_retention_days_locally: number;
  database_backup_retention_max_storage_locally: number;
  database_backup_retention_amount_s3: number;
  database_backup_retention_days_s3: number;
  database_backup_retention_max_storage_s3: number;
  /** Seconds. */
  timeout: number;
  disable_local_backup: boolean;
}

/** One run of a schedule for one database of the server (`scheduled_database_backup_executions`). */
export interface BackupExecution {
  id: number;
  uuid: string;
  status: 'running' | 'success' | 'failed';
  message: string | null;
  /** Bytes. */
  size: number;
  filename: string | null;
  scheduled_database_backup_id: number;
  created_at: string;
  updated_at: string;
  database_name: string;
  finished_at: string | null;
  local_storage_deleted: boolean;
  s3_storage_deleted: boolean;
  s3_uploaded: boolean | null;
}
