import { z } from 'zod';
import type { RunContext } from '../../src/operations/context.ts';
import { defineOperation, type Operation, steps, Undecidable } from '../../src/operations/operation.ts';

/** Three steps that each make a project in Coolify, which takes as many of one name as are asked for. */
export const probe: Operation = defineOperation({
  noun: 'probe',
  verb: 'run',
  name: 'probe',
  title: 'Probe: Run',
  description: 'Makes three projects.',
  effect: 'create',
  idempotent: false,
  input: z.object({}),
  output: z.object({ made0: z.string(), made1: z.string(), made2: z.string() }),
  look: async () => null,
  plan: () =>
    steps({})
      .step(
        'effect_0',
        project(0, (made0) => ({ made0 })),
      )
      .step(
        'effect_1',
        project(1, (made1) => ({ made1 })),
      )
      .step(
        'effect_2',
        project(2, (made2) => ({ made2 })),
      ),
});

function project<Made extends object>(i: number, made: (uuid: string) => Made) {
  const nameIn = (ctx: RunContext) => `${ctx.runId} ${i}`;
  async function ours(ctx: RunContext): Promise<string[]> {
    const all = await ctx.coolify.projects.list({ signal: ctx.signal });
    return all.flatMap(({ name, uuid }) => (name === nameIn(ctx) ? [uuid] : []));
  }
  return {
    title: `make project ${i}`,
    estimate: 1,
    async run(ctx: RunContext): Promise<Made> {
      const { uuid } = await ctx.coolify.projects.create({ name: nameIn(ctx) }, { signal: ctx.signal });
      return made(uuid);
    },
    async find(ctx: RunContext): Promise<Made | undefined> {
      const [uuid, ...more] = await ours(ctx);
      if (more.length > 0) throw new Undecidable(`${more.length + 1} projects carry the mark of this run`);
      return uuid === undefined ? undefined : made(uuid);
    },
    undo: [
      {
        title: `delete project ${i}`,
        async run(ctx: RunContext) {
          for (const uuid of await ours(ctx)) await ctx.coolify.projects.delete(uuid, { signal: ctx.signal });
          return {};
        },
      },
    ],
  };
}
