/** A named volume or a bound path of a resource (`local_persistent_volumes`; recorded: organise 24). */
export interface Volume {
  id: number;
  name: string;
  mount_path: string;
  host_path: string | null;
  container_id: string | null;
  resource_type: string;
  resource_id: number;
  created_at: string;
  updated_at: string;
  is_preview_suffix_enabled: boolean;
  uuid: string;
}

/** A file or directory that Coolify writes or binds into a resource (`local_file_volumes`; recorded: organise 24). */
export interface FileVolume {
  id: number;
  uuid: string;
  fs_path: string;
  mount_path: string;
  content: string | null;
  resource_type: string;
  resource_id: number;
  created_at: string;
  updated_at: string;
  is_directory: boolean;
  chown: string | null;
  chmod: string | null;
  is_based_on_git: boolean;
  is_preview_suffix_enabled: boolean;
  is_host_file: boolean;
}

/** A schedule that archives one volume or directory (`scheduled_volume_backups`). */
export interface VolumeBackup {
  id: number;
  uuid: string;
  storage_uuid: string;
  team_id: number;
  frequency: string;
  enabled: boolean;
  save_s3: boolean;
  disable_local_backup: boolean;
  stop_during_backup: boolean;
  s3_storage_id: number | null;
  retention_amount_locally: number;
  retention_days_locally: number;
  retention_max_storage_locally: number;
  retention_amount_s3: number;
  retention_days_s3: number;
  retention_max_storage_s3: number;
  timeout: number;
}
