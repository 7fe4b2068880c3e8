import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import { defineOperation, type GateResult, steps } from '../operation.ts';
import { followDeployment } from './follow.ts';

export const cancelDeployment = defineOperation({
  noun: 'deployment',
  verb: 'cancel',
  name: 'cancel_deployment',
  title: 'Deployment: Cancel',
  description:
    'Cancels a deployment that is queued or in progress, and sees that it ended. What already runs is left as it is.',
  effect: 'change',
  idempotent: true,
  input: z.object({ id: z.string().min(1).max(100).describe('Uuid of the deployment.') }),
  output: z.object({ deployment_uuid: z.string(), deployment_status: z.string() }),
  argumentNames: { deployment_id: 'id', deployment_uuid: 'id', uuid: 'id' },

  async look(ctx, { id }) {
    const row = await ctx.coolify.deployments.get(id, { signal: ctx.signal });
    return { uuid: row.deployment_uuid, app: row.application_name ?? 'an app', status: row.status ?? 'unknown' };
  },

  gates: [
    (_input, { uuid, status }): GateResult => {
      const open = status === 'queued' || status === 'in_progress';
      return {
        gate: 'in_progress',
        result: open ? 'passed' : 'blocked',
        evidence: `deployment ${uuid} is ${status}`,
        source: "Coolify's deployments",
        ...(!open && { next: 'There is nothing to cancel; to go back to the version before, deploy its commit.' }),
      };
    },
  ],

  plan: (_input, { uuid, app }) =>
    steps({ deployment_uuid: uuid }).step('cancel_deployment', {
      title: `cancel deployment ${uuid} of ${app}`,
      estimate: 2,
      irreversible: true,
      async run(ctx): Promise<{ deployment_status: string }> {
        try {
          await ctx.coolify.deployments.cancel(uuid, { signal: ctx.signal });
        } catch (error) {
          // It may have ended in between; what it came to is read next.
          if (!(error instanceof Error && 'status' in error && error.status === 400)) throw error;
        }
        const { deployment } = await followDeployment(ctx, uuid);
        const status = deployment.status ?? 'unknown';
        if (status.startsWith('cancelled')) return { deployment_status: status };
        throw new Refusal(
          'conflict',
          `Deployment ${uuid} had ended before it could be cancelled: ${status}.`,
          'Look at it with get_deployment_status.',
        );
      },
    }),
  resource: (_input, { uuid, app }) => ({ type: 'deployment', id: uuid, name: app }),
});
