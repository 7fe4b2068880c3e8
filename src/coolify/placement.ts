/**
 * Where a new resource goes. One of the two environment fields is needed, the name is looked up first;
 * `destination_uuid` only counts where the server has several.
 */
export interface Placement {
  project_uuid: string;
  server_uuid: string;
  environment_name?: string;
  environment_uuid?: string;
  destination_uuid?: string;
}

/** What a running container may use. Limits are texts as Docker writes them: `"512m"`, `"0.5"`, `"0"` for none. */
export interface Limits {
  limits_memory?: string;
  limits_memory_swap?: string;
  limits_memory_swappiness?: number;
  limits_memory_reservation?: string;
  limits_cpus?: string;
  limits_cpuset?: string | null;
  limits_cpu_shares?: number;
}

/** What is deleted along with a resource. Coolify takes every one that is left out as true: **volumes are lost by default**. */
export interface DeleteAlong {
  delete_configurations?: boolean;
  delete_volumes?: boolean;
  docker_cleanup?: boolean;
  delete_connected_networks?: boolean;
}

/** Which part of a container's log. Coolify gives 100 lines unless asked, 10,000 at most. */
export interface LogQuery {
  lines?: number;
  show_timestamps?: boolean;
}

/** Where a copy goes: another destination, under another name, with or without what its volumes hold. */
export interface CloneRequest {
  destination_uuid: string;
  name?: string;
  clone_volumes?: boolean;
}
