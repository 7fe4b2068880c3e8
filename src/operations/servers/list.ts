import { z } from 'zod';
import { cursor, limit } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';

export const listServers = defineOperation({
  noun: 'server',
  verb: 'list',
  name: 'list_servers',
  title: 'Server: List',
  description: 'All servers: name, uuid, address, and whether Coolify reaches and can use them.',
  effect: 'read',
  idempotent: true,
  input: z.object({ limit, cursor }),
  output: z.object({
    servers: z.array(z.looseObject({ uuid: z.string(), name: z.string() })),
    total: z.number(),
    next_cursor: z.string().nullable(),
  }),

  async look(ctx) {
    const all = await ctx.coolify.servers.list({ signal: ctx.signal });
    return all
      .map((row) => ({
        uuid: row.uuid,
        name: row.name,
        ip: row.ip ?? null,
        reachable: row.is_reachable ?? row.settings?.is_reachable ?? 'unknown',
        usable: row.is_usable ?? row.settings?.is_usable ?? 'unknown',
        ...(row.settings?.is_build_server === true && { build_server: true }),
      }))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  },

  plan({ limit, cursor }, all) {
    const { rows, ...page } = pageOf(all, keyOf, limit, cursor);
    return steps({ servers: rows, ...page });
  },
});

const keyOf = ({ name, uuid }: { name: string; uuid: string }): string => `${name}\u0000${uuid}`;
