import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type Database, databaseDefaults, databaseKinds } from '../state/database.ts';
import { healthCheckOf, kinds, ownFields } from './kinds.ts';

function database(kind: Database['kind'], image = kinds[kind].image): Database {
  return {
    ...databaseDefaults(),
    id: 1,
    kind,
    uuid: 'abc',
    name: 'x',
    image,
    environment_id: 1,
    destination_id: 0,
    created_at: '',
    updated_at: '',
    last_online_at: '',
    own: { ...kinds[kind].columns },
  };
}

const url = (kind: Database['kind'], password: string, image?: string) =>
  kinds[kind].url(database(kind, image), password, `abc:${kinds[kind].port}`);

test('each kind is reached in its own way (coolify.md 3.4; recorded: databases 1–73)', () => {
  expect(databaseKinds.map((kind) => url(kind, 'pw'))).toEqual([
    'postgres://postgres:pw@abc:5432/postgres',
    'redis://default:pw@abc:6379/0',
    'mongodb://root:pw@abc:27017/?directConnection=true',
    'mysql://mysql:pw@abc:3306/default',
    'mysql://mariadb:pw@abc:3306/default',
    'redis://:pw@abc:6379/0',
    'redis://:pw@abc:6379/0',
    'clickhouse://default:pw@abc:9000/default',
  ]);
});

test.each([
  ['redis:7.2', 'default:'],
  ['redis:7-alpine', 'default:'],
  ['redis:6.2', 'default:'],
  ['redis:6', ''],
  ['redis:5.0', ''],
  ['redis:alpine', ''],
  ['bad image; rm', ''],
])('of %s the URL begins with the user "%s"', (image, user) => {
  expect(url('redis', 'pw', image)).toBe(`redis://${user}pw@abc:6379/0`);
});

test('any password comes back out of the URL', () => {
  const kind = fc.constantFrom(...databaseKinds);
  fc.assert(
    fc.property(kind, fc.stringMatching(/^[A-Za-z0-9!@#%^*()_+\-=[\]{}:,.?/~]+$/), (of, password) => {
      const text = url(of, password);
      expect(text).not.toMatch(/[!'()*]/);
      expect(decodeURIComponent(new URL(text).password || new URL(text).username)).toBe(password);
    }),
  );
});

test('PostgreSQL 18 keeps its data one folder higher', () => {
  expect(kinds.postgresql.volumes('postgres:17-alpine')).toEqual({ 'postgres-data': '/var/lib/postgresql/data' });
  expect(kinds.postgresql.volumes('pgvector/pgvector:pg18')).toEqual({ 'postgres-data': '/var/lib/postgresql' });
});

test('what a request may set of a kind alone has a column, but for a redis password, which is a variable', () => {
  for (const kind of databaseKinds)
    for (const field of ownFields(kind))
      if (field !== 'redis_password') expect(kinds[kind].columns, `${kind}.${field}`).toHaveProperty(field);
});

test('the health check follows the row, and is left out when it is switched off', () => {
  const row = { ...database('postgresql'), health_check_interval: 7 };
  expect(healthCheckOf(row)).toMatchObject({
    command: "psql -U postgres -d postgres -c 'SELECT 1'",
    interval: 7000,
    retries: 5,
  });
  expect(healthCheckOf({ ...row, health_check_enabled: false })).toBeUndefined();
});
