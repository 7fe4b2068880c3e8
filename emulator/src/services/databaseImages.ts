import { type Fields, list, record, text } from './fields.ts';

/** Images whose containers Coolify counts as databases of a service, by the last part of their name. */
const names = [
  'mariadb',
  'mongodb',
  'redis',
  'mysql',
  'mysql-server',
  'postgis',
  'postgres',
  'postgresql',
  'mongo',
  'memcached',
  'couchdb',
  'neo4j',
  'influxdb',
  'clickhouse-server',
  'timescaledb',
  'timescaledb-ha',
  'pgvector',
];

/** By the image, unless what surrounds it speaks of an application that only uses a database. */
export function isDatabaseImage(image: string, fields: Fields): boolean {
  const name = image.split(':')[0] ?? '';
  if (!names.includes(name.slice(name.lastIndexOf('/') + 1))) return false;
  const environment = Object.values(
    Array.isArray(fields.environment) ? fields.environment : record(fields.environment),
  );
  const says = (pattern: RegExp) => environment.some((value) => pattern.test(text(value)));
  const probe = JSON.stringify(record(fields.healthcheck).test ?? '');
  const others = Array.isArray(fields.depends_on)
    ? list(fields.depends_on).map(text)
    : Object.keys(record(fields.depends_on));
  const dependsOnDatabase = others.some((other) => /mysql|postgres|mongo|redis|mariadb/.test(other));
  if (dependsOnDatabase && says(/SERVICE_FQDN|API_KEYS|APP_|APPLICATION_/i)) return false;
  if (/curl|wget|https?:\/\/|\/health|\/api\/|\/hello/i.test(probe)) return false;
  if (says(/MYSQL_ROOT_PASSWORD|POSTGRES_PASSWORD|MONGO_INITDB_ROOT_PASSWORD|REDIS_PASSWORD/i)) return true;
  return !dependsOnDatabase;
}
