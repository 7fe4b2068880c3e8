import { randomUUID } from 'node:crypto';
import { sql } from 'drizzle-orm';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import type { Journal, JournalEvent, RunHeader } from '../journal.ts';
import { OwnershipLost, type RunOwner, type RunStore } from '../stores.ts';
import type { Database } from './database.ts';
import { CHANNELS, type Executor, type Life, type News } from './executor.ts';
import { runs } from './schema.ts';

export interface PostgresRunOwner extends RunOwner {
  /** Aborted when this process has lost what it owns. */
  readonly lost: AbortSignal;
}

export interface PostgresRuns extends RunStore {
  create(header: RunHeader): Promise<PostgresRunOwner>;
  claim(id: string): Promise<PostgresRunOwner | undefined>;
  /** Ids of runs begun since then that have not ended and belong to no living process, oldest first. */
  abandoned(since: number): Promise<string[]>;
  /** Hears of every journal that grows and every wish to cancel, in whichever process. Returns its end. */
  listen(listener: (news: News, runId: string) => void): () => void;
}

/** True when nobody holds the lock of the process that owns the run. Shared, so that two who look do not see each other. */
const ownerIsDead = sql`(executor_key is null or pg_try_advisory_xact_lock_shared(executor_key))`;

const journals = sql`
  select header, (select coalesce(json_agg(event order by seq), '[]') from fairlead.run_events where run_id = runs.id) as events
  from fairlead.runs`;

/** Runs in the database. `close` gives up what this process still owns. */
export function postgresRuns(
  { ask }: Database,
  executor: Executor,
  clock: Clock,
): PostgresRuns & { close(): Promise<void> } {
  const owned = new Set<RunOwner>();

  function own(id: string, token: string, life: Life): PostgresRunOwner {
    const takenOver = () => new OwnershipLost(`${id} was taken over by another process.`);
    const owner: PostgresRunOwner = {
      lost: life.lost,

      async append(event) {
        life.lost.throwIfAborted();
        const ended = event.type === 'ended';
        // One statement: the row of the run is locked, so that a claim comes wholly before or after.
        const { rowCount } = await ask((db) =>
          db.execute(sql`
            with mine as (
              update fairlead.runs
              set events = events + 1
                ${ended ? sql`, ended_at = ${event.at}, owner = null, executor = null, executor_key = null` : sql``}
              where id = ${id} and owner = ${token}
              returning id, events
            ), event as (
              insert into fairlead.run_events (run_id, seq, event)
              select id, events - 1, ${JSON.stringify(event)}::json from mine
              returning run_id
            )
            select pg_notify(${CHANNELS.grown}, run_id) from event`),
        );
        if (rowCount === 0) throw takenOver();
        if (ended) owned.delete(owner);
      },

      async check() {
        life.lost.throwIfAborted();
        const { rowCount } = await ask((db) =>
          db.execute(sql`select 1 from fairlead.runs where id = ${id} and owner = ${token}`),
        );
        life.lost.throwIfAborted();
        if (rowCount === 0) throw takenOver();
      },

      async release() {
        owned.delete(owner);
        await ask((db) =>
          db.execute(sql`
            update fairlead.runs set owner = null, executor = null, executor_key = null
            where id = ${id} and owner = ${token}`),
        );
      },
    };
    owned.add(owner);
    return owner;
  }

  return {
    async create(header) {
      const life = executor.life();
      const token = randomUUID();
      const { rowCount } = await ask((db) =>
        db
          .insert(runs)
          .values({
            id: header.id,
            header,
            startedAt: header.startedAt,
            owner: token,
            executor: life.id,
            executorKey: BigInt(life.key),
          })
          .onConflictDoNothing(),
      );
      if (rowCount === 0) {
        throw new Refusal('conflict', `There is a run ${header.id} already.`, 'Call again: the next id differs.');
      }
      return own(header.id, token, life);
    },

    async claim(id) {
      const life = executor.life();
      const token = randomUUID();
      const claimed = await ask((db) =>
        db.transaction(async (tx) => {
          // The row is locked first, so that of two who find the owner dead the second sees the first as owner.
          await tx.execute(sql`select 1 from fairlead.runs where id = ${id} for update`);
          const { rowCount } = await tx.execute(sql`
            update fairlead.runs set owner = ${token}, executor = ${life.id}, executor_key = ${life.key}::bigint
            where id = ${id} and ${ownerIsDead}`);
          return rowCount === 1;
        }),
      );
      return claimed ? own(id, token, life) : undefined;
    },

    async read(id) {
      const { rows } = await ask((db) => db.execute<Row>(sql`${journals} where id = ${id}`));
      return rows[0] && journalOf(rows[0]);
    },

    async list(limit) {
      const { rows } = await ask((db) =>
        db.execute<Row>(sql`${journals} order by started_at desc, id desc limit ${limit}`),
      );
      return rows.map(journalOf);
    },

    async owned(id) {
      const { rows } = await ask((db) =>
        db.execute(sql`select 1 from fairlead.runs where id = ${id} and not ${ownerIsDead}`),
      );
      return rows.length > 0;
    },

    async abandoned(since) {
      const { rows } = await ask((db) =>
        db.execute<{ id: string }>(sql`
          with unended as materialized (
            select id, executor_key, started_at from fairlead.runs where ended_at is null and started_at >= ${since}
          )
          select id from unended where ${ownerIsDead} order by started_at`),
      );
      return rows.map(({ id }) => id);
    },

    async requestCancel(id) {
      await ask((db) =>
        db.execute(sql`
          with asked as (
            update fairlead.runs set cancel_requested_at = ${clock.now()} where id = ${id} and cancel_requested_at is null
            returning id
          )
          select pg_notify(${CHANNELS.cancel}, id) from asked`),
      );
    },

    async cancelRequested(id) {
      const { rows } = await ask((db) =>
        db.execute(sql`select 1 from fairlead.runs where id = ${id} and cancel_requested_at is not null`),
      );
      return rows.length > 0;
    },

    listen: (listener) => executor.listen(listener),

    async close() {
      await Promise.all([...owned].map((owner) => owner.release()));
    },
  };
}

interface Row extends Record<string, unknown> {
  header: RunHeader;
  events: JournalEvent[];
}

const journalOf = ({ header, events }: Row): Journal => ({ header, events });
