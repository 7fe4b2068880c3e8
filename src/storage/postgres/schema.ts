import { sql } from 'drizzle-orm';
import {
  bigint,
  boolean,
  check,
  customType,
  index,
  integer,
  json,
  pgSchema,
  primaryKey,
  text,
} from 'drizzle-orm/pg-core';
import type { JournalEvent, RunHeader } from '../journal.ts';
import type { AuditEntry, StoredPlan } from '../stores.ts';

// After a change here, make the migration to it:
//   npx drizzle-kit generate --dialect postgresql --schema src/storage/postgres/schema.ts --out src/storage/postgres/migrations --name <what>

/** Apart from what else may live in the database. */
export const SCHEMA = 'fairlead';
const fairlead = pgSchema(SCHEMA);

const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' });
/** Milliseconds since 1970. */
const time = (name: string) => bigint(name, { mode: 'number' });

// `json` and not `jsonb`: a journal is read back as it was written, and a log line in it may hold what jsonb refuses
// (a zero byte, half a surrogate pair).

export const runs = fairlead.table(
  'runs',
  {
    id: text('id').primaryKey(),
    header: json('header').$type<RunHeader>().notNull(),
    startedAt: time('started_at').notNull(),
    endedAt: time('ended_at'),
    /** How many events there are; the next one's number. */
    events: integer('events').notNull().default(0),
    /** Token of the one who may append. */
    owner: text('owner'),
    /** The process that holds the token, and the key of the advisory lock that it holds as long as it lives. */
    executor: text('executor'),
    executorKey: bigint('executor_key', { mode: 'bigint' }),
    cancelRequestedAt: time('cancel_requested_at'),
  },
  (table) => [
    index('runs_newest').on(table.startedAt.desc().nullsFirst()),
    index('runs_unended').on(table.startedAt).where(sql`${table.endedAt} is null`),
  ],
);

/** @public drizzle-kit makes the migrations from what is exported here. */
export const runEvents = fairlead.table(
  'run_events',
  {
    runId: text('run_id')
      .notNull()
      .references(() => runs.id, { onDelete: 'cascade' }),
    seq: integer('seq').notNull(),
    event: json('event').$type<JournalEvent>().notNull(),
  },
  (table) => [primaryKey({ columns: [table.runId, table.seq] })],
);

export const plans = fairlead.table('plans', {
  id: text('id').primaryKey(),
  plan: json('plan').$type<StoredPlan>().notNull(),
  createdAt: time('created_at').notNull(),
  usedBy: text('used_by'),
});

export const secrets = fairlead.table('secrets', {
  /** The keyed hash in its reference. */
  name: text('name').primaryKey(),
  keyId: text('key_id').notNull(),
  sealed: bytes('sealed').notNull(),
  /** When the value was last given. */
  givenAt: time('given_at').notNull(),
});

/** One row: which key seals, and, sealed under it, the key that names secrets. */
export const secretKey = fairlead.table(
  'secret_key',
  {
    one: boolean('one').primaryKey().default(true),
    keyId: text('key_id').notNull(),
    naming: bytes('naming').notNull(),
  },
  (table) => [check('secret_key_one', sql`${table.one}`)],
);

export const audit = fairlead.table(
  'audit',
  {
    id: bigint('id', { mode: 'number' }).primaryKey().generatedAlwaysAsIdentity(),
    at: time('at').notNull(),
    resourceId: text('resource_id').notNull(),
    entry: json('entry').$type<AuditEntry>().notNull(),
  },
  (table) => [
    index('audit_newest').on(table.at.desc().nullsFirst(), table.id.desc().nullsFirst()),
    index('audit_of_resource').on(table.resourceId, table.at.desc().nullsFirst(), table.id.desc().nullsFirst()),
  ],
);

export const settings = fairlead.table('settings', {
  name: text('name').primaryKey(),
  value: json('value').notNull(),
});
