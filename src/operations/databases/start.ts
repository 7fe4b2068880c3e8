import { z } from 'zod';
import { fact } from '../fields.ts';
import { defineOperation } from '../operation.ts';
import { startSteps } from '../power/steps.ts';
import { DATABASE_NAMES, database, factsOf, findDatabase, powered } from './record.ts';

export const startDatabase = defineOperation({
  noun: 'database',
  verb: 'start',
  name: 'start_database',
  title: 'Database: Start',
  description:
    'Starts a database and sees it run, which Coolify tells up to a minute later. One that runs is left alone.',
  effect: 'change',
  idempotent: true,
  input: z.object({ name: database }),
  output: z.object({ name: z.string(), status: z.string(), verified: z.array(fact) }),
  argumentNames: DATABASE_NAMES,

  look: async (ctx, { name }) => factsOf(await findDatabase(ctx, name)),
  plan: (_input, found) => startSteps('database', powered(found)),

  impact: (_input, { name }) => ({
    downtime_expected: false,
    rollback_available: true,
    affected_users: `none: what needs ${name} did without`,
    risks: [],
  }),
  resource: (_input, { uuid, name }) => ({ type: 'database', id: uuid, name }),
});
