import type { Json } from '../json.ts';
import type { HealthCheck } from '../machine/machine.ts';
import type { Database, DatabaseKind } from '../state/database.ts';

/** What sets one kind of database apart. Facts: coolify.md 3.4; recorded: databases 1–98, run-databases 1–27. */
export interface Kind {
  /** Laravel's name of the model. */
  model: string;
  image: string;
  /** Its own columns with what they hold at first. */
  columns: Record<string, Json>;
  /** Passwords that are drawn when none is given; hidden without read:sensitive. */
  passwords: readonly string[];
  /** Users and names of databases: letters, digits, underscores. */
  identifiers: readonly string[];
  /** Any text. */
  texts: readonly string[];
  /** The column of its configuration file, sent in base64. */
  configuration?: string;
  /** Where that file is in the container. */
  configurationFile?: string;
  /** Hidden without read:sensitive, beside passwords and URLs. */
  hidden?: readonly string[];
  /** Its volumes: the part of the name before the uuid, and where they are mounted. */
  volumes(image: string): Record<string, string>;
  /** How a client reaches it at `host:port`. */
  url(database: Database, password: string, place: string): string;
  port: number;
  /** The container's variables; Coolify adds each only where the user has set none of that name. */
  variables(own: Record<string, string>): Record<string, string>;
  command?(database: Database, password: string): string | undefined;
  /** The words of its health check. */
  probe(own: Record<string, string>): string[];
  backup?: BackupProgram;
}

export interface BackupProgram {
  /** The column that names the database to back up when the schedule names none. */
  database?: string;
  /** The start of the file's name (`pg-dump`), and its ending. */
  file: string;
  ending: string;
  /** Writes a dump of one database, or of all, to its output. */
  dump(own: Record<string, string>, database: string, all: boolean): string;
}

const encoded = (text: string) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (char) => `%${char.charCodeAt(0).toString(16).toUpperCase()}`);

function withUser(scheme: string, user: string, rest: (own: Record<string, Json>) => string): Kind['url'] {
  return ({ own }, password, place) =>
    `${scheme}://${encoded(String(own[user]))}:${encoded(password)}@${place}/${rest(own)}`;
}

const shared = { is_include_timestamps: false, enable_ssl: false };
const quoted = (word: string) => `'${word.replaceAll("'", `'\\''`)}'`;

export const kinds: Record<DatabaseKind, Kind> = {
  postgresql: {
    model: 'StandalonePostgresql',
    image: 'postgres:16-alpine',
    columns: {
      postgres_user: 'postgres',
      postgres_password: '',
      postgres_db: 'postgres',
      postgres_initdb_args: null,
      postgres_host_auth_method: null,
      init_scripts: null,
      postgres_conf: null,
      ...shared,
      ssl_mode: 'require',
    },
    passwords: ['postgres_password'],
    identifiers: ['postgres_user', 'postgres_db'],
    texts: ['postgres_initdb_args', 'postgres_host_auth_method'],
    configuration: 'postgres_conf',
    configurationFile: '/etc/postgresql/postgresql.conf',
    hidden: ['init_scripts'],
    volumes: (image) => ({
      'postgres-data': postgresMajor(image) >= 18 ? '/var/lib/postgresql' : '/var/lib/postgresql/data',
    }),
    url: withUser('postgres', 'postgres_user', (own) => String(own.postgres_db)),
    port: 5432,
    variables: (own) => ({
      POSTGRES_USER: own.postgres_user ?? '',
      PGUSER: own.postgres_user ?? '',
      POSTGRES_PASSWORD: own.postgres_password ?? '',
      POSTGRES_DB: own.postgres_db ?? '',
    }),
    command: ({ own }) =>
      own.postgres_conf ? `postgres -c config_file=${kinds.postgresql.configurationFile}` : undefined,
    probe: (own) => ['psql', '-U', own.postgres_user ?? '', '-d', own.postgres_db ?? '', '-c', 'SELECT 1'],
    backup: {
      database: 'postgres_db',
      file: 'pg-dump',
      ending: 'dmp',
      dump: (own, database, all) =>
        all
          ? `pg_dumpall --username ${own.postgres_user} | gzip`
          : `pg_dump --format=custom --no-acl --no-owner --username ${own.postgres_user} ${quoted(database)}`,
    },
  },
  redis: {
    model: 'StandaloneRedis',
    image: 'redis:7.2',
    columns: { redis_conf: null, ...shared },
    passwords: ['redis_password'],
    identifiers: [],
    texts: [],
    configuration: 'redis_conf',
    volumes: () => ({ 'redis-data': '/data' }),
    url: ({ image }, password, place) => `redis://${hasUsers(image) ? 'default:' : ''}${encoded(password)}@${place}/0`,
    port: 6379,
    variables: () => ({}),
    configurationFile: '/usr/local/etc/redis/redis.conf',
    command: ({ own }, password) =>
      redisCommand('redis-server', kinds.redis.configurationFile, own.redis_conf, password),
    probe: () => ['redis-cli'],
  },
  mongodb: {
    model: 'StandaloneMongodb',
    image: 'mongo:7',
    columns: {
      mongo_conf: null,
      mongo_initdb_root_username: 'root',
      mongo_initdb_root_password: '',
      mongo_initdb_database: 'default',
      ...shared,
      ssl_mode: 'require',
    },
    passwords: ['mongo_initdb_root_password'],
    identifiers: ['mongo_initdb_root_username', 'mongo_initdb_database'],
    texts: [],
    configuration: 'mongo_conf',
    configurationFile: '/etc/mongo/mongod.conf',
    volumes: () => ({ 'mongodb-configdb': '/data/configdb', 'mongodb-db': '/data/db' }),
    url: withUser('mongodb', 'mongo_initdb_root_username', () => '?directConnection=true'),
    port: 27017,
    variables: (own) => ({
      MONGO_INITDB_ROOT_USERNAME: own.mongo_initdb_root_username ?? '',
      MONGO_INITDB_ROOT_PASSWORD: own.mongo_initdb_root_password ?? '',
      MONGO_INITDB_DATABASE: own.mongo_initdb_database ?? '',
    }),
    command: ({ own }) => (own.mongo_conf ? `mongod --config ${kinds.mongodb.configurationFile}` : undefined),
    probe: () => ['echo', 'ok'],
    backup: {
      file: 'mongo-dump',
      ending: 'tar.gz',
      dump: (own, database, all) =>
        `mongodump --authenticationDatabase=admin --username=${own.mongo_initdb_root_username} --password=${own.mongo_initdb_root_password}${all ? '' : ` --db ${quoted(database)}`} --gzip --archive`,
    },
  },
  mysql: {
    model: 'StandaloneMysql',
    image: 'mysql:8',
    columns: {
      mysql_root_password: '',
      mysql_user: 'mysql',
      mysql_password: '',
      mysql_database: 'default',
      mysql_conf: null,
      ...shared,
      ssl_mode: 'REQUIRED',
    },
    passwords: ['mysql_root_password', 'mysql_password'],
    identifiers: ['mysql_user', 'mysql_database'],
    texts: [],
    configuration: 'mysql_conf',
    configurationFile: '/etc/mysql/conf.d/custom-config.cnf',
    volumes: () => ({ 'mysql-data': '/var/lib/mysql' }),
    url: withUser('mysql', 'mysql_user', (own) => String(own.mysql_database)),
    port: 3306,
    variables: (own) => ({
      MYSQL_ROOT_PASSWORD: own.mysql_root_password ?? '',
      MYSQL_DATABASE: own.mysql_database ?? '',
      MYSQL_USER: own.mysql_user ?? '',
      MYSQL_PASSWORD: own.mysql_password ?? '',
    }),
    probe: (own) => ['mysqladmin', 'ping', '-h', 'localhost', '-u', 'root', `-p${own.mysql_root_password}`],
    backup: {
      database: 'mysql_database',
      file: 'mysql-dump',
      ending: 'dmp',
      dump: (own, database, all) =>
        `mysqldump -u root -p${own.mysql_root_password} ${all ? '--all-databases | gzip' : quoted(database)}`,
    },
  },
  mariadb: {
    model: 'StandaloneMariadb',
    image: 'mariadb:11',
    columns: {
      mariadb_root_password: '',
      mariadb_user: 'mariadb',
      mariadb_password: '',
      mariadb_database: 'default',
      mariadb_conf: null,
      enable_ssl: false,
    },
    passwords: ['mariadb_root_password', 'mariadb_password'],
    identifiers: ['mariadb_user', 'mariadb_database'],
    texts: [],
    configuration: 'mariadb_conf',
    configurationFile: '/etc/mysql/conf.d/custom-config.cnf',
    volumes: () => ({ 'mariadb-data': '/var/lib/mysql' }),
    url: withUser('mysql', 'mariadb_user', (own) => String(own.mariadb_database)),
    port: 3306,
    variables: (own) => ({
      MARIADB_ROOT_PASSWORD: own.mariadb_root_password ?? '',
      MARIADB_DATABASE: own.mariadb_database ?? '',
      MARIADB_USER: own.mariadb_user ?? '',
      MARIADB_PASSWORD: own.mariadb_password ?? '',
    }),
    probe: () => ['healthcheck.sh', '--connect', '--innodb_initialized'],
    backup: {
      database: 'mariadb_database',
      file: 'mariadb-dump',
      ending: 'dmp',
      dump: (own, database, all) =>
        `mariadb-dump -u root -p${own.mariadb_root_password} ${all ? '--all-databases | gzip' : quoted(database)}`,
    },
  },
  keydb: {
    model: 'StandaloneKeydb',
    image: 'eqalpha/keydb:latest',
    columns: { keydb_password: '', keydb_conf: null, ...shared },
    passwords: ['keydb_password'],
    identifiers: [],
    texts: [],
    configuration: 'keydb_conf',
    volumes: () => ({ 'keydb-data': '/data' }),
    url: (_, password, place) => `redis://:${encoded(password)}@${place}/0`,
    port: 6379,
    variables: (own) => ({ REDIS_PASSWORD: own.keydb_password ?? '' }),
    configurationFile: '/etc/keydb/keydb.conf',
    command: ({ own }, password) =>
      redisCommand('keydb-server', kinds.keydb.configurationFile, own.keydb_conf, password),
    probe: (own) => ['keydb-cli', '--pass', own.keydb_password ?? '', 'ping'],
  },
  dragonfly: {
    model: 'StandaloneDragonfly',
    image: 'docker.dragonflydb.io/dragonflydb/dragonfly',
    columns: { dragonfly_password: '', ...shared },
    passwords: ['dragonfly_password'],
    identifiers: [],
    texts: [],
    volumes: () => ({ 'dragonfly-data': '/data' }),
    url: (_, password, place) => `redis://:${encoded(password)}@${place}/0`,
    port: 6379,
    variables: (own) => ({ REDIS_PASSWORD: own.dragonfly_password ?? '' }),
    command: (_, password) => `dragonfly --requirepass ${password}`,
    probe: (own) => ['redis-cli', '-a', own.dragonfly_password ?? '', 'ping'],
  },
  clickhouse: {
    model: 'StandaloneClickhouse',
    image: 'clickhouse/clickhouse-server:25.11',
    columns: {
      clickhouse_admin_user: 'default',
      clickhouse_admin_password: '',
      clickhouse_db: 'default',
      is_include_timestamps: false,
    },
    passwords: ['clickhouse_admin_password'],
    identifiers: ['clickhouse_admin_user'],
    texts: [],
    volumes: () => ({ 'clickhouse-data': '/var/lib/clickhouse' }),
    url: withUser('clickhouse', 'clickhouse_admin_user', (own) => String(own.clickhouse_db)),
    port: 9000,
    variables: (own) => ({
      CLICKHOUSE_USER: own.clickhouse_admin_user ?? '',
      CLICKHOUSE_PASSWORD: own.clickhouse_admin_password ?? '',
      CLICKHOUSE_DB: own.clickhouse_db ?? '',
    }),
    probe: (own) => [
      'clickhouse-client',
      '--user',
      own.clickhouse_admin_user ?? '',
      '--password',
      own.clickhouse_admin_password ?? '',
      '--query',
      'SELECT 1',
    ],
    backup: {
      database: 'clickhouse_db',
      file: 'clickhouse-backup',
      ending: 'zip',
      dump: (own, database) =>
        `clickhouse-client --user ${own.clickhouse_admin_user} --password ${own.clickhouse_admin_password} --query 'BACKUP DATABASE ${database}'`,
    },
  },
};

/** As `type()` of Coolify's model: `standalone-redis`. */
export const typeOf = (database: Database): string => `standalone-${database.kind}`;
export const modelOf = (database: Database): string => `App\\Models\\${kinds[database.kind].model}`;

/** The fields that a request may give for this kind alone. */
export function ownFields(kind: DatabaseKind): string[] {
  const { passwords, identifiers, texts, configuration } = kinds[kind];
  return [...identifiers, ...passwords, ...texts, ...(configuration === undefined ? [] : [configuration])];
}

/** The health check that Coolify gives its container; undefined when it is switched off. */
export function healthCheckOf(database: Database): HealthCheck | undefined {
  if (!database.health_check_enabled) return undefined;
  return {
    kind: 'cmd',
    command: kinds[database.kind].probe(ownTexts(database)).map(shellWord).join(' '),
    interval: database.health_check_interval * 1000,
    timeout: database.health_check_timeout * 1000,
    retries: database.health_check_retries,
    startPeriod: database.health_check_start_period * 1000,
  };
}

/** Its own columns as texts, without those that are empty. */
export function ownTexts(database: Database): Record<string, string> {
  return Object.fromEntries(
    Object.entries(database.own)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => [name, String(value)]),
  );
}

function shellWord(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : quoted(word);
}

function redisCommand(program: string, file: string | undefined, configuration: Json | undefined, password: string) {
  const secret = ` --requirepass ${password}`;
  if (!configuration) return `${program}${secret} --appendonly yes`;
  return `${program} ${file}${String(configuration).includes('requirepass') ? '' : secret}`;
}

/** The volume of PostgreSQL 18 and later is mounted one folder higher. */
function postgresMajor(image: string): number {
  return Number(/:(?:pg)?(\d+)/i.exec(image)?.[1] ?? 0);
}

/** As PHP compares the tag with 6.0: `6.2`, `7` and `7-alpine` have users; `6`, `alpine` and no tag have not (recorded: databases 58). */
function hasUsers(image: string): boolean {
  const [, major = '0', minor] = /^(\d+)(?:\.(\d+))?/.exec(image.split(':')[1] ?? '') ?? [];
  return Number(major) > 6 || (major === '6' && minor !== undefined);
}
