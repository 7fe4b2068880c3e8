import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { Progress, RunContext } from '../operations/context.ts';
import { defineOperation, type Operation, StepFailed, steps, Undecidable } from '../operations/operation.ts';
import { type Journal, type JournalEvent, runState } from '../storage/journal.ts';
import { OwnershipLost } from '../storage/stores.ts';
import { carryOut, Suspended } from './carry-out.ts';
import { digestOf } from './digest.ts';

/** A world with effects that can be counted, found again and taken back, and that can lose an answer or break. */
interface World {
  effects: string[];
  present: Set<string>;
  breaksAt?: number;
  losesAnswerAt?: number;
  /** Which effect cannot be looked for, and so has to do no harm twice. */
  harmlessAt?: number;
  undoBreaks?: boolean;
  undecidableAt?: number;
}

const COUNT = 4;

function probe(world: World): Operation {
  const part = (i: number) => ({
    title: `effect ${i}`,
    estimate: 1,
    mark: async () => ({ before: [...world.present] }),
    async run() {
      if (world.breaksAt === i) throw new StepFailed(`effect ${i} broke`, { stage: 'deployment', fix: 'mend it' });
      world.effects.push(`do ${i}`);
      world.present.add(`e${i}`);
      if (world.losesAnswerAt === i && count(world, `do ${i}`) === 1)
        throw Object.assign(new Error('no answer'), { sent: 'maybe' });
      return { [`made${i}`]: i };
    },
    ...(world.harmlessAt !== i && { find: async () => find(i) }),
    undo: [
      {
        title: `take back ${i}`,
        async run() {
          if (world.undoBreaks && i === 1) throw new StepFailed('stuck', { stage: 'unknown', fix: 'by hand' });
          if (world.present.delete(`e${i}`)) world.effects.push(`undo ${i}`);
          return {};
        },
      },
    ],
  });
  async function find(i: number) {
    if (world.undecidableAt === i) throw new Undecidable('two candidates', ['a', 'b']);
    return world.present.has(`e${i}`) ? { [`made${i}`]: i } : undefined;
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
    output: z.object({}),
    look: async () => null,
    plan: () =>
      Array.from({ length: COUNT }, (_, i) => i).reduce(
        (chain, i) => chain.step(`effect_${i}`, part(i)) as never,
        steps({}),
      ),
  }) as unknown as Operation;
}

function newJournal(operation: Operation): Journal {
  return {
    header: {
      id: 'txn-1-a',
      operation: 'probe',
      actor: { kind: 'owner' },
      input: {},
      facts: null,
      digest: digestOf(operation, {}, null),
      steps: [],
      planId: null,
      startedAt: 0,
      version: '0',
    },
    events: [],
  };
}

interface Options {
  /** The process dies when this event is about to be written, or right after. */
  dieAt?: { event: number; when: 'before' | 'after' };
  stored?: JournalEvent[];
  told?: Progress[];
  cancelAt?: string;
  direction?: 'undo';
  /** Another process takes the run over before this effect, or when this event is about to be written. */
  takenOver?: { beforeEffect?: number; atEvent?: number };
  overruns?: string[];
}

/** Carries out from what is stored; what is stored afterwards is what a crash would leave. */
async function carry(
  world: World,
  stored: JournalEvent[],
  { dieAt, told = [], cancelAt, direction = undefined, takenOver = {}, overruns = [] }: Options = {},
): Promise<void> {
  const operation = probe(world);
  const journal: Journal = { ...newJournal(operation), events: structuredClone(stored) };
  const cancel = new AbortController();
  let written = 0;
  let checked = 0;
  await carryOut({
    operation,
    journal,
    stopping: new AbortController().signal,
    onEnd: async () => undefined,
    async check() {
      if (takenOver.beforeEffect === checked) throw new OwnershipLost('taken over');
      checked += 1;
    },
    onOverrun: async (effect) => void overruns.push(effect),
    ...(direction && { direction }),
    async record(event) {
      if (dieAt?.event === written && dieAt.when === 'before') throw new Error('died');
      if (takenOver.atEvent === written) throw new OwnershipLost('taken over');
      stored.push(structuredClone(event));
      if (dieAt?.event === written && dieAt.when === 'after') throw new Error('died');
      if (cancelAt === `${event.type} ${'step' in event ? event.step : ''}`) cancel.abort(new Error('stop'));
      written += 1;
    },
    context: {
      runId: 'txn-1-a',
      clock: { now: () => 1, sleep: async () => undefined },
      signal: cancel.signal,
      strike: (text: string) => text,
      report: (p: Progress) => told.push(p),
    } as unknown as RunContext,
  });
}

const stateOf = (world: World, events: JournalEvent[]) => runState({ ...newJournal(probe(world)), events });
const count = (world: World, what: string) => world.effects.filter((effect) => effect === what).length;

describe('carry out', () => {
  it('does every step once and ends with what the steps yielded', async () => {
    const world: World = { effects: [], present: new Set() };
    const events: JournalEvent[] = [];
    const told: Progress[] = [];
    await carry(world, events, { told });
    expect(stateOf(world, events).ended).toMatchObject({ status: 'success', output: { made0: 0, made3: 3 } });
    expect(told.map((p) => p.event)).toEqual([
      'BEGIN',
      ...Array.from({ length: COUNT }, () => ['STEP', 'DONE']).flat(),
      'COMMITTED',
    ]);
    const fractions = told.map((p) => p.fraction ?? 0);
    expect(fractions).toEqual(fractions.toSorted((a, b) => a - b));
  });

  it('takes back in reverse what was begun, the broken step too', async () => {
    const world: World = { effects: [], present: new Set(), breaksAt: 2 };
    const events: JournalEvent[] = [];
    await carry(world, events);
    expect(world.effects).toEqual(['do 0', 'do 1', 'undo 1', 'undo 0']);
    expect(stateOf(world, events).ended?.status).toBe('rolled_back');
    expect(stateOf(world, events).undone.has('2.0')).toBe(true);
  });

  it('names what it could not take back, and takes back the rest', async () => {
    const world: World = { effects: [], present: new Set(), breaksAt: 2, undoBreaks: true };
    const events: JournalEvent[] = [];
    await carry(world, events);
    expect(stateOf(world, events)).toMatchObject({ ended: { status: 'failed' }, undoFailed: [{ step: 1 }] });
    expect([...world.present]).toEqual(['e1']);
  });

  it('goes on with no part of an undo after one that could not be done', async () => {
    const told: string[] = [];
    const world: World = { effects: [], present: new Set(), breaksAt: 1 };
    const operation = probe(world);
    const plan = operation.plan({}, null);
    const undo = [
      {
        title: 'first',
        run: async () => Promise.reject(new StepFailed('stuck', { stage: 'unknown', fix: 'by hand' })),
      },
      {
        title: 'second',
        async run() {
          told.push('second');
          return {};
        },
      },
    ];
    const parted: Operation = {
      ...operation,
      plan: () => ({ ...plan, list: plan.list.map((step, i) => (i === 0 ? { ...step, undo } : step)) }),
    };
    const journal = newJournal(parted);
    await carryOut({
      operation: parted,
      journal,
      stopping: new AbortController().signal,
      record: async () => undefined,
      check: async () => undefined,
      onOverrun: async () => undefined,
      onEnd: async () => undefined,
      context: {
        runId: 'txn-1-a',
        clock: { now: () => 1, sleep: async () => undefined },
        signal: new AbortController().signal,
        report() {},
        strike: (text: string) => text,
      } as unknown as RunContext,
    });
    expect(told).toEqual([]);
    expect(runState(journal)).toMatchObject({ ended: { status: 'failed' }, undoFailed: [{ step: 0, part: 0 }] });
  });

  it('finds an effect whose answer was lost instead of doing it again', async () => {
    const world: World = { effects: [], present: new Set(), losesAnswerAt: 1 };
    const events: JournalEvent[] = [];
    await carry(world, events);
    expect(count(world, 'do 1')).toBe(1);
    expect(stateOf(world, events).ended?.status).toBe('success');
  });

  it('brings about again, where the answer was lost, what does no harm twice', async () => {
    const world: World = { effects: [], present: new Set(), losesAnswerAt: 1, harmlessAt: 1 };
    const events: JournalEvent[] = [];
    await carry(world, events);
    expect(count(world, 'do 1')).toBe(2);
    expect(stateOf(world, events).ended?.status).toBe('success');
  });

  it('starts nothing again where it cannot be told what happened', async () => {
    const world: World = { effects: [], present: new Set(), losesAnswerAt: 1, undecidableAt: 1 };
    const events: JournalEvent[] = [];
    await carry(world, events);
    expect(count(world, 'do 1')).toBe(1);
    expect(stateOf(world, events).failure?.failure.kind).toBe('undecidable');
  });

  it('brings no effect about once the run is another’s', async () => {
    const world: World = { effects: [], present: new Set() };
    const events: JournalEvent[] = [];
    const overruns: string[] = [];
    const carried = carry(world, events, { takenOver: { beforeEffect: 1 }, overruns });
    await expect(carried).rejects.toThrow(Suspended);
    expect(world.effects).toEqual(['do 0']);
    expect(overruns).toEqual([]);
  });

  it('reports an effect that it brought about while the run became another’s', async () => {
    const world: World = { effects: [], present: new Set() };
    const overruns: string[] = [];
    await expect(carry(world, [], { takenOver: { atEvent: 3 }, overruns })).rejects.toThrow(Suspended);
    expect(world.effects).toEqual(['do 0', 'do 1']);
    expect(overruns).toEqual(['effect 1']);
  });

  it('calls a failure no rollback where a step that was begun cannot be taken back', async () => {
    const world: World = { effects: [], present: new Set(), breaksAt: 2 };
    const operation = probe(world);
    const plan = operation.plan({}, null);
    const { list } = plan;
    const final: Operation = {
      ...operation,
      plan: () => ({
        ...plan,
        list: list.map((step) => (step.name === 'effect_1' ? { ...step, irreversible: true as const } : step)),
      }),
    };
    const journal = newJournal(final);
    const context = {
      runId: 'txn-1-a',
      clock: { now: () => 1, sleep: async () => undefined },
      signal: new AbortController().signal,
      report() {},
      strike: (text: string) => text,
    } as unknown as RunContext;
    await carryOut({
      operation: final,
      journal,
      context,
      stopping: new AbortController().signal,
      onEnd: async () => undefined,
      check: async () => undefined,
      onOverrun: async () => undefined,
      record: async () => undefined,
    });
    expect(runState(journal).ended?.status).toBe('failed');
  });

  it('takes up again, when a person asks, what it could not take back, and then a success too', async () => {
    const world: World = { effects: [], present: new Set(), breaksAt: 2, undoBreaks: true };
    const events: JournalEvent[] = [];
    await carry(world, events);
    expect([...world.present]).toEqual(['e1']);
    world.undoBreaks = false;
    events.push({ type: 'taken_over', by: 'a person', at: 2 });
    await carry(world, events, { direction: 'undo' });
    expect(stateOf(world, events)).toMatchObject({ ended: { status: 'rolled_back' }, undoFailed: [] });
    expect([...world.present]).toEqual([]);

    const good: World = { effects: [], present: new Set() };
    const done: JournalEvent[] = [];
    await carry(good, done);
    done.push({ type: 'taken_over', by: 'a person', at: 2 });
    await carry(good, done, { direction: 'undo' });
    expect(stateOf(good, done).ended?.status).toBe('rolled_back');
    expect([...good.present]).toEqual([]);
  });

  it('stops at a wish to cancel and takes everything back', async () => {
    const world: World = { effects: [], present: new Set() };
    const events: JournalEvent[] = [];
    await carry(world, events, { cancelAt: 'done 1' });
    expect(stateOf(world, events)).toMatchObject({
      ended: { status: 'rolled_back' },
      failure: { failure: { kind: 'cancelled' } },
    });
    expect([...world.present]).toEqual([]);
  });

  it('refuses to follow a plan that the program would now make differently', async () => {
    const world: World = { effects: [], present: new Set() };
    const operation = probe(world);
    const journal = newJournal(operation);
    journal.header.digest = 'sha256:other';
    const recorded: JournalEvent[] = [];
    const context = {
      clock: { now: () => 1 },
      signal: new AbortController().signal,
      report() {},
      strike: (t: string) => t,
    } as unknown as RunContext;
    await carryOut({
      operation,
      journal,
      context,
      stopping: context.signal,
      onEnd: async () => undefined,
      check: async () => undefined,
      onOverrun: async () => undefined,
      record: async (e) => void recorded.push(e),
    });
    expect(world.effects).toEqual([]);
    expect(recorded.at(-1)).toMatchObject({ type: 'ended', status: 'failed' });
  });

  it('ends the same after any crash: each completed step once, nothing left behind', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.record({
          breaksAt: fc.option(fc.integer({ min: 0, max: COUNT - 1 }), { nil: undefined }),
          losesAnswerAt: fc.option(fc.integer({ min: 0, max: COUNT - 1 }), { nil: undefined }),
          crashes: fc.array(
            fc.record({
              event: fc.integer({ min: 0, max: 8 }),
              when: fc.constantFrom('before' as const, 'after' as const),
            }),
            { maxLength: 6 },
          ),
        }),
        async ({ breaksAt, losesAnswerAt, crashes }) => {
          const world: World = {
            effects: [],
            present: new Set(),
            ...(breaksAt !== undefined && { breaksAt }),
            ...(losesAnswerAt !== undefined && { losesAnswerAt }),
          };
          const events: JournalEvent[] = [];
          for (const dieAt of crashes)
            await carry(world, events, { dieAt }).catch((error: unknown) => expect(error).toBeInstanceOf(Suspended));
          await carry(world, events);
          const { ended } = stateOf(world, events);
          expect(ended?.status).toBe(breaksAt === undefined ? 'success' : 'rolled_back');
          expect(world.present.size).toBe(breaksAt === undefined ? COUNT : 0);
          for (let i = 0; i < COUNT; i += 1)
            expect(count(world, `do ${i}`)).toBe(breaksAt !== undefined && i >= breaksAt ? 0 : 1);
        },
      ),
      { numRuns: 500 },
    );
  });

  it('can be resumed from any prefix of its journal', async () => {
    const whole: World = { effects: [], present: new Set(), breaksAt: 3 };
    const events: JournalEvent[] = [];
    await carry(whole, events);
    for (let length = 0; length <= events.length; length += 1) {
      const world: World = { effects: [], present: new Set(), breaksAt: 3 };
      const prefix: JournalEvent[] = [];
      await carry(world, prefix, { dieAt: { event: length, when: 'before' } }).catch(() => undefined);
      await carry(world, prefix);
      expect(stateOf(world, prefix).ended?.status).toBe('rolled_back');
      expect(world.present.size).toBe(0);
    }
  });
});
