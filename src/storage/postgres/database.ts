import { DrizzleQueryError } from 'drizzle-orm/errors';
import { drizzle, type NodePgDatabase } from 'drizzle-orm/node-postgres';
import { Pool } from 'pg';
import type { Log } from '../../log.ts';
import { databaseFault } from './fault.ts';

const CONNECTIONS = 20;

/** All stores ask through this. */
export interface Database {
  pool: Pool;
  /** Throws a Refusal where the database is away, full or not ours; never an error that shows what was asked. */
  ask<T>(question: (db: NodePgDatabase) => Promise<T>): Promise<T>;
}

export function openDatabase(url: string, log: Log): Database {
  const pool = new Pool({
    connectionString: url,
    application_name: 'fairlead',
    max: CONNECTIONS,
    connectionTimeoutMillis: 10_000,
    keepAlive: true,
    idle_in_transaction_session_timeout: 60_000,
  });
  // An idle connection that the server ends (57P01 when it stops) is no fault: the next question opens another.
  pool.on('error', (error) => log.warn('database_connection_lost', { reason: error.message }));
  const db = drizzle(pool);
  return {
    pool,
    async ask(question) {
      try {
        return await question(db);
      } catch (error) {
        // Drizzle's own error repeats the query with all its values.
        throw databaseFault(error instanceof DrizzleQueryError ? error.cause : error);
      }
    },
  };
}
