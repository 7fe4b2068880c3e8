import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import { findApp } from '../apps/resolve.ts';
import { app, fact, project, variableName } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { before, putBack } from './set.ts';

export const deleteVariable = defineOperation({
  noun: 'env',
  verb: 'delete',
  name: 'delete_env_var',
  title: 'Variable: Delete (DESTRUCTIVE)',
  description:
    'Deletes an environment variable of an app, with its twin for previews. It takes effect at the next deployment.',
  effect: 'destroy',
  idempotent: false,
  input: z.object({ name: app, project, key: variableName.describe('Name of the variable.') }),
  output: z.object({
    name: z.string(),
    key: z.string(),
    deleted: z.boolean(),
    verified: z.array(fact),
    takes_effect: z.string(),
  }),
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    const rows = await ctx.coolify.environmentVariables.list('applications', row.uuid, { signal: ctx.signal });
    const own = rows.filter((v) => v.key === input.key);
    if (own.length === 0) {
      throw new Refusal('not_found', `${row.name} has no variable ${input.key}.`, 'List them with list_env_vars.');
    }
    return {
      app: { uuid: row.uuid, name: row.name ?? row.uuid },
      uuids: own.map(({ uuid }) => uuid),
      readable: own.every((v) => v.value !== undefined),
    };
  },

  plan({ key }, { app, uuids, readable }) {
    return steps({ name: app.name, key, takes_effect: 'at the next deployment' }).step('delete_variable', {
      title: `delete variable ${key} of ${app.name}`,
      estimate: 1,
      mark: (ctx) => before(ctx, app.uuid, key),
      async run(ctx) {
        for (const uuid of uuids) {
          try {
            await ctx.coolify.environmentVariables.delete('applications', app.uuid, uuid, { signal: ctx.signal });
          } catch (error) {
            // Deleted before, by an attempt whose answer was lost.
            if (!(error instanceof Error && 'kind' in error && error.kind === 'not_found')) throw error;
          }
        }
        const left = (
          await ctx.coolify.environmentVariables.list('applications', app.uuid, { signal: ctx.signal })
        ).filter((v) => v.key === key);
        return {
          deleted: left.length === 0,
          verified: [
            {
              fact: 'variable_gone',
              result: left.length === 0 ? ('seen' as const) : ('not_seen' as const),
              source: "Coolify's variables",
            },
          ],
        };
      },
      undo: [
        {
          title: readable
            ? `create ${key} again with its old value`
            : `${key} cannot be created again: its value is not readable`,
          async run(ctx, { mark }) {
            await putBack(ctx, app.uuid, key, mark);
            return {};
          },
        },
      ],
    });
  },
  impact: (_input, { readable }) => ({
    downtime_expected: false,
    rollback_available: readable,
    affected_users: 'none until the next deployment',
    risks: [{ level: 'high', description: 'An app that needs the variable fails at its next deployment' }],
  }),
  resource: (_input, { app }) => ({ type: 'application', id: app.uuid, name: app.name }),
});
