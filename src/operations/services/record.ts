import { z } from 'zod';
import type { Service } from '../../coolify/services.ts';
import { isNotFound } from '../apps/resolve.ts';
import type { Context } from '../context.ts';
import { type Candidate, looksLikeUuid, meant } from '../meant.ts';
import { hasContainer, type Powered } from '../power/powered.ts';

/** The input by which every operation on a service names it. */
export const service = z.string().trim().min(1).max(255).describe('The service: its name or uuid.');
export const SERVICE_NAMES = { id: 'name', service_id: 'name', uuid: 'name', service: 'name' } as const;

/** One container of a service, as its compose file names it. */
interface Part {
  kind: 'applications' | 'databases';
  uuid: string;
  name: string;
}

/** What plans read of a service: nothing in it moves by itself. */
export interface ServiceFacts {
  uuid: string;
  name: string;
  project: string | null;
  parts: Part[];
}

export function factsOf(row: Service): ServiceFacts {
  const of = (kind: Part['kind']) => (row[kind] ?? []).map(({ uuid, name }) => ({ kind, uuid, name }));
  return {
    uuid: row.uuid,
    name: row.name,
    project: row.environment?.project?.name ?? null,
    parts: [...of('applications'), ...of('databases')],
  };
}

/** Names, uuids and states of all services on all servers. */
export async function serviceNames(ctx: Context): Promise<{ uuid: string; name: string; status: string }[]> {
  const rows = await ctx.coolify.servers.allResources({ signal: ctx.signal });
  return rows
    .filter(({ type }) => type === 'service')
    .map(({ uuid, name, status }) => ({ uuid, name, status: status ?? 'unknown' }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

export const keyOf = ({ name, uuid }: { name: string; uuid: string }): string => `${name}\u0000${uuid}`;

async function readService(ctx: Context, uuid: string): Promise<Service | undefined> {
  try {
    return await ctx.coolify.services.get(uuid, { signal: ctx.signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

/** The service that a caller means by uuid, or by a name that is its alone. */
export async function findService(ctx: Context, wanted: string): Promise<Service> {
  const direct = looksLikeUuid(wanted) ? await readService(ctx, wanted) : undefined;
  if (direct) return direct;
  const all = await serviceNames(ctx);
  const named = all.filter(({ name, uuid }) => name === wanted || uuid === wanted);
  const rows = (await Promise.all(named.slice(0, 20).map(({ uuid }) => readService(ctx, uuid)))).filter(
    (row) => row !== undefined,
  );
  const candidates: Candidate[] = rows.map(({ uuid, name, environment }) => ({
    uuid,
    name,
    where: environment?.project?.name ?? null,
  }));
  const { uuid } = meant('service', wanted, candidates.length > 0 ? candidates : all, 'list_services');
  return rows.find((row) => row.uuid === uuid)!;
}

/**
 * A service as what is started and stopped. Its own status is computed from its containers and says nothing of when:
 * that stands with each of them (recorded: run-databases 29–39).
 */
export function powered({ uuid, name, parts }: ServiceFacts): Powered {
  const logs = (ctx: Context, part: Part, lines: number) =>
    ctx.coolify.services.parts.logs(uuid, part.kind, part.uuid, { lines }, { signal: ctx.signal });
  return {
    name,
    async status(ctx) {
      const row = await ctx.coolify.services.get(uuid, { signal: ctx.signal });
      const written = [...(row.applications ?? []), ...(row.databases ?? [])].map(
        (part) => `${part.name} ${part.last_online_at ?? ''}`,
      );
      return { raw: row.status ?? 'unknown', written: written.join(', ') };
    },
    async container(ctx) {
      const found = await Promise.all(parts.map((part) => hasContainer(() => logs(ctx, part, 1))));
      return found.includes(true) ? true : found.includes(null) || found.length === 0 ? null : false;
    },
    start: (ctx) => ctx.coolify.services.start(uuid, { signal: ctx.signal }),
    stop: (ctx) => ctx.coolify.services.stop(uuid, {}, { signal: ctx.signal }),
    restart: (ctx) => ctx.coolify.services.restart(uuid, {}, { signal: ctx.signal }),
    async lines(ctx) {
      const each = await Promise.all(
        parts
          .slice(0, 5)
          .map(async (part) => ((await hasContainer(() => logs(ctx, part, 1))) === true ? logs(ctx, part, 20) : '')),
      );
      return each.join('\n');
    },
  };
}
