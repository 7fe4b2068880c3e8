import type { Clock } from '../../clock.ts';
import type { Log } from '../../log.ts';
import { Refusal } from '../../refusal.ts';
import type { PlanStore } from '../stores.ts';
import { type PostgresAudit, postgresAudit } from './audit.ts';
import { clean } from './clean.ts';
import { type Database, openDatabase } from './database.ts';
import { openEmbedded } from './embedded.ts';
import { type Executor, openExecutor } from './executor.ts';
import { databaseFault } from './fault.ts';
import { givenKey, keyFile } from './key.ts';
import { alone, migrate } from './migrate.ts';
import { postgresPlans } from './plans.ts';
import { type PostgresRuns, postgresRuns } from './runs.ts';
import { type PostgresSecrets, postgresSecrets } from './secrets.ts';
import { postgresSettings, type Settings } from './settings.ts';

export interface PostgresOptions {
  /** `DATABASE_URL`; without it a PostgreSQL of our own in the data folder. */
  url?: string | undefined;
  dataDir: string;
  clock: Clock;
  log: Log;
  /** `FAIRLEAD_SECRET_KEY`, 64 hexadecimal digits; without it a key file in the data folder. */
  secretKey?: string | undefined;
  /** The only port our own PostgreSQL may use; without it a free one is taken. */
  port?: number | undefined;
  /** After how long a process that gives no sign counts as dead. Milliseconds; 15,000 by default. */
  leaseMs?: number | undefined;
}

export interface PostgresStores {
  runs: PostgresRuns;
  plans: PlanStore;
  secrets: PostgresSecrets;
  audit: PostgresAudit;
  settings: Settings;
  database: Database;
  /** This process, as the others see it. */
  executor: Executor;
  /** Whether the database answers. Throws a Refusal when not. */
  ready(): Promise<void>;
  /** One at a time among all processes of this database. */
  alone<T>(work: () => Promise<T>): Promise<T>;
  /** Writes what waits, gives up the runs this process still owns, and ends our own PostgreSQL if nobody else uses it. */
  close(): Promise<void>;
}

/**
 * Everything kept in one PostgreSQL, which any number of processes may open at once. Brings its schema up to date.
 * Throws a {@link Refusal} for: database away, wrong credentials, schema of a newer version, secrets sealed under
 * another key; and for our own PostgreSQL: no space, port taken, no start.
 */
export async function openPostgres(options: PostgresOptions): Promise<PostgresStores> {
  const { clock, log } = options;
  if (options.url !== undefined) {
    return openStores(checked(options.url), options, await openExecutor(options.url, options));
  }
  const embedded = await openEmbedded(options, (url) => openExecutor(url, options));
  try {
    const stores = await openStores(embedded.url, options, embedded.entered);
    return {
      ...stores,
      async close() {
        try {
          await stores.close();
        } finally {
          await embedded.leave();
        }
      },
    };
  } catch (error) {
    await embedded.leave().catch((cause: Error) => log.warn('database_not_left', { reason: cause.message }));
    throw error;
  }

  async function openStores(
    url: string,
    { dataDir, secretKey }: PostgresOptions,
    executor: Executor,
  ): Promise<PostgresStores> {
    const database = openDatabase(url, log);
    const disconnect = async () => {
      await executor.close();
      await database.pool.end();
    };
    try {
      await database.ask(() => migrate(database.pool, clock));
      const secrets = await postgresSecrets(
        database,
        secretKey === undefined ? keyFile(dataDir) : givenKey(secretKey),
        clock,
      );
      await clean(database, clock);
      const runs = postgresRuns(database, executor, clock);
      const audit = postgresAudit(database, log);
      return {
        runs,
        plans: postgresPlans(database, clock),
        secrets,
        audit,
        settings: postgresSettings(database),
        database,
        executor,
        ready: () => database.ask(async (db) => void (await db.execute('select 1'))),
        alone: (work) => alone(database.pool, clock, work),
        async close() {
          try {
            await audit.flush();
            await runs.close();
          } finally {
            await disconnect();
          }
        },
      };
    } catch (error) {
      await disconnect();
      throw databaseFault(error);
    }
  }
}

/** Says what is wrong with the URL and never shows it: it holds a password. */
function checked(url: string): string {
  const next = 'It reads postgresql://user:password@host:5432/database.';
  if (!URL.canParse(url)) throw new Refusal('invalid_input', 'DATABASE_URL is no URL.', next);
  const { protocol, pathname } = new URL(url);
  if (!/^postgres(ql)?:$/.test(protocol))
    throw new Refusal('invalid_input', `DATABASE_URL begins with ${protocol}//.`, next);
  if (pathname.length < 2) throw new Refusal('invalid_input', 'DATABASE_URL names no database.', next);
  return url;
}
