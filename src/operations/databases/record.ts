import { z } from 'zod';
import type { Database } from '../../coolify/databases.ts';
import { isNotFound } from '../apps/resolve.ts';
import type { Context } from '../context.ts';
import { type Candidate, looksLikeUuid, meant } from '../meant.ts';
import { hasContainer, type Powered } from '../power/powered.ts';
import { KINDS, type Kind } from './kinds.ts';

/** The input by which every operation on a database names it. */
export const database = z.string().trim().min(1).max(255).describe('The database: its name or uuid.');
export const DATABASE_NAMES = {
  id: 'name',
  database_id: 'name',
  db_id: 'name',
  uuid: 'name',
  database: 'name',
} as const;

/** What plans and gates read of a database: nothing in it moves by itself, and nothing in it is secret. */
export interface DatabaseFacts {
  uuid: string;
  name: string;
  kind: Kind | 'unknown';
  image: string | null;
  project: string | null;
  environment: string | null;
  server: string | null;
  public_port: number | null;
}

export function factsOf(row: Database): DatabaseFacts {
  return {
    uuid: row.uuid,
    name: row.name,
    // A KeyDB's record alone does not name its type.
    kind:
      KINDS.find((kind) => row.database_type === `standalone-${kind}`) ?? ('keydb_conf' in row ? 'keydb' : 'unknown'),
    image: row.image ?? null,
    project: row.environment?.project?.name ?? null,
    environment: row.environment?.name ?? null,
    server: row.destination?.server?.name ?? null,
    public_port: row.is_public === true && row.public_port ? Number(row.public_port) : null,
  };
}

/**
 * The record of a database; what is secret in it is learned, so that it is struck wherever it turns up. Undefined
 * where it is not there or not ours, which Coolify answers alike.
 */
export async function readDatabase(ctx: Context, uuid: string): Promise<Database | undefined> {
  try {
    const row = await ctx.coolify.databases.get(uuid, { signal: ctx.signal });
    for (const [key, value] of Object.entries(row)) {
      if (typeof value === 'string' && value !== '' && /_password$|_db_url$/.test(key)) ctx.learn(key, value);
    }
    return row;
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** Names, uuids, kinds and states of all databases on all servers. */
export async function databaseNames(
  ctx: Context,
): Promise<{ uuid: string; name: string; type: string; status: string }[]> {
  const rows = await ctx.coolify.servers.allResources({ signal: ctx.signal });
  return rows
    .filter(({ type }) => type.startsWith('standalone-'))
    .map(({ uuid, name, type, status }) => ({
      uuid,
      name,
      type: type.slice('standalone-'.length),
      status: status ?? 'unknown',
    }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

export const keyOf = ({ name, uuid }: { name: string; uuid: string }): string => `${name}\u0000${uuid}`;

/** The database that a caller means by uuid, or by a name that is its alone. */
export async function findDatabase(ctx: Context, wanted: string): Promise<Database> {
  const direct = looksLikeUuid(wanted) ? await readDatabase(ctx, wanted) : undefined;
  if (direct) return direct;
  const all = await databaseNames(ctx);
  const named = all.filter(({ name, uuid }) => name === wanted || uuid === wanted);
  const rows = (await Promise.all(named.slice(0, 20).map(({ uuid }) => readDatabase(ctx, uuid)))).filter(
    (row) => row !== undefined,
  );
  const candidates: Candidate[] = rows.map(({ uuid, name, environment }) => ({
    uuid,
    name,
    where: environment?.project?.name ?? null,
  }));
  const { uuid } = meant('database', wanted, candidates.length > 0 ? candidates : all, 'list_databases');
  return rows.find((row) => row.uuid === uuid)!;
}

/** A database as what is started and stopped. */
export function powered({ uuid, name }: Pick<DatabaseFacts, 'uuid' | 'name'>): Powered {
  const logs = (ctx: Context, lines: number) => ctx.coolify.databases.logs(uuid, { lines }, { signal: ctx.signal });
  return {
    name,
    async status(ctx) {
      const row = await ctx.coolify.databases.get(uuid, { signal: ctx.signal });
      return { raw: row.status ?? 'unknown', written: row.last_online_at ?? null };
    },
    container: (ctx) => hasContainer(() => logs(ctx, 1)),
    start: (ctx) => ctx.coolify.databases.start(uuid, { signal: ctx.signal }),
    stop: (ctx) => ctx.coolify.databases.stop(uuid, {}, { signal: ctx.signal }),
    restart: (ctx) => ctx.coolify.databases.restart(uuid, { signal: ctx.signal }),
    lines: (ctx) => logs(ctx, 20),
  };
}
