import { z } from 'zod';
import { cursor, limit } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';
import { keyOf, serviceNames } from './record.ts';

export const listServices = defineOperation({
  noun: 'service',
  verb: 'list',
  name: 'list_services',
  title: 'Service: List',
  description: 'Names, uuids and states of all services. A status is up to a minute old at Coolify.',
  effect: 'read',
  idempotent: true,
  input: z.object({ limit, cursor }),
  output: z.object({
    services: z.array(z.object({ uuid: z.string(), name: z.string(), status: z.string() })),
    total: z.number(),
    next_cursor: z.string().nullable(),
  }),

  look: (ctx) => serviceNames(ctx),

  plan({ limit, cursor }, all) {
    const { rows, ...page } = pageOf(all, keyOf, limit, cursor);
    return steps({ services: rows, ...page });
  },
});
