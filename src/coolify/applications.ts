import { z } from 'zod';
import { nestedDestination } from './destinations.ts';
import { del, get, patch, post } from './endpoint.ts';
import { CoolifyError } from './error.ts';
import { bound } from './fields.ts';
import { created, message, numeric } from './message.ts';
import { outcomeOf } from './outcome.ts';
import type { CloneRequest, DeleteAlong, Limits, LogQuery, Placement } from './placement.ts';
import { environment } from './projects.ts';

/** In the single record only. */
const applicationSettings = z.looseObject({
  is_auto_deploy_enabled: z.boolean().nullish(),
  is_force_https_enabled: z.boolean().nullish(),
  is_preview_deployments_enabled: z.boolean().nullish(),
  is_static: z.boolean().nullish(),
  is_spa: z.boolean().nullish(),
  is_build_server_enabled: z.boolean().nullish(),
  is_container_label_readonly_enabled: z.boolean().nullish(),
  is_git_shallow_clone_enabled: z.boolean().nullish(),
  is_raw_compose_deployment_enabled: z.boolean().nullish(),
  is_consistent_container_name_enabled: z.boolean().nullish(),
  connect_to_docker_network: z.boolean().nullish(),
  custom_internal_name: z.string().nullish(),
  docker_images_to_keep: z.number().nullish(),
  stop_grace_period: numeric.nullish(),
  use_build_secrets: z.boolean().nullish(),
});

/**
 * The list has neither `settings` nor `environment`. Absent keys are normal: what is sensitive is left out, not masked.
 * `status` is up to a minute old; see `parseStatus`.
 */
export const application = z.looseObject({
  uuid: z.string(),
  name: z.string().nullish(),
  description: z.string().nullish(),
  status: z.string().nullish(),
  /** Whether its server works. */
  server_status: z.boolean().nullish(),
  /** Addresses with scheme, separated by commas; what goes in as `domains`. */
  fqdn: z.string().nullish(),
  build_pack: z.string().nullish(),
  git_repository: z.string().nullish(),
  git_branch: z.string().nullish(),
  /** `HEAD`, or the commit that is pinned. */
  git_commit_sha: z.string().nullish(),
  git_full_url: z.string().nullish(),
  source_type: z.string().nullish(),
  source_id: z.number().nullish(),
  private_key_id: z.number().nullish(),
  docker_registry_image_name: z.string().nullish(),
  docker_registry_image_tag: z.string().nullish(),
  dockerfile: z.string().nullish(),
  dockerfile_location: z.string().nullish(),
  dockerfile_target_build: z.string().nullish(),
  docker_compose: z.string().nullish(),
  docker_compose_raw: z.string().nullish(),
  docker_compose_location: z.string().nullish(),
  docker_compose_domains: z.string().nullish(),
  install_command: z.string().nullish(),
  build_command: z.string().nullish(),
  start_command: z.string().nullish(),
  base_directory: z.string().nullish(),
  publish_directory: z.string().nullish(),
  static_image: z.string().nullish(),
  watch_paths: z.string().nullish(),
  ports_exposes: z.string().nullish(),
  ports_mappings: z.string().nullish(),
  redirect: z.string().nullish(),
  preview_url_template: z.string().nullish(),
  custom_labels: z.string().nullish(),
  custom_docker_run_options: z.string().nullish(),
  custom_network_aliases: z.string().nullish(),
  custom_nginx_configuration: z.string().nullish(),
  pre_deployment_command: z.string().nullish(),
  post_deployment_command: z.string().nullish(),
  health_check_enabled: z.boolean().nullish(),
  health_check_type: z.string().nullish(),
  health_check_command: z.string().nullish(),
  health_check_path: z.string().nullish(),
  health_check_port: numeric.nullish(),
  health_check_host: z.string().nullish(),
  health_check_method: z.string().nullish(),
  health_check_return_code: z.number().nullish(),
  health_check_scheme: z.string().nullish(),
  health_check_response_text: z.string().nullish(),
  /** Seconds. */
  health_check_interval: z.number().nullish(),
  health_check_timeout: z.number().nullish(),
  health_check_retries: z.number().nullish(),
  health_check_start_period: z.number().nullish(),
  limits_memory: z.string().nullish(),
  limits_memory_swap: z.string().nullish(),
  limits_memory_swappiness: z.number().nullish(),
  limits_memory_reservation: z.string().nullish(),
  limits_cpus: z.string().nullish(),
  limits_cpuset: z.string().nullish(),
  limits_cpu_shares: z.number().nullish(),
  is_http_basic_auth_enabled: z.boolean().nullish(),
  http_basic_auth_username: z.string().nullish(),
  http_basic_auth_password: z.string().nullish(),
  manual_webhook_secret_github: z.string().nullish(),
  manual_webhook_secret_gitlab: z.string().nullish(),
  manual_webhook_secret_bitbucket: z.string().nullish(),
  manual_webhook_secret_gitea: z.string().nullish(),
  /** That of the last finished deployment. */
  config_hash: z.string().nullish(),
  restart_count: z.number().nullish(),
  max_restart_count: z.number().nullish(),
  last_restart_at: z.string().nullish(),
  /** `crash` in a crash loop, until the next deployment. */
  last_restart_type: z.string().nullish(),
  /** When the status was last written. */
  last_online_at: z.string().nullish(),
  environment_id: z.number().nullish(),
  environment: environment.nullish(),
  destination: nestedDestination.nullish(),
  settings: applicationSettings.nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});
export type Application = z.output<typeof application>;

export type BuildPack = 'nixpacks' | 'static' | 'dockerfile' | 'dockercompose' | 'railpack';

/** Settings that creation and update share. `null` clears, and so does `""`. */
export interface ApplicationFields extends Limits {
  name?: string;
  description?: string | null;
  /** Comma list of http(s) URLs; `""` takes all away. Not for dockercompose. A change throws away own labels. */
  domains?: string;
  /** Take domains that something else has. */
  force_domain_override?: boolean;
  noindex_domains?: string[];
  redirect?: 'both' | 'www' | 'non-www';
  git_repository?: string;
  git_branch?: string;
  git_commit_sha?: string;
  docker_registry_image_name?: string;
  docker_registry_image_tag?: string;
  build_pack?: BuildPack;
  install_command?: string | null;
  build_command?: string | null;
  start_command?: string | null;
  base_directory?: string;
  publish_directory?: string | null;
  static_image?: string;
  watch_paths?: string | null;
  /** Comma list of port numbers. */
  ports_exposes?: string;
  /** `host:container`, comma list. With one there is no rolling update. */
  ports_mappings?: string | null;
  custom_network_aliases?: string | null;
  /** Plain text. Regenerated, so lost, while labels are read-only (which the API cannot change). */
  custom_labels?: string;
  /** Most options are dropped without a word, `--runtime` and `--pids-limit` among them (runtime 11–45). */
  custom_docker_run_options?: string | null;
  /** Plain text. */
  custom_nginx_configuration?: string | null;
  pre_deployment_command?: string | null;
  pre_deployment_command_container?: string | null;
  post_deployment_command?: string | null;
  post_deployment_command_container?: string | null;
  health_check_enabled?: boolean;
  health_check_type?: 'http' | 'cmd';
  health_check_command?: string | null;
  health_check_path?: string;
  health_check_port?: string | null;
  health_check_host?: string;
  health_check_method?: string;
  health_check_return_code?: number;
  health_check_scheme?: string;
  health_check_response_text?: string | null;
  health_check_interval?: number;
  health_check_timeout?: number;
  health_check_retries?: number;
  health_check_start_period?: number;
  dockerfile_location?: string;
  docker_compose_location?: string;
  docker_compose_custom_start_command?: string | null;
  docker_compose_custom_build_command?: string | null;
  /** For dockercompose; the compose file must have been loaded, by one deployment. */
  docker_compose_domains?: { name: string; domain: string; redirect?: string }[];
  manual_webhook_secret_github?: string | null;
  manual_webhook_secret_gitlab?: string | null;
  manual_webhook_secret_bitbucket?: string | null;
  manual_webhook_secret_gitea?: string | null;
  is_http_basic_auth_enabled?: boolean;
  http_basic_auth_username?: string | null;
  http_basic_auth_password?: string | null;
  preview_url_template?: string;
  max_restart_count?: number;
  connect_to_docker_network?: boolean;
  use_build_server?: boolean;
  use_build_secrets?: boolean;
  is_static?: boolean;
  is_spa?: boolean;
  is_auto_deploy_enabled?: boolean;
  is_force_https_enabled?: boolean;
  is_preview_deployments_enabled?: boolean;
  is_container_label_escape_enabled?: boolean;
  is_preserve_repository_enabled?: boolean;
  is_git_submodules_enabled?: boolean;
  is_git_lfs_enabled?: boolean;
  is_git_shallow_clone_enabled?: boolean;
  disable_build_cache?: boolean;
  inject_build_args_to_dockerfile?: boolean;
  include_source_commit_in_build?: boolean;
  is_env_sorting_enabled?: boolean;
  is_pr_deployments_public_enabled?: boolean;
  stop_grace_period?: number | null;
  docker_images_to_keep?: number;
  is_gzip_enabled?: boolean;
  is_stripprefix_enabled?: boolean;
  is_raw_compose_deployment_enabled?: boolean;
  is_log_drain_enabled?: boolean;
  is_gpu_enabled?: boolean;
  gpu_driver?: string;
  gpu_count?: string | null;
  gpu_device_ids?: string | null;
  gpu_options?: string | null;
  is_consistent_container_name_enabled?: boolean;
  custom_internal_name?: string | null;
  /** Deploys at once; the answer does not name the deployment. */
  instant_deploy?: boolean;
}

interface NewApplication extends Placement, Omit<ApplicationFields, 'build_pack'> {
  /** A domain of the server's wildcard, made up where none is given; true unless said otherwise. */
  autogenerate_domain?: boolean;
  tags?: string[];
}

export interface FromRepository extends NewApplication {
  git_repository: string;
  git_branch: string;
  build_pack: BuildPack;
}

export interface FromImage extends NewApplication {
  docker_registry_image_name: string;
}

export interface FromDockerfile extends NewApplication {
  /** Plain text. The port always ends as 80. */
  dockerfile: string;
}

/** Fields Coolify wants in base64, given here as plain text. */
const BASE64 = ['custom_labels', 'custom_nginx_configuration'] as const;

const createdApplication = z.looseObject({
  uuid: z.string().optional(),
  /** The comma list, or null. */
  domains: z.string().nullish(),
  message: z.string().optional(),
});

/** A first deployment that was skipped leaves the answer a message alone, although the application is there. */
function withUuid(answer: z.output<typeof createdApplication>) {
  const { uuid, domains } = answer;
  if (uuid !== undefined) return { ...answer, uuid, domains };
  throw new CoolifyError({
    kind: 'unexpected_answer',
    sent: 'answered',
    message: `Coolify made the application and did not name it: ${bound(answer.message ?? 'no message', 300)}`,
    next: 'Find the application by its name; its first deployment was skipped.',
  });
}

const queued = z.looseObject({ message: z.string(), deployment_uuid: z.string().nullish() });

const applicationDestination = z.looseObject({
  uuid: z.string(),
  name: z.string().nullish(),
  network: z.string().nullish(),
  server_uuid: z.string().nullish(),
  is_primary: z.boolean().nullish(),
});

export const applications = {
  /** Everything of every application: 9 MB for a thousand. For names and states see `servers.allResources`. */
  list: get('/applications').query<{ tag?: string }>().answers(z.array(application)),
  get: get('/applications/{uuid}').answers(application),

  /** From a repository that anyone may read. Only the record is made: nothing is checked with the repository. */
  createPublic: post('/applications/public')
    .body<FromRepository>({ base64: BASE64 })
    .answers(createdApplication, withUuid),
  /** Coolify asks GitHub, three times with 20 s each if it must. */
  createFromGithubApp: post('/applications/private-github-app')
    .body<FromRepository & { github_app_uuid: string }>({ base64: BASE64 })
    .slow()
    .answers(createdApplication, withUuid),
  createFromDeployKey: post('/applications/private-deploy-key')
    .body<FromRepository & { private_key_uuid: string }>({ base64: BASE64 })
    .answers(createdApplication, withUuid),
  createFromDockerfile: post('/applications/dockerfile')
    .body<FromDockerfile>({ base64: [...BASE64, 'dockerfile'] })
    .answers(createdApplication, withUuid),
  createFromImage: post('/applications/dockerimage')
    .body<FromImage>({ base64: BASE64 })
    .answers(createdApplication, withUuid),

  /** Takes effect at the next deployment or restart. */
  update: patch('/applications/{uuid}')
    .body<ApplicationFields & { dockerfile_target_build?: string | null }>({ base64: BASE64 })
    .answers(created),
  /** Queued; the application still answers for up to two seconds. */
  delete: del('/applications/{uuid}').query<DeleteAlong>().answers(message),
  deletePreview: del('/applications/{uuid}/previews/{pull_request_id:int}').answers(message),

  /** With a full queue Coolify names a deployment that never exists: see that it does. */
  start: post('/applications/{uuid}/start')
    .query<{ force?: boolean; instant_deploy?: boolean }>()
    .answers(queued, outcomeOf),
  /** A deployment too: a full rolling update, which takes the newest commit and undoes a rollback. */
  restart: post('/applications/{uuid}/restart').answers(queued, outcomeOf),
  /** Says yes whatever the state; the status shows it about a second later. */
  stop: post('/applications/{uuid}/stop').query<{ docker_cleanup?: boolean }>().answers(message),
  /** Of the first container, live. 400 while it does not run. */
  logs: get('/applications/{uuid}/logs')
    .query<LogQuery>()
    .slow()
    .answers(z.looseObject({ logs: z.string() }), ({ logs }) => logs),

  /** Empty also where Coolify could not look; `current` is null as good as always. */
  rollbackImages: get('/applications/{uuid}/rollback-images')
    .since('4.3.0')
    .slow()
    .answers(
      z.looseObject({
        current: z.string().nullish(),
        images: z.array(
          z.looseObject({ tag: z.string(), created_at: z.string().nullish(), is_current: z.boolean().nullish() }),
        ),
      }),
    ),
  /** Nothing is checked at the call, image applications ignore it, and the next deployment or restart undoes it. */
  rollback: post('/applications/{uuid}/rollback').body<{ commit: string }>().since('4.3.0').answers(queued, outcomeOf),

  move: post('/applications/{uuid}/move')
    .body<{ environment_uuid: string }>()
    .since('4.2.0')
    .answers(
      z.looseObject({
        message: z.string(),
        project_uuid: z.string().nullish(),
        environment_uuid: z.string().nullish(),
      }),
    ),
  clone: post('/applications/{uuid}/clone').body<CloneRequest>().since('4.3.0').answers(created),
  destinations: get('/applications/{uuid}/destinations').since('4.3.0').answers(z.array(applicationDestination)),
  addDestination: post('/applications/{uuid}/destinations')
    .body<{ destination_uuid: string }>()
    .since('4.3.0')
    .answers(z.looseObject({ message: z.string().nullish() })),
  removeDestination: del('/applications/{uuid}/destinations/{destination_uuid}').since('4.3.0').answers(message),
};
