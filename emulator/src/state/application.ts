import { publicId, secret } from '../ids.ts';

/** The columns of Coolify's `applications`, in the database's order (recorded: projects 36), and its settings row. */
export interface Application {
  id: number;
  repository_project_id: number | null;
  uuid: string;
  name: string;
  /** The domains, as a comma list of URLs. */
  fqdn: string | null;
  config_hash: string;
  git_repository: string | null;
  git_branch: string | null;
  git_commit_sha: string;
  git_full_url: string | null;
  docker_registry_image_name: string | null;
  docker_registry_image_tag: string | null;
  build_pack: string;
  static_image: string;
  install_command: string | null;
  build_command: string | null;
  start_command: string | null;
  ports_exposes: string | null;
  ports_mappings: string | null;
  base_directory: string;
  publish_directory: string | null;
  health_check_path: string;
  health_check_port: string | null;
  health_check_host: string;
  health_check_method: string;
  health_check_return_code: number;
  health_check_scheme: string;
  health_check_response_text: string | null;
  health_check_interval: number;
  health_check_timeout: number;
  health_check_retries: number;
  health_check_start_period: number;
  limits_memory: string;
  limits_memory_swap: string;
  limits_memory_swappiness: number;
  limits_memory_reservation: string;
  limits_cpus: string;
  limits_cpuset: string | null;
  limits_cpu_shares: number;
  /** As cached: bare (`exited`) or with health (`running:healthy`). */
  status: string;
  preview_url_template: string;
  destination_type: string;
  destination_id: number;
  source_type: string | null;
  source_id: number | null;
  private_key_id: number | null;
  environment_id: number;
  created_at: string;
  updated_at: string;
  description: string | null;
  dockerfile: string | null;
  health_check_enabled: boolean;
  dockerfile_location: string | null;
  custom_labels: string;
  dockerfile_target_build: string | null;
  manual_webhook_secret_github: string | null;
  manual_webhook_secret_gitlab: string | null;
  docker_compose_location: string;
  docker_compose: string | null;
  docker_compose_raw: string | null;
  docker_compose_domains: string | null;
  deleted_at: string | null;
  docker_compose_custom_start_command: string | null;
  docker_compose_custom_build_command: string | null;
  swarm_replicas: number;
  swarm_placement_constraints: string | null;
  manual_webhook_secret_bitbucket: string | null;
  custom_docker_run_options: string | null;
  post_deployment_command: string | null;
  post_deployment_command_container: string | null;
  pre_deployment_command: string | null;
  pre_deployment_command_container: string | null;
  watch_paths: string | null;
  custom_healthcheck_found: boolean;
  manual_webhook_secret_gitea: string | null;
  redirect: string;
  compose_parsing_version: string;
  last_online_at: string;
  custom_nginx_configuration: string | null;
  custom_network_aliases: string | null;
  is_http_basic_auth_enabled: boolean;
  http_basic_auth_username: string | null;
  http_basic_auth_password: string | null;
  restart_count: number;
  last_restart_at: string | null;
  last_restart_type: string | null;
  health_check_type: string;
  health_check_command: string | null;
  max_restart_count: number;
  noindex_domains: string | null;
  domain_dns_statuses: string | null;
  settings: ApplicationSettings;
  tags: string[];
}

export interface ApplicationSettings {
  is_static: boolean;
  is_git_submodules_enabled: boolean;
  is_git_lfs_enabled: boolean;
  is_auto_deploy_enabled: boolean;
  is_force_https_enabled: boolean;
  is_debug_enabled: boolean;
  is_preview_deployments_enabled: boolean;
  is_log_drain_enabled: boolean;
  is_gpu_enabled: boolean;
  gpu_driver: string;
  gpu_count: string | null;
  gpu_device_ids: string | null;
  gpu_options: string | null;
  is_include_timestamps: boolean;
  is_swarm_only_worker_nodes: boolean;
  is_raw_compose_deployment_enabled: boolean;
  is_build_server_enabled: boolean;
  is_consistent_container_name_enabled: boolean;
  is_gzip_enabled: boolean;
  is_stripprefix_enabled: boolean;
  connect_to_docker_network: boolean;
  custom_internal_name: string | null;
  is_container_label_escape_enabled: boolean;
  is_env_sorting_enabled: boolean;
  is_container_label_readonly_enabled: boolean;
  is_preserve_repository_enabled: boolean;
  disable_build_cache: boolean;
  is_spa: boolean;
  is_git_shallow_clone_enabled: boolean;
  is_pr_deployments_public_enabled: boolean;
  use_build_secrets: boolean;
  stop_grace_period: number | null;
  inject_build_args_to_dockerfile: boolean;
  include_source_commit_in_build: boolean;
  docker_images_to_keep: number;
}

/** What a new application has before its request is looked at (recorded: projects 36, apps-image 31). */
export function applicationDefaults(): Omit<
  Application,
  'id' | 'name' | 'environment_id' | 'destination_id' | 'created_at' | 'updated_at' | 'last_online_at'
> {
  return {
    repository_project_id: null,
    uuid: publicId(),
    fqdn: null,
    config_hash: '',
    git_repository: 'coollabsio/coolify',
    git_branch: 'main',
    git_commit_sha: 'HEAD',
    git_full_url: null,
    docker_registry_image_name: null,
    docker_registry_image_tag: null,
    build_pack: 'nixpacks',
    static_image: 'nginx:alpine',
    install_command: null,
    build_command: null,
    start_command: null,
    ports_exposes: null,
    ports_mappings: null,
    base_directory: '/',
    publish_directory: null,
    health_check_path: '/',
    health_check_port: null,
    health_check_host: 'localhost',
    health_check_method: 'GET',
    health_check_return_code: 200,
    health_check_scheme: 'http',
    health_check_response_text: null,
    health_check_interval: 5,
    health_check_timeout: 5,
    health_check_retries: 10,
    health_check_start_period: 5,
    limits_memory: '0',
    limits_memory_swap: '0',
    limits_memory_swappiness: 60,
    limits_memory_reservation: '0',
    limits_cpus: '0',
    limits_cpuset: null,
    limits_cpu_shares: 1024,
    status: 'exited',
    preview_url_template: '{{pr_id}}.{{domain}}',
    destination_type: 'App\\Models\\StandaloneDocker',
    source_type: null,
    source_id: null,
    private_key_id: null,
    description: null,
    dockerfile: null,
    health_check_enabled: false,
    dockerfile_location: null,
    custom_labels: '',
    dockerfile_target_build: null,
    manual_webhook_secret_github: secret(40),
    manual_webhook_secret_gitlab: secret(40),
    docker_compose_location: '/docker-compose.yaml',
    docker_compose: null,
    docker_compose_raw: null,
    docker_compose_domains: null,
    deleted_at: null,
    docker_compose_custom_start_command: null,
    docker_compose_custom_build_command: null,
    swarm_replicas: 1,
    swarm_placement_constraints: null,
    manual_webhook_secret_bitbucket: secret(40),
    custom_docker_run_options: null,
    post_deployment_command: null,
    post_deployment_command_container: null,
    pre_deployment_command: null,
    pre_deployment_command_container: null,
    watch_paths: null,
    custom_healthcheck_found: false,
    manual_webhook_secret_gitea: secret(40),
    redirect: 'both',
    compose_parsing_version: '5',
    custom_nginx_configuration: null,
    custom_network_aliases: null,
    is_http_basic_auth_enabled: false,
    http_basic_auth_username: null,
    http_basic_auth_password: null,
    restart_count: 0,
    last_restart_at: null,
    last_restart_type: null,
    health_check_type: 'http',
    health_check_command: null,
    max_restart_count: 10,
    noindex_domains: null,
    domain_dns_statuses: null,
    settings: {
      is_static: false,
      is_git_submodules_enabled: true,
      is_git_lfs_enabled: true,
      is_auto_deploy_enabled: true,
      is_force_https_enabled: true,
      is_debug_enabled: false,
      is_preview_deployments_enabled: false,
      is_log_drain_enabled: false,
      is_gpu_enabled: false,
      gpu_driver: 'nvidia',
      gpu_count: null,
      gpu_device_ids: null,
      gpu_options: null,
      is_include_timestamps: false,
      is_swarm_only_worker_nodes: true,
      is_raw_compose_deployment_enabled: false,
      is_build_server_enabled: false,
      is_consistent_container_name_enabled: false,
      is_gzip_enabled: true,
      is_stripprefix_enabled: true,
      connect_to_docker_network: false,
      custom_internal_name: null,
      is_container_label_escape_enabled: true,
      is_env_sorting_enabled: false,
      is_container_label_readonly_enabled: true,
      is_preserve_repository_enabled: false,
      disable_build_cache: false,
      is_spa: false,
      is_git_shallow_clone_enabled: true,
      is_pr_deployments_public_enabled: false,
      use_build_secrets: false,
      stop_grace_period: null,
      inject_build_args_to_dockerfile: true,
      include_source_commit_in_build: false,
      docker_images_to_keep: 2,
    },
    tags: [],
  };
}
