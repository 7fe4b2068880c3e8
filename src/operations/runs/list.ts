import { z } from 'zod';
import { defineOperation, steps } from '../operation.ts';

export const listRuns = defineOperation({
  noun: 'run',
  verb: 'list',
  name: 'list_runs',
  title: 'Run: List',
  description: 'The newest runs: what was carried out, how it ended, what goes on, what was interrupted.',
  effect: 'read',
  idempotent: true,
  input: z.object({ limit: z.number().int().min(1).max(50).default(10).describe('At most so many.') }),
  output: z.object({
    runs: z.array(
      z.object({
        run_id: z.string(),
        operation: z.string(),
        status: z.string(),
        started_at: z.string(),
        doing: z.string(),
      }),
    ),
  }),
  async look(ctx, { limit }) {
    return { runs: await ctx.runs.list(limit) };
  },
  plan: (_input, { runs }) => steps({ runs }),
});
