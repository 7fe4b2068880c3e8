import { z } from 'zod';
import { fact } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { stopSteps } from '../power/steps.ts';
import { factsOf, findService, powered, SERVICE_NAMES, service } from './record.ts';

export const stopService = defineOperation({
  noun: 'service',
  verb: 'stop',
  name: 'stop_service',
  title: 'Service: Stop',
  description: 'Stops all containers of a service and sees that none runs. Its data stays.',
  effect: 'change',
  idempotent: true,
  input: z.object({ name: service }),
  output: z.object({ name: z.string(), verified: z.array(fact) }),
  argumentNames: SERVICE_NAMES,

  look: async (ctx, { name }) => factsOf(await findService(ctx, name)),
  plan: (_input, found) => stopSteps('service', powered(found)),

  impact: (_input, { name, project }) => ({
    downtime_expected: true,
    rollback_available: true,
    affected_users: `everything that uses ${name}${project ? ` in ${project}` : ''}, until it is started again`,
    risks: [{ level: 'medium', description: 'Applications that need it fail meanwhile' }],
  }),
  resource: (_input, { uuid, name }) => ({ type: 'service', id: uuid, name }),
});
