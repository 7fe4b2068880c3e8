import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { systemClock } from '../../src/clock.ts';
import { silentLog } from '../../src/log.ts';
import { openPostgres, type PostgresStores } from '../../src/storage/postgres/open.ts';

/** A real PostgreSQL in a folder of its own, and as many empty databases in it as a test wants. */
export interface Place {
  folder: string;
  /** Makes an empty database; returns its URL. */
  database(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

export async function newPlace(): Promise<Place> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-postgres-'));
  // Holds the server: it ends when the last of its users leaves.
  const holder: PostgresStores = await openPostgres({ dataDir: folder, clock: systemClock, log: silentLog });
  const base = holder.database.pool.options.connectionString ?? '';
  let count = 0;
  return {
    folder,
    async database() {
      const name = `test_${count++}`;
      await query(base, `create database ${name}`);
      return base.replace(/[^/]*$/, name);
    },
    async [Symbol.asyncDispose]() {
      await holder.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

/** One question on a connection of its own. */
export async function query<Row extends Record<string, unknown>>(url: string, text: string): Promise<Row[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Row>(text)).rows;
  } finally {
    await client.end();
  }
}
