/** The columns of Coolify's `services`, in the database's order (recorded: services 16). */
export interface Service {
  id: number;
  uuid: string;
  name: string;
  environment_id: number;
  created_at: string;
  updated_at: string;
  server_id: number;
  description: string | null;
  /** The compose file as it was given, in Coolify's own layout. */
  docker_compose_raw: string;
  /** What is really run. */
  docker_compose: string;
  destination_type: string;
  destination_id: number;
  deleted_at: string | null;
  connect_to_docker_network: boolean;
  config_hash: string | null;
  service_type: string | null;
  is_container_label_escape_enabled: boolean;
  compose_parsing_version: string;
  tags: string[];
}

interface ServicePart {
  id: number;
  uuid: string;
  name: string;
  human_name: string | null;
  description: string | null;
  ports: string | null;
  exposes: string | null;
  status: string;
  service_id: number;
  created_at: string;
  updated_at: string;
  exclude_from_status: boolean;
  image: string;
  is_log_drain_enabled: boolean;
  is_include_timestamps: boolean;
  deleted_at: string | null;
  is_gzip_enabled: boolean;
  is_stripprefix_enabled: boolean;
  last_online_at: string;
  is_migrated: boolean;
}

/** A container of a service that is no database (`service_applications`). */
export interface ServiceApplication extends ServicePart {
  /** Its domains, as a comma list of URLs. */
  fqdn: string | null;
  required_fqdn: boolean;
  noindex_domains: string[] | null;
  redirect: string;
  is_force_https_enabled: boolean;
}

/** A container of a service that runs a database's image (`service_databases`). */
export interface ServiceDatabase extends ServicePart {
  public_port: number | null;
  is_public: boolean;
  custom_type: string | null;
  public_port_timeout: number;
}

/** What a container of a service has when the compose file names it for the first time (recorded: services 11). */
export function servicePartDefaults(): Omit<
  ServicePart,
  'id' | 'uuid' | 'name' | 'service_id' | 'image' | 'created_at' | 'updated_at' | 'last_online_at'
> {
  return {
    human_name: null,
    description: null,
    ports: null,
    exposes: null,
    status: 'exited',
    exclude_from_status: false,
    is_log_drain_enabled: false,
    is_include_timestamps: false,
    deleted_at: null,
    is_gzip_enabled: true,
    is_stripprefix_enabled: true,
    is_migrated: false,
  };
}
