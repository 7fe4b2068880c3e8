import { z } from 'zod';
import { defineOperation, steps } from '../operation.ts';
import { findProject, PROJECT_NAMES, project } from './resolve.ts';

export const listEnvironments = defineOperation({
  noun: 'project',
  verb: 'environments',
  name: 'list_project_environments',
  title: 'Project: Environments',
  description: 'The environments of a project: name, uuid, description.',
  effect: 'read',
  idempotent: true,
  input: z.object({ name: project }),
  output: z.object({
    project: z.string(),
    environments: z.array(z.object({ uuid: z.string(), name: z.string(), description: z.string().nullable() })),
  }),
  argumentNames: PROJECT_NAMES,

  async look(ctx, input) {
    const { uuid, name } = await findProject(ctx, input.name);
    const rows = await ctx.coolify.projects.environments(uuid, { signal: ctx.signal });
    return { name, rows };
  },

  plan: (_input, { name, rows }) =>
    steps({
      project: name,
      environments: rows.map(({ uuid, name, description }) => ({ uuid, name, description: description || null })),
    }),
});
