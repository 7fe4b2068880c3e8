import { and, desc, eq, gte } from 'drizzle-orm';
import type { Log } from '../../log.ts';
import type { AuditEntry, AuditLog } from '../stores.ts';
import type { Database } from './database.ts';
import { audit } from './schema.ts';

const FLUSH_EVERY_MS = 250;
const BATCH = 200;
/** Entries that wait while the database is away; further ones are dropped, and that is told. */
const MOST_WAITING = 10_000;

export interface PostgresAudit extends AuditLog {
  /** For reads: returns at once, and is written with others within a quarter of a second, or on `flush`. */
  writeBatched(entry: AuditEntry): void;
  /** Durable when it resolves: all that was given until now. */
  flush(): Promise<void>;
}

const row = (entry: AuditEntry) => ({ at: Date.parse(entry.timestamp), resourceId: entry.resource_id, entry });

export function postgresAudit({ ask }: Database, log: Log): PostgresAudit {
  let waiting: AuditEntry[] = [];
  let timer: NodeJS.Timeout | undefined;
  let writing: Promise<void> = Promise.resolve();

  function flush(): Promise<void> {
    clearTimeout(timer);
    timer = undefined;
    writing = writing.catch(() => undefined).then(writeWaiting);
    return writing;
  }

  async function writeWaiting(): Promise<void> {
    while (waiting.length > 0) {
      const batch = waiting.slice(0, BATCH);
      await ask((db) => db.insert(audit).values(batch.map(row)));
      waiting = waiting.slice(batch.length);
    }
  }

  function flushSoon(): void {
    timer ??= setTimeout(() => {
      flush().catch((error: Error) => {
        log.warn('audit_waits', { entries: waiting.length, reason: error.message });
        flushSoon();
      });
    }, FLUSH_EVERY_MS).unref();
  }

  return {
    async write(entry) {
      await ask((db) => db.insert(audit).values(row(entry)));
    },

    writeBatched(entry) {
      if (waiting.length < MOST_WAITING) waiting.push(entry);
      else log.error('audit_dropped', { entries: 1 });
      flushSoon();
    },

    flush,

    async read({ resourceId, since, limit }) {
      const rows = await ask((db) =>
        db
          .select({ entry: audit.entry })
          .from(audit)
          .where(and(gte(audit.at, since), resourceId === undefined ? undefined : eq(audit.resourceId, resourceId)))
          .orderBy(desc(audit.at), desc(audit.id))
          .limit(limit),
      );
      return rows.map(({ entry }) => entry);
    },
  };
}
