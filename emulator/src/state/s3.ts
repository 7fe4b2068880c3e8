/** A bucket for backups (`s3_storages`; recorded: sweep 274). */
export interface S3Storage {
  id: number;
  uuid: string;
  name: string;
  description: string | null;
  region: string;
  key: string;
  secret: string;
  bucket: string;
  endpoint: string;
  is_usable: boolean;
  unusable_email_sent: boolean;
  team_id: number;
  created_at: string;
  updated_at: string;
}
