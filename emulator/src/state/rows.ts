import type { Json } from '../json.ts';

export interface User {
  id: number;
  name: string;
  email: string;
  created_at: string;
}

export interface Team {
  id: number;
  name: string;
  description: string | null;
  personal_team: boolean;
  created_at: string;
  updated_at: string;
  show_boarding: boolean;
  custom_server_limit: number | null;
  is_mcp_server_enabled: boolean;
}

export interface Membership {
  id: number;
  user_id: number;
  team_id: number;
  role: 'owner' | 'admin' | 'member';
}

export interface Token {
  id: number;
  name: string;
  /** sha256 of what stands after `id|`. */
  hash: string;
  abilities: string[];
  user_id: number;
  team_id: number;
  /** Milliseconds since 1970. */
  expires_at: number | null;
}

export interface Project {
  id: number;
  uuid: string;
  name: string;
  description: string | null;
  team_id: number;
  created_at: string;
  updated_at: string;
  icon_path: string | null;
  icon_storage_type: string | null;
  icon_s3_storage_id: number | null;
}

export interface Environment {
  id: number;
  name: string;
  project_id: number;
  created_at: string;
  updated_at: string;
  description: string | null;
  uuid: string;
}

export interface Destination {
  id: number;
  name: string;
  uuid: string;
  network: string;
  server_id: number;
  created_at: string;
  updated_at: string;
}

/** A further place where an application runs. */
export interface AdditionalDestination {
  id: number;
  application_id: number;
  destination_id: number;
}

export interface PrivateKey {
  id: number;
  uuid: string;
  name: string;
  description: string | null;
  private_key: string;
  public_key: string;
  fingerprint: string;
  is_git_related: boolean;
  team_id: number;
  created_at: string;
  updated_at: string;
}

export interface GithubApp {
  id: number;
  uuid: string;
  name: string;
  organization: string | null;
  api_url: string;
  html_url: string;
  custom_user: string;
  custom_port: number;
  app_id: number | null;
  installation_id: number | null;
  client_id: string | null;
  client_secret: string | null;
  webhook_secret: string | null;
  is_system_wide: boolean;
  is_public: boolean;
  private_key_id: number | null;
  team_id: number;
  created_at: string;
  updated_at: string;
}

export interface GitlabApp {
  id: number;
  uuid: string;
  name: string;
  organization: string | null;
  group_name: string | null;
  api_url: string;
  html_url: string;
  custom_user: string;
  custom_port: number;
  app_id: string | null;
  client_id: string | null;
  client_secret: string | null;
  oauth_id: number | null;
  access_token: string | null;
  refresh_token: string | null;
  expires_at: string | null;
  redirect_uri: string | null;
  public_key: string | null;
  webhook_token: string | null;
  deploy_key_id: number | null;
  private_key_id: number | null;
  is_system_wide: boolean;
  is_public: boolean;
  team_id: number;
  created_at: string;
  updated_at: string;
}

/** A variable of one resource (`environment_variables`). */
export interface Variable {
  id: number;
  uuid: string;
  resource_type: ResourceType;
  resource_id: number;
  key: string;
  value: string | null;
  comment: string | null;
  is_preview: boolean;
  is_literal: boolean;
  is_multiline: boolean;
  is_shown_once: boolean;
  is_runtime: boolean;
  is_buildtime: boolean;
  is_required: boolean;
  is_shared: boolean;
  is_coolify: boolean;
  is_buildpack_control: boolean;
  order: number | null;
  created_at: string;
  updated_at: string;
}

export type ResourceType =
  | 'application'
  | 'service'
  | 'postgresql'
  | 'mysql'
  | 'mariadb'
  | 'mongodb'
  | 'redis'
  | 'keydb'
  | 'dragonfly'
  | 'clickhouse';

/** A variable of a team, project, environment or server (`shared_environment_variables`). */
export interface SharedVariable {
  id: number;
  type: 'team' | 'project' | 'environment' | 'server';
  owner_id: number;
  team_id: number;
  key: string;
  value: string | null;
  comment: string | null;
  is_literal: boolean;
  is_multiline: boolean;
  is_shown_once: boolean;
  created_at: string;
  updated_at: string;
}

export interface LogEntry {
  command: string | null;
  output: string;
  type: 'stdout' | 'stderr';
  timestamp: string;
  hidden: boolean;
  batch: number;
  order?: number;
}

export type DeploymentStatus = 'queued' | 'in_progress' | 'finished' | 'failed' | 'cancelled-by-user';

/** The columns of `application_deployment_queues` in the database's order (recorded: deploy-git 44). */
export interface Deployment {
  id: number;
  application_id: string;
  deployment_uuid: string;
  pull_request_id: number;
  force_rebuild: boolean;
  commit: string;
  status: DeploymentStatus;
  is_webhook: boolean;
  logs: LogEntry[];
  created_at: string;
  updated_at: string;
  current_process_id: string | null;
  restart_only: boolean;
  git_type: string | null;
  server_id: number;
  application_name: string;
  server_name: string;
  deployment_url: string;
  destination_id: string;
  only_this_server: boolean;
  rollback: boolean;
  commit_message: string | null;
  is_api: boolean;
  build_server_id: number | null;
  horizon_job_id: string | null;
  horizon_job_worker: string | null;
  finished_at: string | null;
  docker_registry_image_tag: string | null;
  configuration_hash: string | null;
}

/** Settings of the whole installation that the API can read or switch. */
export interface Instance {
  apiEnabled: boolean;
  mcpEnabled: boolean;
  /** As Coolify knows itself; stands in webhooks. */
  publicUrl: string;
  /** Where Coolify's own pages are called; stands in refusals that point to one. */
  address: string;
  /** The constant that `last_online_at` shows before the first status write. */
  installedAt: string;
  email: Record<string, Json>;
  /** Networks of the managed Docker beside those of the destinations. */
  dockerNetworks: string[];
}
