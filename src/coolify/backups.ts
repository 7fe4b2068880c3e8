import { z } from 'zod';
import { del, get, patch, post, put } from './endpoint.ts';
import { message, numeric } from './message.ts';

/** `success` may carry a warning in `message`: an upload to S3 is tried once even where none was asked for. */
const backupExecution = z.looseObject({
  uuid: z.string(),
  status: z.string().nullish(),
  message: z.string().nullish(),
  /** Bytes. */
  size: numeric.nullish(),
  filename: z.string().nullish(),
  created_at: z.string().nullish(),
  finished_at: z.string().nullish(),
  s3_uploaded: z.boolean().nullish(),
});
export type BackupExecution = z.output<typeof backupExecution>;

const databaseBackup = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  enabled: z.boolean().nullish(),
  save_s3: z.boolean().nullish(),
  frequency: z.string().nullish(),
  database_id: z.number().nullish(),
  databases_to_backup: z.string().nullish(),
  dump_all: z.boolean().nullish(),
  executions: z.array(backupExecution).optional(),
});
export type DatabaseBackup = z.output<typeof databaseBackup>;

interface BackupFields {
  frequency?: string;
  enabled?: boolean;
  save_s3?: boolean;
  s3_storage_uuid?: string;
  dump_all?: boolean;
  /** Makes one at once as well. */
  backup_now?: boolean;
  databases_to_backup?: string;
  database_backup_retention_amount_locally?: number;
  database_backup_retention_days_locally?: number;
  database_backup_retention_max_storage_locally?: number;
  database_backup_retention_amount_s3?: number;
  database_backup_retention_days_s3?: number;
  database_backup_retention_max_storage_s3?: number;
  /** Seconds, 60 to 36,000. */
  timeout?: number;
}

interface VolumeBackupFields {
  frequency: string;
  enabled?: boolean;
  save_s3?: boolean;
  disable_local_backup?: boolean;
  stop_during_backup?: boolean;
  s3_storage_uuid?: string | null;
  retention_amount_locally?: number;
  retention_days_locally?: number;
  retention_max_storage_locally?: number;
  retention_amount_s3?: number;
  retention_days_s3?: number;
  retention_max_storage_s3?: number;
  timeout?: number;
}

/** There is no call that restores. Not for redis, keydb and dragonfly. */
export const backups = {
  list: get('/databases/{uuid}/backups').answers(z.array(databaseBackup)),
  create: post('/databases/{uuid}/backups')
    .body<BackupFields & { frequency: string }>()
    .answers(z.looseObject({ uuid: z.string(), message: z.string().nullish() })),
  update: patch('/databases/{uuid}/backups/{backup_uuid}').body<BackupFields>().answers(message),
  delete: del('/databases/{uuid}/backups/{backup_uuid}').query<{ delete_s3?: boolean }>().answers(message),
  executions: get('/databases/{uuid}/backups/{backup_uuid}/executions').answers(
    z.looseObject({ executions: z.array(backupExecution) }),
    (answer) => answer.executions,
  ),
  deleteExecution: del('/databases/{uuid}/backups/{backup_uuid}/executions/{execution_uuid}')
    .query<{ delete_s3?: boolean }>()
    .answers(message),
};

/** The schedule of a volume: one each. */
export const volumeBackups = {
  save: put('/{on:applications|databases|services}/{uuid}/storages/{storage_uuid}/backups')
    .body<VolumeBackupFields>()
    .since('4.3.0')
    .answers(z.looseObject({ message: z.string().nullish() })),
  run: post('/{on:applications|databases|services}/{uuid}/storages/{storage_uuid}/backups/run')
    .since('4.3.0')
    .answers(message),
  /** The archives go with it. */
  delete: del('/{on:applications|databases|services}/{uuid}/storages/{storage_uuid}/backups')
    .since('4.3.0')
    .answers(message),
};
