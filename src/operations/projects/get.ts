import { z } from 'zod';
import type { Context } from '../context.ts';
import { cursor, limit } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { pageOf } from '../page.ts';
import { findProject, PROJECT_NAMES, project } from './resolve.ts';

/** What Coolify's record of an environment lists, by the key it stands under. */
const LISTED = {
  applications: 'application',
  services: 'service',
  postgresqls: 'postgresql',
  mysqls: 'mysql',
  mariadbs: 'mariadb',
  mongodbs: 'mongodb',
  redis: 'redis',
} as const;
/** What it leaves out (`coolify.md` 3.6): looked up one by one. */
const LEFT_OUT = ['standalone-keydb', 'standalone-dragonfly', 'standalone-clickhouse'];

type Row = { environment: string; type: string; name: string; uuid: string; status: string };

export const getProject = defineOperation({
  noun: 'project',
  verb: 'get',
  name: 'get_project_details',
  title: 'Project: Get',
  description: 'One project: its environments, and what is in them with names and states, a page at a time.',
  effect: 'read',
  idempotent: true,
  input: z.object({ name: project, limit, cursor }),
  output: z.object({
    name: z.string(),
    uuid: z.string(),
    description: z.string().nullable(),
    environments: z.array(z.looseObject({ name: z.string(), uuid: z.string() })),
    resources: z.array(z.looseObject({ environment: z.string(), type: z.string(), name: z.string() })),
    total: z.number(),
    next_cursor: z.string().nullable(),
  }),
  argumentNames: PROJECT_NAMES,

  async look(ctx, input) {
    const { uuid, name, description } = await findProject(ctx, input.name);
    const environments = await ctx.coolify.projects.environments(uuid, { signal: ctx.signal });
    const [listed, others] = await Promise.all([
      Promise.all(environments.map((environment) => resourcesIn(ctx, uuid, environment))),
      leftOut(ctx, uuid),
    ]);
    const rows = [...listed.flat(), ...others];
    return {
      project: { uuid, name, description: description || null },
      environments: environments.map(({ uuid, name }) => ({ name, uuid })),
      rows: rows.sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1)),
    };
  },

  plan({ limit, cursor }, { project, environments, rows }) {
    const page = pageOf(rows, keyOf, limit, cursor);
    return steps({
      ...project,
      environments,
      resources: page.rows,
      total: page.total,
      next_cursor: page.next_cursor,
    });
  },
});

const keyOf = ({ environment, type, name, uuid }: Row): string => [environment, type, name, uuid].join('\u0000');

async function resourcesIn(ctx: Context, project: string, environment: { uuid: string; name: string }): Promise<Row[]> {
  // By uuid: one named `environments` or `envs` is out of reach by its name.
  const record = await ctx.coolify.projects.environment(project, environment.uuid, { signal: ctx.signal });
  return Object.entries(LISTED).flatMap(([key, type]) =>
    (record[key as keyof typeof LISTED] ?? []).map(({ uuid, name, status }) => ({
      environment: environment.name,
      type,
      name,
      uuid,
      status: status ?? 'unknown',
    })),
  );
}

async function leftOut(ctx: Context, project: string): Promise<Row[]> {
  const all = await ctx.coolify.servers.allResources({ signal: ctx.signal });
  const rows = all.filter(({ type }) => LEFT_OUT.includes(type));
  const records = await Promise.all(
    rows.map(async (row) => ({ ...row, record: await ctx.coolify.databases.get(row.uuid, { signal: ctx.signal }) })),
  );
  return records
    .filter(({ record }) => record.environment?.project?.uuid === project)
    .map(({ uuid, name, type, status, record }) => ({
      environment: record.environment?.name ?? 'unknown',
      type: type.replace('standalone-', ''),
      name,
      uuid,
      status: status ?? 'unknown',
    }));
}
