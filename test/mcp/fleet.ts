import { z } from 'zod';
import { CoolifyError } from '../../src/coolify/error.ts';
import { defineOperation, type Operation, SECRET, StepFailed, steps } from '../../src/operations/operation.ts';
import { Refusal } from '../../src/refusal.ts';

const boat = z.string().min(1).describe('The boat, by name.');

/** A small world with one operation of every kind, so that the surface is tested without a Coolify. */
export function fleet(): readonly Operation[] {
  const boats = new Map([
    ['ann', 'red'],
    ['bob', 'blue'],
  ]);
  /** What took place, for tests to wait for: `listening:<boat>`, `aborted:<boat>:<reason>`, `moored:<boat>`, `moored again:<boat>`. */
  const events: string[] = [];
  let openHarbour = Promise.withResolvers<void>();

  const listBoats = defineOperation({
    noun: 'boats',
    verb: 'list',
    name: 'list_boats',
    title: 'Boats: List',
    description: 'Every boat and its colour.',
    effect: 'read',
    idempotent: true,
    input: z.object({ limit: z.int().min(1).default(10).describe('At most so many.') }),
    output: z.object({ boats: z.array(z.object({ name: z.string(), colour: z.string().nullable() })), total: z.int() }),
    aliases: [{ name: 'list_ships', arguments: { max: 'limit' }, output: ({ boats: ships }) => ({ ships }) }],
    look: async () => [...boats].map(([name, colour]) => ({ name, colour })),
    plan: ({ limit }, all) => steps({ boats: all.slice(0, limit), total: all.length }),
  });

  const harbour = defineOperation({
    noun: 'harbour',
    verb: 'look',
    name: 'harbour',
    title: 'Harbour: Look',
    description: 'What took place; `open` lets those in that wait outside.',
    effect: 'read',
    idempotent: false,
    input: z.object({ open: z.boolean().default(false).describe('Opens the harbour.') }),
    output: z.object({ events: z.array(z.string()) }),
    look: async (_ctx, { open }) => {
      if (open) openHarbour.resolve();
      return [...events];
    },
    plan: (_input, seen) => steps({ events: seen }),
  });

  const watchBoat = defineOperation({
    noun: 'boats',
    verb: 'watch',
    name: 'watch_boat',
    title: 'Boats: Watch',
    description: 'Watches until the caller has enough.',
    effect: 'read',
    idempotent: true,
    input: z.object({ boat }),
    output: z.object({}),
    look: (ctx, input) => untilAborted(ctx.signal, input.boat),
    plan: () => steps({}),
  });

  const breakBoat = defineOperation({
    noun: 'boats',
    verb: 'break',
    name: 'break_boat',
    title: 'Boats: Break',
    description: 'Fails in the way that is asked for.',
    effect: 'change',
    idempotent: false,
    input: z.object({ how: z.enum(['refusal', 'coolify', 'fault', 'gate', 'aground']).describe('The way.') }),
    output: z.object({}),
    look: async (_ctx, { how }) => {
      if (how === 'refusal')
        throw new Refusal('ambiguous', 'Two boats are called ann.', 'Say which.', { candidates: ['ann-1', 'ann-2'] });
      if (how === 'coolify')
        throw new CoolifyError({ kind: 'unreachable', message: 'Coolify cannot be reached.', sent: 'no' });
      if (how === 'fault') throw new Error('the keel is upside down');
      return null;
    },
    gates: [
      ({ how }) =>
        how === 'gate'
          ? { gate: 'tide', result: 'blocked', evidence: 'low water', source: 'the gauge', next: 'Wait for the tide.' }
          : { gate: 'tide', result: 'passed', evidence: 'high water', source: 'the gauge' },
    ],
    plan: () =>
      steps({})
        .step('cast_off', {
          title: 'Cast off',
          estimate: 1,
          run: async () => ({}),
          undo: [{ title: 'Moor again', run: async () => ({}) }],
        })
        .step('pass_shoal', {
          title: 'Pass the shoal',
          estimate: 1,
          run: async () => {
            throw new StepFailed('ran aground', { stage: 'deployment', fix: 'Take the channel.' });
          },
        }),
  });

  const sailBoat = defineOperation({
    noun: 'boats',
    verb: 'sail',
    name: 'sail_boat',
    title: 'Boats: Sail',
    description: 'Sails a boat; with `wait` it stays outside until the harbour opens.',
    effect: 'change',
    idempotent: false,
    input: z.object({
      boat,
      wait: z.boolean().default(false).describe('Stay outside until the harbour opens.'),
      passphrase: z.string().meta(SECRET).optional().describe('Word for the lock keeper.'),
    }),
    output: z.object({ boat: z.string(), legs: z.int() }),
    look: async () => null,
    plan: (input) =>
      steps({ boat: input.boat })
        .step('cast_off', {
          title: 'Cast off',
          estimate: 10,
          run: async (ctx) => {
            for (const line of ['bow line', 'stern line', 'spring line'])
              ctx.report({ event: 'LOG', message: `${line} off` });
            return {};
          },
          undo: [
            {
              title: 'Moor again',
              run: async () => {
                events.push(`moored again:${input.boat}`);
                return {};
              },
            },
          ],
        })
        .step('cruise', {
          title: 'Cruise',
          estimate: 20,
          run: async (ctx) => {
            if (input.wait) {
              openHarbour = Promise.withResolvers();
              await Promise.race([openHarbour.promise, untilAborted(ctx.signal, input.boat)]);
            }
            return { legs: 2 };
          },
        })
        .step('moor', {
          title: 'Moor',
          estimate: 5,
          run: async () => {
            events.push(`moored:${input.boat}`);
            return {};
          },
        }),
    resource: ({ boat: name }) => ({ type: 'application', id: name, name }),
  });

  const paintBoat = defineOperation({
    noun: 'boats',
    verb: 'paint',
    name: 'paint_boat',
    title: 'Boats: Paint',
    description: 'Gives a boat another colour.',
    effect: 'change',
    idempotent: true,
    input: z.object({ boat, colour: z.string().describe('The new colour.') }),
    output: z.object({ colour: z.string() }),
    look: async () => null,
    plan: (input) =>
      steps({}).step('paint', {
        title: `Paint ${input.boat} ${input.colour}`,
        estimate: 1,
        run: async () => {
          boats.set(input.boat, input.colour);
          return { colour: input.colour };
        },
      }),
  });

  const sinkBoat = defineOperation({
    noun: 'boats',
    verb: 'sink',
    name: 'sink_boat',
    title: 'Boats: Sink (DESTRUCTIVE)',
    description: 'Sinks a boat.',
    effect: 'destroy',
    idempotent: true,
    input: z.object({ boat }),
    output: z.object({ sunk: z.string() }),
    aliases: [{ name: 'sink_ship', arguments: { ship: 'boat' } }],
    look: async (_ctx, input) => {
      const colour = boats.get(input.boat);
      if (colour === undefined) throw new Refusal('not_found', `There is no boat ${input.boat}.`, 'List the boats.');
      return { colour };
    },
    plan: (input) =>
      steps({}).step('sink', {
        title: `Sink ${input.boat}`,
        estimate: 1,
        run: async () => {
          boats.delete(input.boat);
          return { sunk: input.boat };
        },
      }),
    impact: () => ({
      downtime_expected: true,
      rollback_available: false,
      affected_users: 'all aboard',
      risks: [{ level: 'high', description: 'The boat is gone for good' }],
    }),
  });

  function untilAborted(signal: AbortSignal, name: string): Promise<never> {
    return new Promise((_resolve, reject) => {
      const onAbort = () => {
        events.push(`aborted:${name}:${String(signal.reason)}`);
        reject(signal.reason);
      };
      if (signal.aborted) onAbort();
      else signal.addEventListener('abort', onAbort, { once: true });
      events.push(`listening:${name}`);
    });
  }

  // A list of operations of many types is one of operations of any type.
  return [listBoats, harbour, watchBoat, breakBoat, sailBoat, paintBoat, sinkBoat] as unknown as readonly Operation[];
}
