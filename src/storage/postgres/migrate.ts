import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { drizzle } from 'drizzle-orm/node-postgres';
import { migrate as applyMigrations } from 'drizzle-orm/node-postgres/migrator';
import type { Pool, PoolClient } from 'pg';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import { SCHEMA } from './schema.ts';

const FOLDER = fileURLToPath(new URL('./migrations', import.meta.url));
const TABLE = 'migrations';
/** Of the advisory lock under which one process at a time changes the schema: the letters of `fairlead`. */
const LOCK = 0x666169726c656164n;
const TRY_AGAIN_MS = 50;
/** From 14 on a session that falls silent can be ended by the server, which is how a frozen process is noticed. */
const OLDEST_SERVER = 140_000;

/**
 * Brings the schema up to date. Safe to repeat, and to do from two processes at once. Throws a {@link Refusal} when
 * the database is of a newer version than this program, or its server is too old.
 */
export const migrate = (pool: Pool, clock: Clock): Promise<void> =>
  alone(pool, clock, async (client) => {
    await refuseOldServer(client);
    await refuseNewerSchema(client);
    await applyMigrations(drizzle(client), {
      migrationsFolder: FOLDER,
      migrationsSchema: SCHEMA,
      migrationsTable: TABLE,
    });
  });

/** One at a time among all processes of this database. */
export async function alone<T>(pool: Pool, clock: Clock, work: (client: PoolClient) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  try {
    // Asked again and again, for a session that waits inside a statement holds up every index that is built concurrently.
    while (!(await isTaken(client))) await clock.sleep(TRY_AGAIN_MS);
    try {
      return await work(client);
    } finally {
      await client.query('select pg_advisory_unlock($1)', [LOCK]);
    }
  } finally {
    client.release();
  }
}

async function isTaken(client: PoolClient): Promise<boolean> {
  const { rows } = await client.query<{ taken: boolean }>('select pg_try_advisory_lock($1) as taken', [LOCK]);
  return rows[0]?.taken === true;
}

async function refuseOldServer(client: PoolClient): Promise<void> {
  const { rows } = await client.query<{ version: number; name: string }>(
    `select current_setting('server_version_num')::int as version, current_setting('server_version') as name`,
  );
  if (rows[0] && rows[0].version < OLDEST_SERVER) {
    throw new Refusal(
      'unsupported',
      `The database is a PostgreSQL ${rows[0].name}; 14 is the oldest that will do.`,
      'Upgrade it, or name a newer one in DATABASE_URL.',
    );
  }
}

async function refuseNewerSchema(client: PoolClient): Promise<void> {
  const { rows: tables } = await client.query(`select 1 where to_regclass('${SCHEMA}.${TABLE}') is not null`);
  if (tables.length === 0) return;
  const { rows } = await client.query<{ newest: string | null }>(
    `select max(created_at) as newest from ${SCHEMA}.${TABLE}`,
  );
  const journal = JSON.parse(await readFile(join(FOLDER, 'meta', '_journal.json'), 'utf8')) as {
    entries: { when: number }[];
  };
  const known = Math.max(...journal.entries.map(({ when }) => when));
  if (Number(rows[0]?.newest ?? 0) > known) {
    throw new Refusal(
      'unsupported',
      'The database was used by a newer version of Fairlead, and this one does not know its tables.',
      'Run the newer version, or restore a backup from before the upgrade.',
    );
  }
}
