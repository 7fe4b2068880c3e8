import { eq } from 'drizzle-orm';
import type { Database } from './database.ts';
import { settings } from './schema.ts';

/** What all processes of a database agree on, by name. Values are JSON, and no secrets. */
export interface Settings {
  read(name: string): Promise<unknown>;
  /** Durable when it resolves. */
  write(name: string, value: unknown): Promise<void>;
  /** Writes it if there is none, and returns the one there is: the same for all who race. */
  agree(name: string, value: unknown): Promise<unknown>;
}

export function postgresSettings({ ask }: Database): Settings {
  async function read(name: string): Promise<unknown> {
    const [row] = await ask((db) => db.select().from(settings).where(eq(settings.name, name)));
    return row?.value;
  }
  return {
    read,
    async write(name, value) {
      await ask((db) =>
        db.insert(settings).values({ name, value }).onConflictDoUpdate({ target: settings.name, set: { value } }),
      );
    },
    async agree(name, value) {
      await ask((db) => db.insert(settings).values({ name, value }).onConflictDoNothing());
      return read(name);
    },
  };
}
