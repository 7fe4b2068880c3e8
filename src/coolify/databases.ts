import { z } from 'zod';
import { nestedDestination } from './destinations.ts';
import { del, get, patch, post } from './endpoint.ts';
import { created, message, numeric } from './message.ts';
import type { CloneRequest, DeleteAlong, Limits, LogQuery, Placement } from './placement.ts';
import { environment } from './projects.ts';

/** Which keys there are depends on the type; users, passwords and URLs are absent without read:sensitive. */
const database = z.looseObject({
  uuid: z.string(),
  name: z.string(),
  description: z.string().nullish(),
  /** `standalone-postgresql`, `standalone-redis`, … */
  database_type: z.string().nullish(),
  image: z.string().nullish(),
  /** Shows `running:healthy` about 50 s after the database is ready, and nothing of an image that cannot be pulled. */
  status: z.string().nullish(),
  server_status: z.boolean().nullish(),
  is_public: z.boolean().nullish(),
  public_port: numeric.nullish(),
  /** With password; a redis has it here only. */
  internal_db_url: z.string().nullish(),
  external_db_url: z.string().nullish(),
  ports_mappings: z.string().nullish(),
  enable_ssl: z.boolean().nullish(),
  limits_memory: z.string().nullish(),
  limits_cpus: z.string().nullish(),
  last_online_at: z.string().nullish(),
  environment_id: z.number().nullish(),
  environment: environment.nullish(),
  destination: nestedDestination.nullish(),
  created_at: z.string().nullish(),
  updated_at: z.string().nullish(),
});
export type Database = z.output<typeof database>;

interface DatabaseFields extends Limits {
  name?: string;
  description?: string | null;
  image?: string;
  /** Without a port Coolify keeps it private and says nothing. */
  is_public?: boolean;
  /** 1024 to 65535. */
  public_port?: number | null;
  public_port_timeout?: number | null;
}

interface PostgresFields {
  postgres_user?: string;
  postgres_password?: string;
  postgres_db?: string;
  postgres_initdb_args?: string;
  postgres_host_auth_method?: string;
  postgres_conf?: string;
}
interface MysqlFields {
  mysql_root_password?: string;
  mysql_user?: string;
  mysql_password?: string;
  mysql_database?: string;
  mysql_conf?: string;
}
interface MariadbFields {
  mariadb_root_password?: string;
  mariadb_user?: string;
  mariadb_password?: string;
  mariadb_database?: string;
  mariadb_conf?: string;
}
interface MongodbFields {
  mongo_initdb_root_username?: string;
  mongo_initdb_root_password?: string;
  mongo_initdb_database?: string;
  mongo_conf?: string;
}
interface RedisFields {
  redis_password?: string;
  redis_conf?: string;
}
interface KeydbFields {
  keydb_password?: string;
  keydb_conf?: string;
}
interface DragonflyFields {
  dragonfly_password?: string;
}
interface ClickhouseFields {
  clickhouse_admin_user?: string;
  clickhouse_admin_password?: string;
}

type NewDatabase = Placement & DatabaseFields & { instant_deploy?: boolean; tags?: string[] };

export interface HealthCheckFields {
  health_check_enabled?: boolean;
  /** Seconds. */
  health_check_interval?: number;
  health_check_timeout?: number;
  health_check_retries?: number;
  health_check_start_period?: number;
}

export type DatabaseUpdate = DatabaseFields &
  HealthCheckFields &
  PostgresFields &
  MysqlFields &
  MariadbFields &
  MongodbFields &
  RedisFields &
  KeydbFields &
  DragonflyFields &
  ClickhouseFields;

/** Given as plain text, sent in base64. */
const CONF = ['postgres_conf', 'mysql_conf', 'mariadb_conf', 'mongo_conf', 'redis_conf', 'keydb_conf'] as const;

/** The URLs hold the password, whatever the token may read. Dragonfly tells the uuid only. */
const createdDatabase = z.looseObject({
  uuid: z.string(),
  internal_db_url: z.string().nullish(),
  external_db_url: z.string().nullish(),
});

export const databases = {
  list: get('/databases').answers(z.array(database)),
  get: get('/databases/{uuid}').answers(database),

  createPostgresql: post('/databases/postgresql')
    .body<NewDatabase & PostgresFields>({ base64: ['postgres_conf'] })
    .answers(createdDatabase),
  createMysql: post('/databases/mysql')
    .body<NewDatabase & MysqlFields>({ base64: ['mysql_conf'] })
    .answers(createdDatabase),
  createMariadb: post('/databases/mariadb')
    .body<NewDatabase & MariadbFields>({ base64: ['mariadb_conf'] })
    .answers(createdDatabase),
  createMongodb: post('/databases/mongodb')
    .body<NewDatabase & MongodbFields>({ base64: ['mongo_conf'] })
    .answers(createdDatabase),
  createRedis: post('/databases/redis')
    .body<NewDatabase & RedisFields>({ base64: ['redis_conf'] })
    .answers(createdDatabase),
  createKeydb: post('/databases/keydb')
    .body<NewDatabase & KeydbFields>({ base64: ['keydb_conf'] })
    .answers(createdDatabase),
  createDragonfly: post('/databases/dragonfly').body<NewDatabase & DragonflyFields>().answers(createdDatabase),
  createClickhouse: post('/databases/clickhouse').body<NewDatabase & ClickhouseFields>().answers(createdDatabase),

  update: patch('/databases/{uuid}').body<DatabaseUpdate>({ base64: CONF }).answers(message),
  /** Queued, like that of an application. */
  delete: del('/databases/{uuid}').query<DeleteAlong>().answers(message),

  /** Start and stop are refused with 400 by the cached status, right or wrong. */
  start: post('/databases/{uuid}/start').answers(message),
  restart: post('/databases/{uuid}/restart').answers(message),
  stop: post('/databases/{uuid}/stop').query<{ docker_cleanup?: boolean }>().answers(message),
  logs: get('/databases/{uuid}/logs')
    .query<LogQuery>()
    .since('4.2.0')
    .slow()
    .answers(z.looseObject({ logs: z.string() }), ({ logs }) => logs),

  move: post('/databases/{uuid}/move').body<{ environment_uuid: string }>().since('4.2.0').answers(message),
  clone: post('/databases/{uuid}/clone').body<CloneRequest>().since('4.3.0').answers(created),
};
