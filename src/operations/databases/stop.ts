import { z } from 'zod';
import { fact } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { stopSteps } from '../power/steps.ts';
import { DATABASE_NAMES, database, factsOf, findDatabase, powered } from './record.ts';

export const stopDatabase = defineOperation({
  noun: 'database',
  verb: 'stop',
  name: 'stop_database',
  title: 'Database: Stop',
  description: 'Stops a database and sees that nothing of it runs. Its data stays.',
  effect: 'change',
  idempotent: true,
  input: z.object({ name: database }),
  output: z.object({ name: z.string(), verified: z.array(fact) }),
  argumentNames: DATABASE_NAMES,

  look: async (ctx, { name }) => factsOf(await findDatabase(ctx, name)),
  plan: (_input, found) => stopSteps('database', powered(found)),

  impact: (_input, { name, project }) => ({
    downtime_expected: true,
    rollback_available: true,
    affected_users: `everything that uses ${name}${project ? ` in ${project}` : ''}, until it is started again`,
    risks: [{ level: 'medium', description: 'Applications that need it fail meanwhile' }],
  }),
  resource: (_input, { uuid, name }) => ({ type: 'database', id: uuid, name }),
});
