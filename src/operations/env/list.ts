import { z } from 'zod';
import { findApp } from '../apps/resolve.ts';
import { app, cursor, limit, project } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';

export const listVariables = defineOperation({
  noun: 'env',
  verb: 'list',
  name: 'list_env_vars',
  title: 'Variable: List',
  description: "Names and flags of an app's environment variables. Values are never shown.",
  effect: 'read',
  idempotent: true,
  input: z.object({ name: app, project, limit, cursor }),
  output: z.object({
    name: z.string(),
    variables: z.array(z.looseObject({ key: z.string(), value: z.string() })),
    total: z.number(),
    next_cursor: z.string().nullable(),
  }),
  argumentNames: { id: 'name', application_id: 'name', app_id: 'name' },

  async look(ctx, input) {
    const row = await findApp(ctx, input.name, input.project);
    const rows = await ctx.coolify.environmentVariables.list('applications', row.uuid, { signal: ctx.signal });
    for (const { key, value, real_value } of rows) {
      if (value) ctx.learn(key, value);
      if (real_value) ctx.learn(key, real_value);
    }
    const previews = new Set(rows.filter((v) => v.is_preview === true).map((v) => v.key));
    const variables = rows
      .filter((v) => v.is_preview !== true || !rows.some((other) => other.key === v.key && other.is_preview !== true))
      .map((v) => ({
        key: v.key,
        value: '[hidden]',
        ...(v.is_preview === true ? { preview_only: true } : { in_previews: previews.has(v.key) }),
        ...(v.is_shown_once === true && { locked: true }),
        ...(v.is_runtime === false && { runtime: false }),
        ...(v.is_buildtime === false && { build: false }),
        ...(v.is_required === true && { required: true }),
      }))
      .sort((a, b) => (a.key < b.key ? -1 : 1));
    return { name: row.name ?? row.uuid, variables };
  },

  plan({ limit, cursor }, { name, variables }) {
    const { rows, ...page } = pageOf(variables, (v) => v.key, limit, cursor);
    return steps({ name, variables: rows, ...page });
  },
});
