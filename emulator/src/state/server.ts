import { publicId } from '../ids.ts';
import type { Json } from '../json.ts';

/** The columns of Coolify's `servers` in the database's order (recorded: apps-image 31), and its settings row. */
export interface Server {
  id: number;
  uuid: string;
  name: string;
  description: string | null;
  ip: string;
  port: number;
  user: string;
  team_id: number;
  private_key_id: number;
  proxy: ServerProxy;
  created_at: string;
  updated_at: string;
  unreachable_notification_sent: boolean;
  unreachable_count: number;
  high_disk_usage_notification_sent: boolean;
  log_drain_notification_sent: boolean;
  swarm_cluster: string | null;
  validation_logs: string | null;
  sentinel_updated_at: string;
  deleted_at: string | null;
  ip_previous: string | null;
  hetzner_server_id: number | null;
  cloud_provider_token_id: number | null;
  hetzner_server_status: string | null;
  is_validating: boolean;
  detected_traefik_version: string | null;
  traefik_outdated_info: Json;
  server_metadata: Json;
  vultr_instance_id: string | null;
  vultr_instance_status: string | null;
  digitalocean_droplet_id: number | null;
  digitalocean_droplet_status: string | null;
  is_coolify_host: boolean;
  settings: ServerSettings;
}

export interface ServerProxy {
  type?: string;
  status?: string;
  redirect_enabled: boolean;
  redirect_url?: string | null;
  last_saved_proxy_configuration?: string;
  last_saved_settings?: string;
  last_applied_settings?: string;
}

export interface ServerSettings {
  id: number;
  is_swarm_manager: boolean;
  is_jump_server: boolean;
  is_build_server: boolean;
  is_reachable: boolean;
  is_usable: boolean;
  server_id: number;
  created_at: string;
  updated_at: string;
  wildcard_domain: string | null;
  is_cloudflare_tunnel: boolean;
  is_logdrain_newrelic_enabled: boolean;
  logdrain_newrelic_license_key: string | null;
  logdrain_newrelic_base_uri: string | null;
  is_logdrain_highlight_enabled: boolean;
  logdrain_highlight_project_id: string | null;
  is_logdrain_axiom_enabled: boolean;
  logdrain_axiom_dataset_name: string | null;
  logdrain_axiom_api_key: string | null;
  is_swarm_worker: boolean;
  is_logdrain_custom_enabled: boolean;
  logdrain_custom_config: string | null;
  logdrain_custom_config_parser: string | null;
  concurrent_builds: number;
  dynamic_timeout: number;
  force_disabled: boolean;
  is_metrics_enabled: boolean;
  generate_exact_labels: boolean;
  force_docker_cleanup: boolean;
  docker_cleanup_frequency: string;
  docker_cleanup_threshold: number;
  server_timezone: string;
  delete_unused_volumes: boolean;
  delete_unused_networks: boolean;
  is_sentinel_enabled: boolean;
  sentinel_token: string | null;
  sentinel_metrics_refresh_rate_seconds: number;
  sentinel_metrics_history_days: number;
  sentinel_push_interval_seconds: number;
  sentinel_custom_url: string | null;
  server_disk_usage_notification_threshold: number;
  is_sentinel_debug_enabled: boolean;
  server_disk_usage_check_frequency: string;
  is_terminal_enabled: boolean;
  deployment_queue_limit: number;
  disable_application_image_retention: boolean;
  connection_timeout: number;
  docker_version: string | null;
  docker_version_checked_at: string | null;
  compose_version: string | null;
  compose_version_checked_at: string | null;
  backup_compression_cpu_percentage: number;
}

export function serverDefaults(
  time: string,
): Omit<Server, 'id' | 'name' | 'ip' | 'team_id' | 'private_key_id' | 'sentinel_updated_at' | 'settings'> {
  return {
    uuid: publicId(),
    description: null,
    port: 22,
    user: 'root',
    proxy: { type: 'TRAEFIK', status: 'exited', redirect_enabled: true },
    created_at: time,
    updated_at: time,
    unreachable_notification_sent: false,
    unreachable_count: 0,
    high_disk_usage_notification_sent: false,
    log_drain_notification_sent: false,
    swarm_cluster: null,
    validation_logs: null,
    deleted_at: null,
    ip_previous: null,
    hetzner_server_id: null,
    cloud_provider_token_id: null,
    hetzner_server_status: null,
    is_validating: false,
    detected_traefik_version: null,
    traefik_outdated_info: null,
    server_metadata: null,
    vultr_instance_id: null,
    vultr_instance_status: null,
    digitalocean_droplet_id: null,
    digitalocean_droplet_status: null,
    is_coolify_host: false,
  };
}

export function serverSettingsDefaults(
  time: string,
): Omit<ServerSettings, 'id' | 'server_id' | 'sentinel_token' | 'sentinel_custom_url' | 'wildcard_domain'> {
  return {
    is_swarm_manager: false,
    is_jump_server: false,
    is_build_server: false,
    is_reachable: false,
    is_usable: false,
    created_at: time,
    updated_at: time,
    is_cloudflare_tunnel: false,
    is_logdrain_newrelic_enabled: false,
    logdrain_newrelic_license_key: null,
    logdrain_newrelic_base_uri: null,
    is_logdrain_highlight_enabled: false,
    logdrain_highlight_project_id: null,
    is_logdrain_axiom_enabled: false,
    logdrain_axiom_dataset_name: null,
    logdrain_axiom_api_key: null,
    is_swarm_worker: false,
    is_logdrain_custom_enabled: false,
    logdrain_custom_config: null,
    logdrain_custom_config_parser: null,
    concurrent_builds: 2,
    dynamic_timeout: 3600,
    force_disabled: false,
    is_metrics_enabled: false,
    generate_exact_labels: false,
    force_docker_cleanup: true,
    docker_cleanup_frequency: '0 0 * * *',
    docker_cleanup_threshold: 80,
    server_timezone: 'UTC',
    delete_unused_volumes: false,
    delete_unused_networks: false,
    is_sentinel_enabled: false,
    sentinel_metrics_refresh_rate_seconds: 10,
    sentinel_metrics_history_days: 7,
    sentinel_push_interval_seconds: 60,
    server_disk_usage_notification_threshold: 80,
    is_sentinel_debug_enabled: false,
    server_disk_usage_check_frequency: '0 23 * * *',
    is_terminal_enabled: true,
    deployment_queue_limit: 25,
    disable_application_image_retention: false,
    connection_timeout: 10,
    docker_version: null,
    docker_version_checked_at: null,
    compose_version: null,
    compose_version_checked_at: null,
    backup_compression_cpu_percentage: 25,
  };
}
