import { z } from 'zod';
import { del, get, patch, post } from './endpoint.ts';
import { created, message, numeric } from './message.ts';

const serverSettings = z.looseObject({
  is_reachable: z.boolean().nullish(),
  is_usable: z.boolean().nullish(),
  is_build_server: z.boolean().nullish(),
  is_swarm_manager: z.boolean().nullish(),
  is_sentinel_enabled: z.boolean().nullish(),
  wildcard_domain: z.string().nullish(),
  concurrent_builds: z.number().nullish(),
  deployment_queue_limit: z.number().nullish(),
  disable_application_image_retention: z.boolean().nullish(),
  docker_version: z.string().nullish(),
  compose_version: z.string().nullish(),
  server_timezone: z.string().nullish(),
  /** Secret; only for read:sensitive. */
  sentinel_token: z.string().nullish(),
});

export const server = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  ip: z.string().nullish(),
  user: z.string().nullish(),
  port: numeric.nullish(),
  is_coolify_host: z.boolean().nullish(),
  /** In the list only; the single record has them in `settings`. */
  is_reachable: z.boolean().nullish(),
  is_usable: z.boolean().nullish(),
  unreachable_count: z.number().nullish(),
  is_validating: z.boolean().nullish(),
  /** HTML, left by a validation that failed. */
  validation_logs: z.string().nullish(),
  /** The list knows `redirect_enabled` only. The rest may hold the proxy's whole configuration, secrets included. */
  proxy: z
    .looseObject({ type: z.string().nullish(), status: z.string().nullish(), redirect_enabled: z.boolean().nullish() })
    .nullish(),
  /** Capacity, not usage; null where Coolify has never looked. */
  server_metadata: z
    .looseObject({ cpus: numeric.nullish(), memory_bytes: numeric.nullish(), os: z.string().nullish() })
    .nullish(),
  settings: serverSettings.nullish(),
});
export type Server = z.output<typeof server>;

/** A resource in the cheap list of a server: these seven keys and no more. */
const serverResource = z.looseObject({
  id: z.number().nullish(),
  uuid: z.string(),
  name: z.string(),
  /** `application`, `service`, or a database's own: `standalone-postgresql`. */
  type: z.string(),
  status: z.string().nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});
export type ServerResource = z.output<typeof serverResource>;

export interface ServerFields {
  name?: string;
  description?: string;
  ip?: string;
  port?: number;
  user?: string;
  private_key_uuid?: string;
  is_build_server?: boolean;
  instant_validate?: boolean;
  proxy_type?: 'traefik' | 'caddy' | 'nginx' | 'none';
}

export interface ServerUpdate extends ServerFields {
  concurrent_builds?: number;
  dynamic_timeout?: number;
  deployment_queue_limit?: number;
  /** Percent. */
  server_disk_usage_notification_threshold?: number;
  server_disk_usage_check_frequency?: string;
  /** Seconds, 1 to 300. */
  connection_timeout?: number;
  is_terminal_enabled?: boolean;
}

const dockerCleanup = z.looseObject({
  docker_cleanup_frequency: z.string().nullish(),
  docker_cleanup_threshold: numeric.nullish(),
  force_docker_cleanup: z.boolean().nullish(),
  delete_unused_volumes: z.boolean().nullish(),
  delete_unused_networks: z.boolean().nullish(),
});

interface DockerCleanupUpdate {
  docker_cleanup_frequency?: string;
  /** Percent of the disk, 1 to 99. */
  docker_cleanup_threshold?: number;
  force_docker_cleanup?: boolean;
  delete_unused_volumes?: boolean;
  delete_unused_networks?: boolean;
  disable_application_image_retention?: boolean;
}

interface SentinelUpdate {
  is_sentinel_enabled?: boolean;
  is_metrics_enabled?: boolean;
  is_sentinel_debug_enabled?: boolean;
  sentinel_token?: string;
  sentinel_metrics_refresh_rate_seconds?: number;
  sentinel_metrics_history_days?: number;
  sentinel_push_interval_seconds?: number;
  sentinel_custom_url?: string | null;
}

interface LogDrainsUpdate {
  is_logdrain_newrelic_enabled?: boolean;
  logdrain_newrelic_license_key?: string | null;
  logdrain_newrelic_base_uri?: string | null;
  is_logdrain_axiom_enabled?: boolean;
  logdrain_axiom_dataset_name?: string | null;
  logdrain_axiom_api_key?: string | null;
  is_logdrain_custom_enabled?: boolean;
  logdrain_custom_config?: string | null;
  logdrain_custom_config_parser?: string | null;
}

const settingsOf = z.looseObject({});

export const servers = {
  list: get('/servers').answers(z.array(server)),
  get: get('/servers/{uuid}').answers(server),
  /** The address must be unused by any team's server. */
  create: post('/servers').body<ServerFields & { ip: string; private_key_uuid: string }>().answers(created),
  update: patch('/servers/{uuid}').body<ServerUpdate>().answers(created),
  /** Gone at once. Refused with 400 while it has resources (unless forced), and always for Coolify's own. */
  delete: del('/servers/{uuid}').query<{ force?: boolean }>().answers(message),
  /** Starts a validation; what it found stands in the server's settings and `validation_logs` some seconds later. */
  validate: post('/servers/{uuid}/validate').body<{ install?: boolean }>().since('4.2.0').answers(message),
  /** Names and states of all that runs on one server: 45 times fewer bytes than `applications.list`. */
  resources: get('/servers/{uuid}/resources').answers(z.array(serverResource)),
  /** Host names without scheme, by address. */
  domains: get('/servers/{uuid}/domains').answers(
    z.array(z.looseObject({ ip: z.string(), domains: z.array(z.string()) })),
  ),

  dockerCleanup: get('/servers/{uuid}/docker-cleanup').since('4.3.0').answers(dockerCleanup),
  updateDockerCleanup: patch('/servers/{uuid}/docker-cleanup')
    .body<DockerCleanupUpdate>()
    .since('4.3.0')
    .answers(dockerCleanup),
  runDockerCleanup: post('/servers/{uuid}/docker-cleanup/run')
    .body<{ delete_unused_volumes?: boolean; delete_unused_networks?: boolean }>()
    .since('4.3.0')
    .answers(message),
  dockerCleanupExecutions: get('/servers/{uuid}/docker-cleanup/executions')
    .since('4.3.0')
    .answers(z.array(z.looseObject({}))),

  sentinel: get('/servers/{uuid}/sentinel').since('4.3.0').answers(settingsOf),
  updateSentinel: patch('/servers/{uuid}/sentinel').body<SentinelUpdate>().since('4.3.0').answers(settingsOf),
  logDrains: get('/servers/{uuid}/log-drains').since('4.3.0').answers(settingsOf),
  updateLogDrains: patch('/servers/{uuid}/log-drains').body<LogDrainsUpdate>().since('4.3.0').answers(settingsOf),
  cloudflareTunnel: get('/servers/{uuid}/cloudflare-tunnel').since('4.3.0').answers(settingsOf),
  enableCloudflareTunnel: post('/servers/{uuid}/cloudflare-tunnel/enable').since('4.3.0').answers(message),
  disableCloudflareTunnel: post('/servers/{uuid}/cloudflare-tunnel/disable').since('4.3.0').answers(message),
};
