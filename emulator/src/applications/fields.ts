import type { Rule, Rules } from '../http/validate.ts';
import type { Application, ApplicationSettings } from '../state/application.ts';

/** Which request field sets which column of the settings row; all others set the application's own columns. */
export const settingOf: Record<string, keyof ApplicationSettings> = {
  ...sameName([
    'is_static',
    'is_spa',
    'is_auto_deploy_enabled',
    'is_force_https_enabled',
    'is_preview_deployments_enabled',
    'is_container_label_escape_enabled',
    'is_preserve_repository_enabled',
    'connect_to_docker_network',
    'use_build_secrets',
    'is_git_submodules_enabled',
    'is_git_lfs_enabled',
    'is_git_shallow_clone_enabled',
    'disable_build_cache',
    'inject_build_args_to_dockerfile',
    'include_source_commit_in_build',
    'is_env_sorting_enabled',
    'is_pr_deployments_public_enabled',
    'stop_grace_period',
    'docker_images_to_keep',
    'is_gzip_enabled',
    'is_stripprefix_enabled',
    'is_raw_compose_deployment_enabled',
    'is_log_drain_enabled',
    'is_gpu_enabled',
    'gpu_driver',
    'gpu_count',
    'gpu_device_ids',
    'gpu_options',
    'is_consistent_container_name_enabled',
    'custom_internal_name',
  ]),
  use_build_server: 'is_build_server_enabled',
};

/** Columns that create and update set alike. */
const columns = [
  'name',
  'description',
  'git_repository',
  'git_branch',
  'git_commit_sha',
  'docker_registry_image_name',
  'docker_registry_image_tag',
  'build_pack',
  'install_command',
  'build_command',
  'start_command',
  'ports_exposes',
  'ports_mappings',
  'custom_network_aliases',
  'base_directory',
  'publish_directory',
  'health_check_enabled',
  'health_check_type',
  'health_check_command',
  'health_check_path',
  'health_check_port',
  'health_check_host',
  'health_check_method',
  'health_check_return_code',
  'health_check_scheme',
  'health_check_response_text',
  'health_check_interval',
  'health_check_timeout',
  'health_check_retries',
  'health_check_start_period',
  'limits_memory',
  'limits_memory_swap',
  'limits_memory_swappiness',
  'limits_memory_reservation',
  'limits_cpus',
  'limits_cpuset',
  'limits_cpu_shares',
  'custom_labels',
  'custom_docker_run_options',
  'post_deployment_command',
  'post_deployment_command_container',
  'pre_deployment_command',
  'pre_deployment_command_container',
  'manual_webhook_secret_github',
  'manual_webhook_secret_gitlab',
  'manual_webhook_secret_bitbucket',
  'manual_webhook_secret_gitea',
  'redirect',
  'dockerfile_location',
  'docker_compose_location',
  'docker_compose_custom_start_command',
  'docker_compose_custom_build_command',
  'watch_paths',
  'static_image',
  'custom_nginx_configuration',
  'is_http_basic_auth_enabled',
  'http_basic_auth_username',
  'http_basic_auth_password',
  'noindex_domains',
  'preview_url_template',
  'max_restart_count',
] as const satisfies readonly (keyof Application)[];

/** Columns that a request may set by their own name. */
export const columnFields: readonly string[] = [
  ...columns,
  'dockerfile',
  'docker_compose_raw',
  'dockerfile_target_build',
];

const shared = [
  ...columns,
  ...Object.keys(settingOf),
  'domains',
  'docker_compose_domains',
  'instant_deploy',
  'force_domain_override',
];

export const createFields: readonly string[] = [
  ...shared,
  'project_uuid',
  'environment_name',
  'environment_uuid',
  'server_uuid',
  'destination_uuid',
  'type',
  'private_key_uuid',
  'github_app_uuid',
  'dockerfile',
  'docker_compose_raw',
  'autogenerate_domain',
  'tags',
];
export const updateFields: readonly string[] = [...shared, 'dockerfile_target_build'];

/** What create looks at first, before anything is looked up (recorded: apps-image 14, bad-input 58). */
export const createFirst: Rules = {
  name: ['string', 'max:255'],
  description: ['string', 'nullable'],
  project_uuid: ['string', 'required'],
  environment_name: ['string', 'nullable'],
  environment_uuid: ['string', 'nullable'],
  server_uuid: ['string', 'required'],
  destination_uuid: ['string', 'nullable'],
  is_http_basic_auth_enabled: ['boolean'],
  http_basic_auth_username: ['string', 'nullable'],
  http_basic_auth_password: ['string', 'nullable'],
  autogenerate_domain: ['boolean'],
  instant_deploy: ['boolean'],
  force_domain_override: ['boolean'],
  tags: ['array'],
  'tags.*': ['string', 'min:2'],
};

const path: Rule = { regex: /^\/[\w\-./@]*$/ };
const listOfPorts: Rule = { regex: /^\d+(,\d+)*$/ };
const portMappings: Rule = { regex: /^(\d+:\d+)(,\d+:\d+)*$/ };
/** No operators of a shell: `;`, `|`, `&`, `$(…)`, backticks, redirections (recorded: runtime 46–48). */
const shellSafe: Rule = { regex: /^[^;|&$`()<>\n\r]*$/ };
const text: readonly Rule[] = ['string', 'nullable'];
const flag: readonly Rule[] = ['boolean'];

const buildPacks = 'in:nixpacks,static,dockerfile,dockercompose,railpack';

/** Rules of every variant (Coolify's `sharedDataApplications` and the setting fields). */
export const sharedRules: Rules = {
  git_repository: ['string'],
  git_branch: ['string', { check: checkBranch }],
  build_pack: [buildPacks],
  static_image: ['in:nginx:alpine'],
  domains: text,
  redirect: ['in:both,www,non-www'],
  git_commit_sha: ['string', { regex: /^[\w./-]+$/ }],
  docker_registry_image_name: ['string', 'nullable'],
  docker_registry_image_tag: ['string', 'nullable', { regex: /^\w[\w.-]{0,127}$/ }],
  install_command: text,
  build_command: text,
  start_command: text,
  ports_exposes: ['string', listOfPorts],
  ports_mappings: ['string', portMappings, 'nullable'],
  custom_network_aliases: text,
  base_directory: ['string', path],
  publish_directory: ['string', 'nullable', path],
  health_check_enabled: flag,
  health_check_type: ['string', 'in:http,cmd'],
  health_check_command: ['nullable', 'string', 'max:1000', { regex: /^[\w \-./:=@,+]+$/ }],
  health_check_path: ['string', { regex: /^\/[\w/\-.~%]*$/ }],
  health_check_port: ['integer', 'nullable', 'min:1', 'max:65535'],
  health_check_host: ['string', { regex: /^[\w.-]+$/ }],
  health_check_method: ['string', 'in:GET,HEAD,POST,OPTIONS'],
  health_check_return_code: ['numeric'],
  health_check_scheme: ['string', 'in:http,https'],
  health_check_response_text: text,
  health_check_interval: ['numeric'],
  health_check_timeout: ['numeric'],
  health_check_retries: ['numeric'],
  health_check_start_period: ['numeric'],
  limits_memory: ['string'],
  limits_memory_swap: ['string'],
  limits_memory_swappiness: ['numeric'],
  limits_memory_reservation: ['string'],
  limits_cpus: ['string'],
  limits_cpuset: text,
  limits_cpu_shares: ['numeric'],
  custom_labels: text,
  custom_docker_run_options: ['string', 'nullable', shellSafe],
  post_deployment_command: text,
  post_deployment_command_container: ['string'],
  pre_deployment_command: text,
  pre_deployment_command_container: ['string'],
  manual_webhook_secret_github: text,
  manual_webhook_secret_gitlab: text,
  manual_webhook_secret_bitbucket: text,
  manual_webhook_secret_gitea: text,
  dockerfile: text,
  dockerfile_location: ['string', 'nullable', 'max:255', path],
  docker_compose_location: ['string', 'nullable', 'max:255', path],
  docker_compose_raw: text,
  docker_compose_domains: ['array', 'nullable'],
  docker_compose_custom_start_command: text,
  docker_compose_custom_build_command: text,
  watch_paths: text,
  custom_nginx_configuration: text,
  noindex_domains: text,
  preview_url_template: ['string', 'nullable'],
  max_restart_count: ['integer', 'min:0'],
  stop_grace_period: ['integer', 'nullable', 'min:1', 'max:3600'],
  docker_images_to_keep: ['integer', 'min:0', 'max:100'],
  gpu_driver: ['string', 'nullable'],
  gpu_count: ['string', 'nullable'],
  gpu_device_ids: ['string', 'nullable'],
  gpu_options: ['string', 'nullable'],
  custom_internal_name: ['string', 'nullable'],
  ...Object.fromEntries(
    Object.keys(settingOf)
      .filter((field) => /^(is_|use_|connect_|disable_|inject_|include_)/.test(field))
      .map((field) => [field, flag]),
  ),
};

export const updateRules: Rules = {
  ...sharedRules,
  name: ['string', 'max:255'],
  description: ['string', 'nullable'],
  is_http_basic_auth_enabled: flag,
  http_basic_auth_username: text,
  http_basic_auth_password: text,
  instant_deploy: flag,
  force_domain_override: flag,
  dockerfile_target_build: text,
};

export const gitRules: Rules = {
  git_repository: ['string', 'required', { check: checkRepository }],
  git_branch: ['string', 'required', { check: checkBranch }],
  build_pack: ['required', buildPacks],
  ports_exposes: ['string', 'nullable', listOfPorts],
};

export const imageRules: Rules = {
  docker_registry_image_name: ['string', 'required', 'max:255', { check: checkImageName }],
};

function checkBranch(value: unknown): string | undefined {
  return typeof value === 'string' && /^[\w./@+#-]+$/.test(value) && !value.startsWith('-') && !value.includes('..')
    ? undefined
    : 'The git branch contains invalid characters.';
}

/** Coolify's rule for repositories on create (recorded: apps-git 9–20). */
function checkRepository(value: unknown): string | undefined {
  const repository = String(value ?? '');
  if (/[;|&$`(){}[\]<>\n\r"'\\!?*^%\s]/.test(repository)) return 'The git repository contains invalid characters.';
  if (!/^(https?:\/\/|git:\/\/|git@)/.test(repository))
    return 'The git repository must start with https://, http://, git://, or git@.';
  if (repository.startsWith('git@')) return undefined;
  const host = URL.canParse(repository) ? new URL(repository).hostname : '';
  if (host === 'localhost') return 'The git repository cannot point to internal hosts.';
  if (/^\d{1,3}(\.\d{1,3}){3}$|:/.test(host)) return 'The git repository cannot use IP addresses.';
  return undefined;
}

/** For a GitHub App, `owner/repo` is the usual form (coolify.md 3.1). */
export function checkAppRepository(value: unknown): string | undefined {
  return /^[\w.-]+\/[\w.-]+$/.test(String(value)) ? undefined : checkRepository(value);
}

function checkImageName(value: unknown): string | undefined {
  const name = String(value ?? '');
  const wellFormed =
    /^[a-z\d][\w.-]*(:\d+)?(\/[\w.-]+)*(:[\w.-]+)?(@sha256:[a-f\d]+)?$/i.test(name) && name.length <= 255;
  return wellFormed
    ? undefined
    : 'The docker registry image name format is invalid. Use image:tag or image@sha256:hash format.';
}

function sameName(names: (keyof ApplicationSettings)[]): Record<string, keyof ApplicationSettings> {
  return Object.fromEntries(names.map((name) => [name, name]));
}
