import { z } from 'zod';
import { fact } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { restartSteps } from '../power/steps.ts';
import { factsOf, findService, powered, SERVICE_NAMES, service } from './record.ts';

export const restartService = defineOperation({
  noun: 'service',
  verb: 'restart',
  name: 'restart_service',
  title: 'Service: Restart',
  description: 'Restarts a service and sees it go down and run again. Its data stays.',
  effect: 'change',
  idempotent: false,
  input: z.object({ name: service }),
  output: z.object({ name: z.string(), status: z.string(), verified: z.array(fact) }),
  argumentNames: SERVICE_NAMES,

  look: async (ctx, { name }) => factsOf(await findService(ctx, name)),
  plan: (_input, found) => restartSteps('service', powered(found)),

  impact: (_input, { name }) => ({
    downtime_expected: true,
    rollback_available: false,
    affected_users: `everything that uses ${name}, for some seconds`,
    risks: [
      {
        level: 'medium',
        description: 'If it does not come up again there is no earlier state to go back to; its data stays',
      },
    ],
  }),
  resource: (_input, { uuid, name }) => ({ type: 'service', id: uuid, name }),
});
