import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import { defineOperation, steps } from '../operation.ts';

export const getRun = defineOperation({
  noun: 'run',
  verb: 'get',
  name: 'get_run',
  title: 'Run: Get',
  description:
    'The answer of a run as it is now: pending with what it is doing, or its end. Waits for the end up to wait_seconds.',
  effect: 'read',
  idempotent: true,
  input: z.object({
    id: z
      .string()
      .regex(/^txn-[\w-]{1,60}$/, 'a run id looks like txn-1696694400-abc123')
      .describe('The plan_id of a pending answer, txn-….'),
    wait_seconds: z.number().int().min(0).max(50).default(0).describe('Wait so long for the end.'),
  }),
  output: z.looseObject({ status: z.string(), plan_id: z.string() }),
  argumentNames: { run_id: 'id', plan_id: 'id' },

  async look(ctx, { id, wait_seconds }) {
    const answer = await ctx.runs.follow(id, wait_seconds * 1000, ctx.signal);
    if (!answer) throw new Refusal('not_found', `There is no run ${id}.`, 'List them with list_runs.');
    return { answer: answer as { status: string; plan_id: string } };
  },
  plan: (_input, { answer }) => steps(answer),
});
