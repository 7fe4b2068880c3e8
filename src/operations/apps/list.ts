import { z } from 'zod';
import { cursor, limit } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';
import { appNames, keyOf } from './resolve.ts';

export const listApps = defineOperation({
  noun: 'app',
  verb: 'list',
  name: 'list_applications',
  title: 'App: List',
  description: 'Names, uuids and states of all apps, a page at a time. A status is up to a minute old at Coolify.',
  effect: 'read',
  idempotent: true,
  input: z.object({
    search: z.string().max(100).optional().describe('Only names that contain this.'),
    status: z.string().max(30).optional().describe('Only states that begin so, like running or exited.'),
    limit,
    cursor,
  }),
  output: z.object({
    applications: z.array(z.object({ uuid: z.string().optional(), name: z.string(), status: z.string() })),
    total: z.number(),
    next_cursor: z.string().nullable(),
  }),
  aliases: [{ name: 'list_apps' }],

  async look(ctx, { search, status }) {
    const all = await appNames(ctx);
    return all.filter(
      (row) =>
        (!search || row.name.toLowerCase().includes(search.toLowerCase())) &&
        (!status || row.status.startsWith(status)),
    );
  },

  plan({ limit, cursor }, found) {
    const { rows, total, next_cursor } = pageOf(found, keyOf, limit, cursor);
    return steps({ applications: rows, total, next_cursor });
  },
  present(actor, { applications, ...page }) {
    return {
      ...page,
      applications:
        actor.kind === 'account' ? applications.map(({ name, status }) => ({ name, status })) : applications,
    };
  },
});
