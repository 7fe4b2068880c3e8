import { z } from 'zod';
import { defineOperation, steps } from '../operation.ts';

export const getDeployment = defineOperation({
  noun: 'deployment',
  verb: 'get',
  name: 'get_deployment_status',
  title: 'Deployment: Get',
  description:
    'One deployment at Coolify: its state, commit, times and last log lines. `finished` means that the container was started, no more.',
  effect: 'read',
  idempotent: true,
  input: z.object({
    id: z.string().min(1).max(100).describe('Uuid of the deployment.'),
    log_lines: z.number().int().min(0).max(500).default(20).describe('So many of its last log lines.'),
  }),
  output: z.looseObject({ deployment_uuid: z.string(), status: z.string(), commit: z.string().nullable() }),
  aliases: [{ name: 'get_deployment' }],
  argumentNames: { deployment_id: 'id', deployment_uuid: 'id', uuid: 'id' },

  async look(ctx, { id, log_lines }) {
    const row = await ctx.coolify.deployments.get(id, { signal: ctx.signal });
    const lines = (row.logs ?? []).filter((entry) => !entry.hidden).flatMap((entry) => entry.output.split('\n'));
    return {
      row,
      log:
        row.logs === undefined
          ? 'unknown: reading it takes the ability read:sensitive'
          : lines.slice(-log_lines).map(ctx.strike),
    };
  },

  plan(_input, { row, log }) {
    return steps({
      deployment_uuid: row.deployment_uuid,
      status: row.status ?? 'unknown',
      application: row.application_name ?? null,
      commit: row.commit && row.commit !== 'HEAD' ? row.commit : null,
      commit_message: row.commit_message ?? null,
      rollback: row.rollback === true,
      restart_only: row.restart_only === true,
      created_at: row.created_at ?? null,
      finished_at: row.finished_at ?? null,
      log,
    });
  },
});
