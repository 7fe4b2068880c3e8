import { z } from 'zod';
import { fact } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { restartSteps } from '../power/steps.ts';
import { DATABASE_NAMES, database, factsOf, findDatabase, powered } from './record.ts';

export const restartDatabase = defineOperation({
  noun: 'database',
  verb: 'restart',
  name: 'restart_database',
  title: 'Database: Restart',
  description: 'Restarts a database and sees it go down and run again. Its data stays.',
  effect: 'change',
  idempotent: false,
  input: z.object({ name: database }),
  output: z.object({ name: z.string(), status: z.string(), verified: z.array(fact) }),
  argumentNames: DATABASE_NAMES,

  look: async (ctx, { name }) => factsOf(await findDatabase(ctx, name)),
  plan: (_input, found) => restartSteps('database', powered(found)),

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
  resource: (_input, { uuid, name }) => ({ type: 'database', id: uuid, name }),
});
