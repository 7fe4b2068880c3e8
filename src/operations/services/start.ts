import { z } from 'zod';
import { fact } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { startSteps } from '../power/steps.ts';
import { factsOf, findService, powered, SERVICE_NAMES, service } from './record.ts';

export const startService = defineOperation({
  noun: 'service',
  verb: 'start',
  name: 'start_service',
  title: 'Service: Start',
  description:
    'Starts a service and sees its containers run, which Coolify tells up to a minute later. One that runs is left alone.',
  effect: 'change',
  idempotent: true,
  input: z.object({ name: service }),
  output: z.object({ name: z.string(), status: z.string(), verified: z.array(fact) }),
  argumentNames: SERVICE_NAMES,

  look: async (ctx, { name }) => factsOf(await findService(ctx, name)),
  plan: (_input, found) => startSteps('service', powered(found)),

  impact: (_input, { name }) => ({
    downtime_expected: false,
    rollback_available: true,
    affected_users: `none: what needs ${name} did without`,
    risks: [],
  }),
  resource: (_input, { uuid, name }) => ({ type: 'service', id: uuid, name }),
});
