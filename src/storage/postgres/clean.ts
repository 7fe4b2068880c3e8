import { sql } from 'drizzle-orm';
import type { Clock } from '../../clock.ts';
import { SECRET_REFERENCE } from '../stores.ts';
import type { Database } from './database.ts';

const HOUR = 60 * 60_000;
const DAY = 24 * HOUR;
const KEEP_ENDED_RUNS = 30 * DAY;
/** Twice a plan's life: nobody is in the middle of taking it any more. */
const KEEP_PLANS = 2 * HOUR;
/** A value is sealed some time before the plan or run that refers to it is written. */
const KEEP_UNUSED_SECRETS = DAY;

/** Removes what nobody needs any more. Harmless to repeat, and from two processes at once. */
export async function clean({ ask }: Database, clock: Clock): Promise<void> {
  const now = clock.now();
  await ask((db) => db.execute(sql`delete from fairlead.runs where ended_at < ${now - KEEP_ENDED_RUNS}`));
  await ask((db) => db.execute(sql`delete from fairlead.plans where created_at < ${now - KEEP_PLANS}`));
  const references = (column: string, table: string) => sql`
    select (regexp_matches(${sql.raw(column)}::text, ${SECRET_REFERENCE.source}, 'g'))[1] from fairlead.${sql.raw(table)}`;
  await ask((db) =>
    db.execute(sql`
      delete from fairlead.secrets where given_at < ${now - KEEP_UNUSED_SECRETS} and name not in (
        ${references('header', 'runs')} union ${references('event', 'run_events')} union ${references('plan', 'plans')}
        union ${references('value', 'settings')}
      )`),
  );
}
