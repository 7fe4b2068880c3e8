import { z } from 'zod';
import type { Server } from '../../coolify/servers.ts';
import type { Context } from '../context.ts';
import { meant } from '../meant.ts';

/** The input by which every operation on a server names it. */
export const server = z.string().trim().min(1).max(255).describe('The server: its name or uuid.');
export const SERVER_NAMES = { id: 'name', server_id: 'name', uuid: 'name', server: 'name' } as const;

/** The single record of the server that is meant; the list lacks most columns. */
export async function findServer(ctx: Context, wanted: string): Promise<Server> {
  const all = await ctx.coolify.servers.list({ signal: ctx.signal });
  const { uuid } = meant('server', wanted, all, 'list_servers');
  return ctx.coolify.servers.get(uuid, { signal: ctx.signal });
}
