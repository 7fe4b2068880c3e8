import { z } from 'zod';
import { defineOperation, steps } from '../operation.ts';

export const cancelRun = defineOperation({
  noun: 'run',
  verb: 'cancel',
  name: 'cancel_run',
  title: 'Run: Cancel',
  description: 'Stops a run that goes on and takes back what it began. Follow it with get_run.',
  effect: 'change',
  idempotent: true,
  input: z.object({
    id: z
      .string()
      .regex(/^txn-[\w-]{1,60}$/, 'a run id looks like txn-1696694400-abc123')
      .describe('The run, txn-….'),
  }),
  output: z.object({ run_id: z.string(), cancel: z.enum(['asked', 'ended']) }),
  argumentNames: { run_id: 'id' },

  look: async (_ctx, { id }) => ({ id }),
  plan: (_input, { id }) =>
    steps({ run_id: id }).step('cancel_run', {
      title: `cancel ${id} and take back what it began`,
      estimate: 1,
      run: async (ctx) => ({ cancel: await ctx.runs.cancel(id) }),
    }),
  resource: (_input, { id }) => ({ type: 'run', id, name: id }),
});
