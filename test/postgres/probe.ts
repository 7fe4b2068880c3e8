import { existsSync } from 'node:fs';
import { appendFile, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { digestOf } from '../../src/engine/digest.ts';
import type { RunContext } from '../../src/operations/context.ts';
import { defineOperation, type Operation, steps } from '../../src/operations/operation.ts';
import type { RunHeader } from '../../src/storage/journal.ts';

export const STEPS = 3;

/**
 * An operation of three steps whose effects are lines of a file. Each step stops at the gates that the test has closed:
 * before it is begun (`mark`), before and after its effect, and after it was looked for (`find`). It says where it
 * stands.
 */
export function probeOperation(folder: string, who: string): Operation {
  const line = (what: string) => appendFile(join(folder, 'trace'), `${what}\n`);
  const spec = <Made extends object>(i: number, made: Made) => ({
    title: `effect ${i}`,
    estimate: 1,
    async mark(ctx: RunContext) {
      await stand(ctx, `mark ${i}`);
      return null;
    },
    async run(ctx: RunContext) {
      await stand(ctx, `before ${i}`);
      await line(`${ctx.runId} do ${i} ${who}`);
      await stand(ctx, `after ${i}`);
      return made;
    },
    async find(ctx: RunContext) {
      const effects = await effectsOf(folder, ctx.runId);
      await stand(ctx, `find ${i}`);
      return effects.some((effect) => effect.startsWith(`do ${i} `)) ? made : undefined;
    },
    undo: [
      {
        title: `take back ${i}`,
        async run(ctx: RunContext) {
          await line(`${ctx.runId} undo ${i} ${who}`);
          return {};
        },
      },
    ],
  });
  async function stand(ctx: RunContext, at: string): Promise<void> {
    const gate = gatePath(folder, at);
    if (!existsSync(gate)) return;
    await line(`${ctx.runId} at ${at} ${who}`);
    while (existsSync(gate)) await ctx.clock.sleep(5, ctx.signal);
  }
  return defineOperation({
    noun: 'probe',
    verb: 'run',
    name: 'probe',
    title: 'Probe: Run',
    description: '',
    effect: 'change',
    idempotent: false,
    input: z.object({}),
    output: z.object({ made0: z.number(), made1: z.number(), made2: z.number() }),
    look: async () => null,
    plan: () =>
      steps({})
        .step('effect_0', spec(0, { made0: 0 }))
        .step('effect_1', spec(1, { made1: 1 }))
        .step('effect_2', spec(2, { made2: 2 })),
  });
}

const gatePath = (folder: string, at: string): string => join(folder, `gate ${at}`);
export const closeGate = (folder: string, at: string): Promise<void> => writeFile(gatePath(folder, at), '');

/** What the steps of the run did or said, in order, without its id. */
export async function traceOf(folder: string, runId: string): Promise<string[]> {
  const path = join(folder, 'trace');
  if (!existsSync(path)) return [];
  const lines = (await readFile(path, 'utf8')).split('\n');
  return lines.flatMap((line) => (line.startsWith(`${runId} `) ? [line.slice(runId.length + 1)] : []));
}

export const effectsOf = async (folder: string, runId: string): Promise<string[]> =>
  (await traceOf(folder, runId)).filter((line) => !line.startsWith('at '));

let count = 0;
export function probeHeader(folder: string, id = `txn-${Math.floor(Date.now() / 1000)}-p${count++}`): RunHeader {
  const operation = probeOperation(folder, 'nobody');
  const list = operation.plan({}, null).list;
  return {
    id,
    operation: 'probe',
    actor: { kind: 'owner' },
    input: {},
    facts: null,
    digest: digestOf(operation, {}, null),
    steps: list.map(({ name, title, estimate }) => ({ name, title, estimate })),
    planId: null,
    startedAt: Date.now(),
    version: '0.1.0',
  };
}
