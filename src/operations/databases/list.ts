import { z } from 'zod';
import { cursor, limit } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';
import { databaseNames, keyOf } from './record.ts';

export const listDatabases = defineOperation({
  noun: 'database',
  verb: 'list',
  name: 'list_databases',
  title: 'Database: List',
  description: 'Names, uuids, types and states of all databases. A status is up to a minute old at Coolify.',
  effect: 'read',
  idempotent: true,
  input: z.object({ limit, cursor }),
  output: z.object({
    databases: z.array(z.object({ uuid: z.string(), name: z.string(), type: z.string(), status: z.string() })),
    total: z.number(),
    next_cursor: z.string().nullable(),
  }),

  look: (ctx) => databaseNames(ctx),

  plan({ limit, cursor }, all) {
    const { rows, ...page } = pageOf(all, keyOf, limit, cursor);
    return steps({ databases: rows, ...page });
  },
});
