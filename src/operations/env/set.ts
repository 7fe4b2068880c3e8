import { z } from 'zod';
import type { EnvironmentVariable } from '../../coolify/environmentVariables.ts';
import { findApp } from '../apps/resolve.ts';
import type { RunContext } from '../context.ts';
import { app, fact, project, variableName } from '../fields.ts';
import { defineOperation, type GateResult, SECRET, StepFailed, steps } from '../operation.ts';
import { markOf, variableProblem, variableRow } from './variable.ts';

/** What a variable was before it is set: enough to put it back, its value as a reference. */
interface Before {
  production: {
    value: string | null;
    readable: boolean;
    is_literal: boolean;
    is_multiline: boolean;
    comment: string | null;
  } | null;
}

export const setVariable = defineOperation({
  noun: 'env',
  verb: 'set',
  name: 'update_env_var',
  title: 'Variable: Set',
  description:
    'Sets an environment variable of an app, new or existing. It takes effect at the next deployment. The value is stored, never shown.',
  effect: 'change',
  idempotent: true,
  input: z.object({
    name: app,
    project,
    key: variableName.describe('Name of the variable.'),
    value: z.string().max(20_000).meta(SECRET).describe('Its new value.'),
  }),
  output: z.object({
    name: z.string(),
    key: z.string(),
    change: z.enum(['created', 'replaced']),
    verified: z.array(fact),
    takes_effect: z.string(),
  }),
  aliases: [{ name: 'create_env_var' }, { name: 'set_env_var' }],
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    const rows = await ctx.coolify.environmentVariables.list('applications', row.uuid, { signal: ctx.signal });
    const existing = rows.find((v) => v.key === input.key && v.is_preview !== true);
    return {
      app: { uuid: row.uuid, name: row.name ?? row.uuid },
      exists: existing !== undefined,
      locked: existing?.is_shown_once === true,
      readable: existing === undefined || existing.value !== undefined,
      problem: variableProblem(input.key, await ctx.reveal(input.value)),
    };
  },

  gates: [
    ({ key }, { problem, locked }): GateResult => ({
      gate: 'env',
      result: problem || locked ? 'blocked' : 'passed',
      evidence:
        problem ?? (locked ? `${key} is locked; Coolify answers 500 to a change of it` : 'Coolify can carry the value'),
      source: 'the value given, and the variable at Coolify',
      ...((problem || locked) && {
        next: locked ? 'Delete the variable, then set it anew.' : 'Write the value another way (base64, for example).',
      }),
    }),
  ],

  plan({ key, value }, { app, exists }) {
    return steps({ name: app.name, key, takes_effect: 'at the next deployment' }).step('set_variable', {
      title: `${exists ? 'replace' : 'create'} variable ${key} of ${app.name}`,
      estimate: 1,
      mark: (ctx) => before(ctx, app.uuid, key),
      async run(ctx) {
        const plain = await ctx.reveal(value);
        await ctx.coolify.environmentVariables.updateMany(
          'applications',
          app.uuid,
          { data: [variableRow(key, plain, ctx.runId)] },
          { signal: ctx.signal },
        );
        const rows = await productionRows(ctx, app.uuid, key);
        if (rows.length !== 1) {
          throw new StepFailed(`Coolify took ${key} and lists it ${rows.length} times.`, {
            stage: 'unknown',
            fix: 'Look at the variables in Coolify.',
          });
        }
        const now = rows[0]?.value;
        const seen = now === undefined || now === null ? null : now === plain;
        if (seen === false) {
          throw new StepFailed(`Coolify took ${key} and now has another value for it.`, {
            stage: 'unknown',
            fix: 'See whether somebody else sets it too; then set it again.',
          });
        }
        return {
          change: exists ? ('replaced' as const) : ('created' as const),
          verified: [
            { fact: 'variable_present', result: 'seen' as const, source: "Coolify's variables" },
            seen
              ? { fact: 'value_as_asked', result: 'seen' as const, source: "Coolify's variables" }
              : {
                  fact: 'value_as_asked',
                  result: 'unknown' as const,
                  source: "Coolify's variables",
                  reason: 'this token may not read values (read:sensitive)',
                },
          ],
        };
      },
      undo: [
        {
          title: exists ? `put the old value of ${key} back` : `delete ${key} again`,
          async run(ctx, { mark }) {
            await putBack(ctx, app.uuid, key, mark);
            return {};
          },
        },
      ],
    });
  },
  impact: (_input, { exists, readable }) => ({
    downtime_expected: false,
    rollback_available: !exists || readable,
    affected_users: 'none until the next deployment',
    risks:
      exists && !readable
        ? [{ level: 'medium', description: 'This token cannot read the old value, so it could not be put back' }]
        : [],
  }),
  resource: (_input, { app }) => ({ type: 'application', id: app.uuid, name: app.name }),
});

const productionRows = async (ctx: RunContext, uuid: string, key: string): Promise<EnvironmentVariable[]> => {
  const rows = await ctx.coolify.environmentVariables.list('applications', uuid, { signal: ctx.signal });
  return rows.filter((v) => v.key === key && v.is_preview !== true);
};

/** The variable as it is, its value sealed. */
export async function before(ctx: RunContext, uuid: string, key: string): Promise<Before> {
  const [row] = await productionRows(ctx, uuid, key);
  if (!row) return { production: null };
  if (row.value) ctx.learn(key, row.value);
  return {
    production: {
      value: row.value ? await ctx.seal(row.value) : null,
      readable: row.value !== undefined,
      is_literal: row.is_literal === true,
      is_multiline: row.is_multiline === true,
      comment: row.comment ?? null,
    },
  };
}

/** Puts a variable back to what it was. One that was not there goes, but only if it carries this run's mark. */
export async function putBack(ctx: RunContext, uuid: string, key: string, { production }: Before): Promise<void> {
  const rows = (await ctx.coolify.environmentVariables.list('applications', uuid, { signal: ctx.signal })).filter(
    (v) => v.key === key,
  );
  if (production === null) {
    for (const row of rows.filter((v) => v.comment === markOf(ctx.runId))) {
      await ctx.coolify.environmentVariables.delete('applications', uuid, row.uuid, { signal: ctx.signal });
    }
    return;
  }
  if (!production.readable) {
    throw new StepFailed(`the old value of ${key} is unknown, because this token may not read values`, {
      stage: 'unknown',
      fix: `Set ${key} by hand; give the token read:sensitive for the next time.`,
    });
  }
  const { value, is_literal, is_multiline, comment } = production;
  const row = {
    key,
    value: value === null ? '' : await ctx.reveal(value),
    is_literal,
    is_multiline,
    is_shown_once: false,
    comment: comment ?? '',
  };
  await ctx.coolify.environmentVariables.updateMany('applications', uuid, { data: [row] }, { signal: ctx.signal });
}
