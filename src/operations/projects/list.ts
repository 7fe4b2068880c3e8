import { z } from 'zod';
import { cursor, limit } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';

export const listProjects = defineOperation({
  noun: 'project',
  verb: 'list',
  name: 'list_projects',
  title: 'Project: List',
  description: 'All projects: name, uuid, description.',
  effect: 'read',
  idempotent: true,
  input: z.object({ limit, cursor }),
  output: z.object({
    projects: z.array(z.object({ uuid: z.string(), name: z.string(), description: z.string().nullable() })),
    total: z.number(),
    next_cursor: z.string().nullable(),
  }),

  async look(ctx) {
    const all = await ctx.coolify.projects.list({ signal: ctx.signal });
    return all
      .map(({ uuid, name, description }) => ({ uuid, name, description: description || null }))
      .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
  },

  plan({ limit, cursor }, all) {
    const { rows, ...page } = pageOf(all, keyOf, limit, cursor);
    return steps({ projects: rows, ...page });
  },
});

const keyOf = ({ name, uuid }: { name: string; uuid: string }): string => `${name}\u0000${uuid}`;
