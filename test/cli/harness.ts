import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { text } from 'node:stream/consumers';
import { z } from 'zod';
import { systemClock } from '../../src/clock.ts';
import { inlineDurable } from '../../src/engine/durable/inline.ts';
import type { Durable } from '../../src/engine/durable/port.ts';
import { admitOwner, type Policy } from '../../src/gateway/admit.ts';
import { catalogOf } from '../../src/gateway/catalog.ts';
import { gateway } from '../../src/gateway/gateway.ts';
import { silentLog } from '../../src/log.ts';
import type { Context, Progress } from '../../src/operations/context.ts';
import { fact } from '../../src/operations/fields.ts';
import { defineOperation, type Operation, SECRET, StepFailed, steps } from '../../src/operations/operation.ts';
import { Refusal } from '../../src/refusal.ts';
import { openFileStores } from '../../src/storage/files/open.ts';
import { type Cli, runCli } from '../../src/surfaces/cli/cli.ts';

/** What the operations of these tests work on. */
export interface World {
  things: Map<string, { size: number; env: Record<string, string> }>;
  /** The second step of `thing make` fails. */
  breaks: boolean;
  blocked: boolean;
  unreachable: boolean;
  /** The second step waits until it is cancelled, or for ever. */
  holds: boolean;
  /** Resolves when it has begun to wait. */
  held: PromiseWithResolvers<void>;
}

export const newWorld = (): World => ({
  things: new Map(),
  breaks: false,
  blocked: false,
  unreachable: false,
  holds: false,
  held: Promise.withResolvers(),
});

export const SECRET_VALUE = 'hunter2-correct-horse';

function operationsOn(world: World): Operation[] {
  const reach = () => {
    if (!world.unreachable) return;
    throw Object.assign(new Error('Coolify could not be reached.'), {
      kind: 'unreachable',
      next: 'Check that Coolify runs.',
    });
  };
  const known = (name: string) => {
    const found = world.things.get(name);
    if (found) return found;
    throw new Refusal('not_found', `There is no thing ${name}.`, 'List them with fairlead thing list.');
  };
  return [
    defineOperation({
      noun: 'thing',
      verb: 'list',
      name: 'list_things',
      title: 'Thing: List',
      description: 'Names and sizes of all things. A page at a time.',
      effect: 'read',
      idempotent: true,
      input: z.object({ limit: z.number().int().min(1).max(50).default(10).describe('At most so many.') }),
      output: z.object({
        things: z.array(z.looseObject({ name: z.string() })),
        total: z.number(),
        next_cursor: z.string().nullable(),
      }),
      aliases: [{ name: 'list_stuff', output: ({ things }) => ({ stuff: things }) }],
      look: async () => {
        reach();
        return [...world.things].map(([name, { size }]) => ({ name, size, tags: ['a', 'b'] }));
      },
      plan: ({ limit }, all) =>
        steps({ things: all.slice(0, limit), total: all.length, next_cursor: all.length > limit ? 'Zg' : null }),
    }),
    defineOperation({
      noun: 'thing',
      verb: 'make',
      name: 'make_thing',
      title: 'Thing: Make',
      description: 'Makes a thing and sees that it is there. It is taken away again when it does not come up.',
      effect: 'create',
      idempotent: false,
      input: z.object({
        name: z.string().describe('What it is called.'),
        size: z.number().default(1).describe('How large it is.'),
        kind: z.enum(['round', 'square']).default('round').describe('Its form.'),
        labels: z.array(z.string()).optional().describe('Words about it.'),
        env_vars: z
          .array(z.object({ key: z.string(), value: z.string().meta(SECRET) }))
          .default([])
          .describe('Its variables.'),
        cache: z.boolean().default(true).describe('Keep what was built.'),
        limits: z.object({ memory: z.string() }).optional().describe('What it may use.'),
      }),
      output: z.object({ name: z.string(), url: z.string(), verified: z.array(fact) }),
      argumentNames: { id: 'name' },
      look: async (_ctx, { name }) => {
        reach();
        return { taken: world.things.has(name) };
      },
      gates: [
        () => ({
          gate: 'room',
          result: world.blocked ? 'blocked' : 'passed',
          evidence: world.blocked ? 'no room is left' : 'there is room',
          source: 'the world',
          next: 'Make room.',
        }),
      ],
      plan: ({ name, size, env_vars }) =>
        steps({ name })
          .step('make', {
            title: `make ${name}`,
            estimate: 2,
            async run(ctx) {
              const env: Record<string, string> = {};
              for (const { key, value } of env_vars) env[key] = await ctx.reveal(value);
              world.things.set(name, { size, env });
              ctx.report({ event: 'LOG', message: `building with ${env.KEY ?? 'nothing'}\n\u001b[2Jdone` });
              return { url: `https://${name}.example.com` };
            },
            undo: [
              {
                title: `take ${name} away`,
                run: async () => {
                  world.things.delete(name);
                  return {};
                },
              },
            ],
          })
          .step('see', {
            title: `see ${name} come up`,
            estimate: 100,
            async run({ signal }) {
              if (world.holds) {
                world.held.resolve();
                await new Promise((_, reject) =>
                  signal.addEventListener('abort', () => reject(signal.reason), { once: true }),
                );
              }
              if (world.breaks) {
                throw new StepFailed(`${name} did not come up`, {
                  stage: 'deployment',
                  fix: 'Look at its log.',
                  logs: ['Error: boom'],
                });
              }
              return {
                verified: [
                  { fact: 'it_runs', result: 'seen' as const, source: 'the world' },
                  {
                    fact: 'it_is_healthy',
                    result: 'unknown' as const,
                    source: 'the world',
                    reason: 'it has no health check',
                  },
                ],
              };
            },
          }),
      impact: () => ({
        downtime_expected: false,
        rollback_available: true,
        affected_users: 'none',
        risks: [{ level: 'medium', description: 'It may be too large' }],
      }),
      resource: ({ name }) => ({ type: 'application', id: `uuid-${name}`, name }),
    }),
    defineOperation({
      noun: 'thing',
      verb: 'delete',
      name: 'delete_thing',
      title: 'Thing: Delete (DESTRUCTIVE)',
      description: 'Deletes a thing for good.',
      effect: 'destroy',
      idempotent: false,
      input: z.object({ name: z.string().describe('Which one.') }),
      output: z.object({ name: z.string(), deleted: z.boolean() }),
      look: async (_ctx, { name }) => ({ size: known(name).size }),
      plan: ({ name }) =>
        steps({ name }).step('delete', {
          title: `delete ${name}`,
          estimate: 1,
          run: async () => ({ deleted: world.things.delete(name) }),
        }),
      resource: ({ name }) => ({ type: 'application', id: `uuid-${name}`, name }),
    }),
    defineOperation({
      noun: 'run',
      verb: 'list',
      name: 'list_runs',
      title: 'Run: List',
      description: 'The newest runs.',
      effect: 'read',
      idempotent: true,
      input: z.object({}),
      output: z.object({ runs: z.array(z.looseObject({})) }),
      look: async (ctx) => ctx.runs.list(10),
      plan: (_input, all) => steps({ runs: all.map((run) => ({ ...run })) }),
    }),
  ];
}

export interface Ended {
  exit: number;
  stdout: string;
  stderr: string;
}

export interface Started {
  end: Promise<Ended>;
  interrupt(): void;
  leave(): void;
  /** What a person types. */
  type(line: string): void;
}

/** A whole Fairlead over a data folder of its own, its operations those of a small world. */
export async function fairlead(world: World, policy: Partial<Policy> = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-cli-'));
  const registry = operationsOn(world);
  const catalog = catalogOf(registry);
  const stops: (() => Promise<void>)[] = [];

  /** As one process: its own stores and its own durable. */
  async function process() {
    const stores = await openFileStores(folder, { clock: systemClock });
    const strikeDeep = <T>(value: T): T =>
      JSON.parse(JSON.stringify(value ?? null).replaceAll(SECRET_VALUE, '***')) as T;
    const context = (signal: AbortSignal, report: (progress: Progress) => void) =>
      ({
        actor: { kind: 'owner' },
        reveal: (reference: string) => stores.secrets.open(reference),
        seal: (value: string) => stores.secrets.seal(value),
        strike: (secret: string) => secret.replaceAll(SECRET_VALUE, '***'),
        runs: {
          list: async () => (await stores.runs.list(10)).map(({ header }) => ({ run_id: header.id, status: 'x' })),
        },
        clock: systemClock,
        signal,
        report,
      }) as unknown as Context;
    const durable: Durable = inlineDurable({
      runs: stores.runs,
      clock: systemClock,
      log: silentLog,
      operation: (name) => registry.find((operation) => operation.name === name),
      context: ({ id }, signal, report) => ({ ...context(signal, report), runId: id }),
      onEnd: async () => undefined,
      onOverrun: async () => undefined,
    });
    const engine = {
      durable,
      plans: stores.plans,
      clock: systemClock,
      version: '1.2.3',
      async seal(_schema: z.ZodObject, input: Record<string, unknown>) {
        if (!Array.isArray(input.env_vars)) return input;
        const env_vars = [];
        for (const { key, value } of input.env_vars) env_vars.push({ key, value: await stores.secrets.seal(value) });
        return { ...input, env_vars };
      },
      strikeDeep,
      context: (_actor: unknown, signal: AbortSignal, report: (progress: Progress) => void) => context(signal, report),
    };
    const admitted = admitOwner({
      policy: { read: 'allow', create: 'allow', change: 'allow', destroy: 'allow', ...policy },
      audit: async () => undefined,
      now: Date.now,
    });
    const close = async () => {
      await durable.close();
      await stores.close();
    };
    return { parts: { gateway: gateway(catalog, engine), admitted, durable, strikeDeep }, close };
  }

  function start(argv: string[], { tty = false, stdin = '', env = {} as Cli['io']['env'] } = {}): Started {
    const [input, stdout, stderr] = [new PassThrough(), new PassThrough(), new PassThrough()];
    const cancel = new AbortController();
    const leave = new AbortController();
    if (!tty) input.end(stdin);
    const io = {
      stdin: Object.assign(input, { isTTY: tty }),
      stdout: Object.assign(stdout, { isTTY: tty }),
      stderr: Object.assign(stderr, { isTTY: tty }),
      env,
    };
    const run = async (): Promise<Ended> => {
      let opened: Awaited<ReturnType<typeof process>> | undefined;
      const exit = await runCli({
        argv,
        version: '1.2.3',
        catalog,
        open: async () => {
          opened = await process();
          return opened.parts;
        },
        doctor: async () => ({
          url: undefined,
          problems: [],
          coolify: undefined,
          dataFolder: folder,
          probeVia: undefined,
        }),
        io,
        interrupts: { cancel: cancel.signal, leave: leave.signal },
      });
      await opened?.close();
      stdout.end();
      stderr.end();
      return { exit, stdout: await text(stdout), stderr: await text(stderr) };
    };
    const end = run();
    stops.push(async () => {
      leave.abort(new Error('the test is over'));
      await end;
    });
    return {
      end,
      interrupt: () => cancel.abort(new Error('interrupted')),
      leave: () => leave.abort(new Error('interrupted')),
      type: (line) => input.write(`${line}\n`),
    };
  }

  return {
    catalog,
    folder,
    start,
    call: (argv: string[], options?: Parameters<typeof start>[1]) => start(argv, options).end,
    [Symbol.asyncDispose]: async () => {
      for (const stop of stops) await stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
