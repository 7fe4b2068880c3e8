import { z } from 'zod';
import type { RunContext } from '../context.ts';
import { defineOperation, type GateResult, LEFT_ALONE, StepFailed, steps, Undecidable } from '../operation.ts';

export const createProject = defineOperation({
  noun: 'project',
  verb: 'create',
  name: 'create_project',
  title: 'Project: Create',
  description: 'Makes a project with its environment production.',
  effect: 'create',
  idempotent: false,
  input: z.object({
    name: z
      .string()
      .trim()
      .min(3)
      .max(255)
      .regex(/^[\p{L}\p{M}\p{N} \-_./@&()#,:+]+$/u, 'letters, digits, spaces and - _ . / @ & ( ) # , : +')
      .describe('Its name, unique.'),
    description: z.string().trim().max(200).optional().describe('What it is for.'),
  }),
  output: z.object({ name: z.string(), uuid: z.string(), environments: z.array(z.string()) }),

  async look(ctx, { name }) {
    const all = await ctx.coolify.projects.list({ signal: ctx.signal });
    return { namesake: all.find((row) => row.name === name)?.uuid ?? null };
  },

  gates: [
    ({ name }, { namesake }): GateResult => ({
      gate: 'name_free',
      result: namesake === null ? 'passed' : 'blocked',
      evidence: namesake === null ? `no project is called ${name}` : `${name} is the name of project ${namesake}`,
      source: "Coolify's projects",
      ...(namesake !== null && { next: 'Use that project, or choose another name.' }),
    }),
  ],

  plan: ({ name, description }) =>
    steps({ name })
      .step('create_project', {
        title: `create project ${name}`,
        estimate: 1,
        async run(ctx) {
          const mark = `Made by Fairlead (${ctx.runId})`;
          const text = description ? `${description} - ${mark}` : mark;
          const { uuid } = await ctx.coolify.projects.create({ name, description: text }, { signal: ctx.signal });
          return { uuid };
        },
        find: madeBy,
        undo: [
          {
            title: `delete project ${name} again if nothing is in it`,
            async run(ctx, done) {
              const uuid = done.uuid ?? (await madeBy(ctx))?.uuid;
              return uuid === undefined ? LEFT_ALONE : deleteIfEmpty(ctx, { uuid, name });
            },
          },
        ],
      })
      .step('see_project', {
        title: 'see the project and its environments',
        estimate: 1,
        async run(ctx, { uuid }) {
          const environments = await ctx.coolify.projects.environments(uuid, { signal: ctx.signal });
          return { environments: environments.map((row) => row.name) };
        },
      }),

  impact: () => ({
    downtime_expected: false,
    rollback_available: true,
    affected_users: 'none: the project is new',
    risks: [],
  }),
  resource: ({ name }, _facts, done) => ({ type: 'project', id: (done as { uuid?: string }).uuid ?? 'none', name }),
});

/** The project that this run made, told by the run's id in its description. */
async function madeBy(ctx: RunContext): Promise<{ uuid: string } | undefined> {
  const all = await ctx.coolify.projects.list({ signal: ctx.signal });
  const ours = all.filter((row) => row.description?.includes(ctx.runId));
  if (ours.length > 1)
    throw new Undecidable(
      `${ours.length} projects carry the mark of this run`,
      ours.map(({ uuid }) => uuid),
    );
  return ours[0] && { uuid: ours[0].uuid };
}

async function deleteIfEmpty(ctx: RunContext, { uuid, name }: { uuid: string; name: string }): Promise<object> {
  try {
    await ctx.coolify.projects.delete(uuid, { signal: ctx.signal });
  } catch (error) {
    if (!(error instanceof Error && 'status' in error)) throw error;
    if (error.status === 404) return LEFT_ALONE;
    // 400: something was put into it meanwhile (recorded: projects 37); that is somebody's and stays.
    if (error.status !== 400) throw error;
    throw new StepFailed(`Project ${name} is no longer empty and was kept.`, {
      stage: 'unknown',
      severity: 'low',
      fix: 'Delete it in Coolify once it is empty.',
    });
  }
  return {};
}
