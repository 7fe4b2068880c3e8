import type { Json } from '../json.ts';
import { createTable } from './table.ts';

/** The kinds of databases, in the order in which Coolify lists them (recorded: databases 100). */
export const databaseKinds = [
  'postgresql',
  'redis',
  'mongodb',
  'mysql',
  'mariadb',
  'keydb',
  'dragonfly',
  'clickhouse',
] as const;
export type DatabaseKind = (typeof databaseKinds)[number];

/** What `standalone_postgresqls` and its seven like have in common, and what only one kind has (recorded: databases 10–92). */
export interface Database {
  /** Counted within its kind: two databases of different kinds may have the same. */
  id: number;
  kind: DatabaseKind;
  uuid: string;
  name: string;
  description: string | null;
  /** As cached: bare (`exited`) or with health (`running:healthy`). */
  status: string;
  image: string;
  is_public: boolean;
  public_port: number | null;
  public_port_timeout: number;
  ports_mappings: string | null;
  limits_memory: string;
  limits_memory_swap: string;
  limits_memory_swappiness: number;
  limits_memory_reservation: string;
  limits_cpus: string;
  limits_cpuset: string | null;
  limits_cpu_shares: number;
  started_at: string | null;
  destination_type: string;
  destination_id: number;
  environment_id: number;
  created_at: string;
  updated_at: string;
  is_log_drain_enabled: boolean;
  deleted_at: string | null;
  config_hash: string | null;
  custom_docker_run_options: string | null;
  last_online_at: string;
  restart_count: number;
  last_restart_at: string | null;
  last_restart_type: string | null;
  health_check_enabled: boolean;
  health_check_interval: number;
  health_check_timeout: number;
  health_check_retries: number;
  health_check_start_period: number;
  /** The columns that only its kind has: users, passwords, configuration. */
  own: Record<string, Json>;
  tags: string[];
}

/** One table for each kind, as Coolify has it. */
export const databaseTables = () => ({
  postgresqls: createTable<Database>(),
  redis: createTable<Database>(),
  mongodbs: createTable<Database>(),
  mysqls: createTable<Database>(),
  mariadbs: createTable<Database>(),
  keydbs: createTable<Database>(),
  dragonflies: createTable<Database>(),
  clickhouses: createTable<Database>(),
});
export type DatabaseTables = ReturnType<typeof databaseTables>;

export const tableOf: Record<DatabaseKind, keyof DatabaseTables> = {
  postgresql: 'postgresqls',
  redis: 'redis',
  mongodb: 'mongodbs',
  mysql: 'mysqls',
  mariadb: 'mariadbs',
  keydb: 'keydbs',
  dragonfly: 'dragonflies',
  clickhouse: 'clickhouses',
};

/** Every database, kind by kind; within one as the database keeps them: what was written last stands last. */
export function allDatabases(state: DatabaseTables): Database[] {
  return databaseKinds.flatMap((kind) => state[tableOf[kind]].all());
}

/** What a new database has before its request is looked at. */
export function databaseDefaults(): Omit<
  Database,
  | 'id'
  | 'kind'
  | 'uuid'
  | 'name'
  | 'image'
  | 'environment_id'
  | 'destination_id'
  | 'created_at'
  | 'updated_at'
  | 'last_online_at'
  | 'own'
> {
  return {
    description: null,
    status: 'exited',
    is_public: false,
    public_port: null,
    public_port_timeout: 3600,
    ports_mappings: null,
    limits_memory: '0',
    limits_memory_swap: '0',
    limits_memory_swappiness: 60,
    limits_memory_reservation: '0',
    limits_cpus: '0',
    limits_cpuset: null,
    limits_cpu_shares: 1024,
    started_at: null,
    destination_type: 'App\\Models\\StandaloneDocker',
    is_log_drain_enabled: false,
    deleted_at: null,
    config_hash: null,
    custom_docker_run_options: null,
    restart_count: 0,
    last_restart_at: null,
    last_restart_type: null,
    health_check_enabled: true,
    health_check_interval: 15,
    health_check_timeout: 5,
    health_check_retries: 5,
    health_check_start_period: 5,
    tags: [],
  };
}
