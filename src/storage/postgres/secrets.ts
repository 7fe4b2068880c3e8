import { createHmac, randomBytes } from 'node:crypto';
import { eq, sql } from 'drizzle-orm';
import type { NodePgDatabase } from 'drizzle-orm/node-postgres';
import type { Clock } from '../../clock.ts';
import { Refusal } from '../../refusal.ts';
import { SECRET_REFERENCE, type SecretStore } from '../stores.ts';
import type { Database } from './database.ts';
import type { KeyPlace, SealingKey } from './key.ts';
import { secretKey, secrets } from './schema.ts';
import { sealUp, unseal } from './sealing.ts';

/** The port, what a process that starts needs to know what to strike out, and the change of keys. */
export interface PostgresSecrets extends SecretStore {
  /** All values kept; those that do not open are left out. */
  values(): Promise<string[]>;
  /**
   * Seals everything anew under the key `hex` (64 hexadecimal digits; by default a new one). All or nothing; references
   * stay. Other processes with the key in a shared file find the new one by themselves.
   */
  rotate(hex?: string): Promise<void>;
}

/** What the naming key is sealed as. */
const NAMING = 'naming';

// UTF-16, because UTF-8 has no form for half a surrogate pair and would give another value back.
const bytesOf = (value: string): Buffer => Buffer.from(value, 'utf16le');

/**
 * Values in the database, each sealed with AES-256-GCM under a key that is not in the database. Throws a
 * {@link Refusal} when they are sealed under another key than the one there is.
 */
export async function postgresSecrets({ ask }: Database, place: KeyPlace, clock: Clock): Promise<PostgresSecrets> {
  let key = await place.present();
  const naming = await agreeOnNaming();

  /** References are made with a key of their own, so that they survive a change of the sealing key. */
  async function agreeOnNaming(): Promise<Buffer> {
    const made = sealUp(randomBytes(32), NAMING, key.key);
    await ask((db) => db.insert(secretKey).values({ keyId: key.id, naming: made }).onConflictDoNothing());
    const row = await keyRow();
    if (row.keyId !== key.id) await changeTo(row.keyId);
    const opened = unseal(row.naming, NAMING, key.key);
    if (!opened)
      throw new Refusal('conflict', 'The secrets in the database are damaged.', 'Restore the database from a backup.');
    return opened;
  }

  async function keyRow() {
    const [row] = await ask((db) => db.select().from(secretKey));
    if (!row) throw new Error('the database names no key');
    return row;
  }

  /** Finds the key of that id: another process has rotated, or a rotation of ours stopped before its end. */
  async function changeTo(id: string): Promise<void> {
    let found = await place.present();
    if (found.id !== id && (await place.next())?.id === id) {
      await place.advance();
      found = await place.present();
    }
    if (found.id !== id) {
      throw new Refusal(
        'conflict',
        `The secrets in the database are sealed under another key (${id}) than the one given (${found.id}).`,
        'Give that key by FAIRLEAD_SECRET_KEY, or put back the secrets.key that was used with this database.',
      );
    }
    key = found;
  }

  async function write(name: string, value: string, { id, key: sealing }: SealingKey): Promise<boolean> {
    const sealed = sealUp(bytesOf(value), name, sealing);
    // Only under the key in force: a rotation goes on holding its row until everything is sealed anew.
    const { rowCount } = await ask((db) =>
      db.execute(sql`
        with key as (select 1 from fairlead.secret_key where key_id = ${id} for share)
        insert into fairlead.secrets (name, key_id, sealed, given_at)
        select ${name}, ${id}, ${sealed}::bytea, ${clock.now()} from key
        on conflict (name) do update set given_at = excluded.given_at`),
    );
    return rowCount === 1;
  }

  return {
    async seal(value) {
      const name = createHmac('sha256', naming).update(bytesOf(value)).digest('hex').slice(0, 32);
      while (!(await write(name, value, key))) await changeTo((await keyRow()).keyId);
      return `secret://v/${name}`;
    },

    async open(reference) {
      const [whole, name] = SECRET_REFERENCE.exec(reference) ?? [];
      if (name === undefined || whole !== reference) {
        throw new Refusal('invalid_input', 'This is no reference of a secret.', 'It reads secret://v/ and 32 digits.');
      }
      const [row] = await ask((db) => db.select().from(secrets).where(eq(secrets.name, name)));
      if (!row) throw new Refusal('not_found', `Nothing is kept under ${reference}.`, 'Give the value itself again.');
      if (row.keyId !== key.id) await changeTo(row.keyId);
      const value = unseal(row.sealed, name, key.key);
      if (value) return value.toString('utf16le');
      throw new Refusal('conflict', `What is kept under ${reference} is damaged.`, 'Give the value itself again.');
    },

    async values() {
      const rows = await ask((db) => db.select().from(secrets).where(eq(secrets.keyId, key.id)));
      return rows.flatMap(({ name, sealed }) => unseal(sealed, name, key.key)?.toString('utf16le') ?? []);
    },

    async rotate(hex) {
      const next = await place.prepare(hex);
      await ask((db) => db.transaction((tx) => sealAnew(tx, key, next)));
      await place.advance();
      key = next;
    },
  };
}

async function sealAnew(tx: NodePgDatabase, from: SealingKey, to: SealingKey): Promise<void> {
  const [row] = await tx.select().from(secretKey).for('update');
  if (row?.keyId !== from.id) {
    throw new Refusal('conflict', 'Another process has changed the key.', 'Call again with the new key in place.');
  }
  const anew = (sealed: Buffer, name: string): Buffer => {
    const plain = unseal(sealed, name, from.key);
    if (!plain)
      throw new Refusal(
        'conflict',
        `What is kept under secret://v/${name} is damaged, so nothing was changed.`,
        'Give that value again, then rotate.',
      );
    return sealUp(plain, name, to.key);
  };
  for (const { name, sealed } of await tx.select().from(secrets)) {
    await tx
      .update(secrets)
      .set({ keyId: to.id, sealed: anew(sealed, name) })
      .where(eq(secrets.name, name));
  }
  await tx.update(secretKey).set({ keyId: to.id, naming: anew(row.naming, NAMING) });
}
