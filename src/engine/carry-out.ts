import type { Context, Progress, RunContext } from '../operations/context.ts';
import { type Operation, type StepEffect, StepFailed, Undecidable } from '../operations/operation.ts';
import {
  type EndStatus,
  type Failure,
  type Journal,
  type JournalEvent,
  runState,
  undoKey,
} from '../storage/journal.ts';
import { OwnershipLost } from '../storage/stores.ts';
import { digestOf } from './digest.ts';

/** A run stops here and keeps its journal as it is; whoever owns it next goes on from there. */
export class Suspended extends Error {
  override name = 'Suspended';
}

/** One attempt at an undo may meet a Coolify that restarts; five attempts reach over half a minute. */
const UNDO_PAUSES = [1000, 2000, 5000, 10_000, 15_000];
/** A lost answer's effect may still be on its way when we look for it. */
const FIND_PAUSES = [0, 1000, 2000];
/** Before what does no harm when it is done twice is done again, because its answer was lost. */
const AGAIN_PAUSES = [1000, 2000];

export interface CarryOut {
  operation: Operation;
  journal: Journal;
  /** Makes the event durable. When it cannot, nothing further is done. */
  record(event: JournalEvent): Promise<void>;
  /** Throws where the run is another's by now. Asked right before each effect: this process may have been frozen. */
  check(): Promise<void>;
  /** Told of an effect that was on its way while the run became another's: it may be there twice. */
  onOverrun(effect: string): Promise<void>;
  /** For the steps; its signal is the caller's wish to cancel. */
  context: RunContext;
  /** Ends the process, not the run. */
  stopping: AbortSignal;
  /** Called before the end is recorded, so that no run ends without its audit entry. */
  onEnd(status: EndStatus, output: object | null, journal: Journal): Promise<void>;
  /** A durable engine's own bookkeeping around one effect. */
  around?<T>(name: string, effect: () => Promise<T>): Promise<T>;
  /** `undo`: whatever was done is taken back. */
  direction?: 'forward' | 'undo';
}

/**
 * Walks the steps of a run from wherever its journal says it is, and on failure walks the undos back. The one body
 * that every durable adapter runs. Throws {@link Suspended} when it has to stop with the journal as it is.
 */
export async function carryOut(run: CarryOut): Promise<void> {
  const { operation, journal, context } = run;
  const { header } = journal;
  const { given, list } = operation.plan(header.input, header.facts);
  const total = list.reduce((sum, step) => sum + step.estimate, 0) || 1;
  const around = run.around ?? ((_name, effect) => effect());
  /** Title of the effect that may have taken place and whose end is not in the journal yet. */
  let acting: string | undefined;

  const record = async (event: JournalEvent): Promise<void> => {
    try {
      await run.record(event);
    } catch (cause) {
      throw await suspended(`the journal of ${header.id} could not be written, nothing further is done`, cause);
    }
    acting = undefined;
    journal.events.push(event);
  };
  const suspended = async (message: string, cause: unknown): Promise<Suspended> => {
    if (cause instanceof OwnershipLost && acting !== undefined) await run.onOverrun(acting);
    return new Suspended(message, { cause });
  };
  const act = async (
    { title, find }: Pick<StepEffect<object, unknown, object>, 'find'> & { title: string },
    effect: () => Promise<object>,
  ): Promise<object> => {
    await run.check().catch((cause: unknown) => {
      throw new Suspended('it cannot be told whether the run is still ours', { cause });
    });
    // What cannot be looked for does no harm when it is there twice.
    if (find) acting = title;
    try {
      return await effect();
    } catch (error) {
      if (wasNeverSent(error)) acting = undefined;
      throw error;
    }
  };
  const now = () => context.clock.now();
  const state = () => runState(journal);
  const fractionAt = (position: number) =>
    list.slice(0, position).reduce((sum, step) => sum + step.estimate, 0) / total;
  const tell = (event: Progress['event'], message: string, position = state().position) =>
    context.report({ event, message, fraction: fractionAt(position) });

  if (state().ended) return;
  if (digestOf(operation, header.input, header.facts) !== header.digest) {
    const fix = `Finish it with the version that began it (${header.version}), or see by hand what it left.`;
    const failure = failed(
      'the program has changed since this run began, so its plan cannot be followed',
      'fault',
      fix,
    );
    await record({ type: 'failed', step: state().position, failure, at: now() });
    return end('failed', null);
  }

  if (run.direction === 'undo' && !state().failure) {
    const failure = failed('a person asked to take this run back', 'cancelled', 'Nothing to do.');
    await record({ type: 'failed', step: state().position, failure, at: now() });
  }
  if (!state().failure && state().position === 0 && !state().open) tell('BEGIN', `${header.id}: ${operation.title}`);
  while (!state().failure && state().position < list.length) await forward(state().position);
  if (state().failure) return undoAll();
  tell('COMMITTED', `${header.id}: all ${list.length} steps done`, list.length);
  return end('success', { ...given, ...state().done });

  async function forward(index: number): Promise<void> {
    const step = list[index]!;
    const before = state();
    tell('STEP', step.title, index);
    try {
      const known = { ...given, ...before.done };
      const result = await around(step.name, () =>
        perform(step, context, known, {
          open: before.open,
          begin: (mark) => record({ type: 'begun', step: index, mark, at: now() }),
          act: (effect) => act(step, effect),
        }),
      );
      await record({ type: 'done', step: index, result, at: now() });
      tell('DONE', step.title, index + 1);
    } catch (error) {
      if (error instanceof Suspended) throw error;
      if (run.stopping.aborted) throw await suspended('the process is stopping', run.stopping.reason);
      const failure = explain(error, context);
      await record({ type: 'failed', step: index, failure, at: now() });
      tell('FAILED', `${step.title}: ${failure.message}`, index);
    }
  }

  async function undoAll(): Promise<void> {
    // Undoing goes on where the wish to cancel would have stopped it.
    const undoing: RunContext = { ...context, signal: run.stopping };
    tell('ROLLBACK', `${header.id}: taking back what was begun`);
    for (const index of begun()) {
      // A part builds on those before it: where one could not be taken back, the next would tell what was not seen.
      for (const part of (list[index]!.undo ?? []).keys()) if (!(await undoOne(index, part, undoing))) break;
    }
    const final = begun().some((index) => list[index]!.irreversible);
    return end(final || state().undoFailed.length > 0 ? 'failed' : 'rolled_back', null);
  }

  /** The steps of which something may be there, the last one first. */
  function begun(): number[] {
    const { marks, failure } = state();
    const untouched = failure?.failure.nothingDone ? failure.step : -1;
    return [...marks.keys()].filter((index) => index !== untouched).sort((a, b) => b - a);
  }

  /** Whether it is taken back. */
  async function undoOne(index: number, part: number, undoing: RunContext): Promise<boolean> {
    const undo = list[index]!.undo![part]!;
    const key = undoKey(index, part);
    if (state().undone.has(key)) return true;
    for (const pause of [0, ...UNDO_PAUSES]) {
      try {
        if (pause) await undoing.clock.sleep(pause, run.stopping);
        const before = state();
        const known = Object.assign({}, given, before.done, ...before.undone.values(), {
          mark: before.marks.get(index),
        });
        const open = before.undoMarks.has(key) ? { mark: before.undoMarks.get(key) } : null;
        const result = await around(`undo ${list[index]!.name} ${part}`, () =>
          perform(undo, undoing, known, {
            open,
            begin: (mark) => record({ type: 'undo_begun', step: index, part, mark, at: now() }),
            act: (effect) => act(undo, effect),
          }),
        );
        await record({ type: 'undo_done', step: index, part, result, at: now() });
        if (!('left_alone' in result)) tell('ROLLBACK', undo.title);
        return true;
      } catch (error) {
        if (error instanceof Suspended) throw error;
        if (run.stopping.aborted) throw await suspended('the process is stopping', run.stopping.reason);
        const failure = explain(error, undoing);
        await record({ type: 'undo_failed', step: index, part, failure, at: now() });
        // What was seen and explained will not differ the next time; what was away may be back.
        if (error instanceof StepFailed || failure.kind === 'undecidable') return false;
      }
    }
    return false;
  }

  async function end(status: EndStatus, output: object | null): Promise<void> {
    await run.onEnd(status, output, journal);
    await record({ type: 'ended', status, output, at: now() });
  }
}

interface Performing {
  /** Set when the effect was begun before. */
  open: { mark: unknown } | null;
  begin(mark: unknown): Promise<void>;
  /** Brings the effect about, if the run is still ours. */
  act(effect: () => Promise<object>): Promise<object>;
}

/** Carries out one effect, or finds that it is there already. */
async function perform(
  effect: StepEffect<object, unknown, object>,
  ctx: RunContext,
  given: object,
  { open, begin, act }: Performing,
): Promise<object> {
  ctx.signal.throwIfAborted();
  const mark = open ? open.mark : ((await effect.mark?.(ctx, given)) ?? null);
  if (open) {
    const found = await lookFor(effect, ctx, given, mark);
    if (found) return found;
  } else {
    await begin(mark);
  }
  for (let lost = 0; ; lost += 1) {
    try {
      return await act(() => effect.run(ctx, given, mark));
    } catch (error) {
      if (!mayHaveTakenEffect(error)) throw error;
      const found = await lookFor(effect, ctx, given, mark);
      if (found) return found;
      const pause = AGAIN_PAUSES[lost];
      // What can be looked for and is not there may still be on its way, and would then be there twice.
      if (effect.find || pause === undefined) throw error;
      await ctx.clock.sleep(pause, ctx.signal);
    }
  }
}

async function lookFor(
  effect: StepEffect<object, unknown, object>,
  ctx: Context & RunContext,
  given: object,
  mark: unknown,
): Promise<object | undefined> {
  if (!effect.find) return undefined;
  for (const pause of FIND_PAUSES) {
    await ctx.clock.sleep(pause, ctx.signal);
    const found = await effect.find(ctx, given, mark);
    if (found) return found;
  }
  return undefined;
}

/** A request whose answer never came may have been carried out all the same; clients say so by `sent: 'maybe'`. */
const mayHaveTakenEffect = (error: unknown): boolean =>
  error instanceof Error && 'sent' in error && error.sent === 'maybe' && !isOfRead(error);
const isOfRead = (error: Error): boolean =>
  'request' in error && (error.request as { method?: unknown } | undefined)?.method === 'GET';
const wasNeverSent = (error: unknown): boolean => error instanceof Error && 'sent' in error && error.sent === 'no';

function explain(error: unknown, ctx: Context): Failure {
  const failure = ctx.signal.aborted
    ? failed('cancelled by the caller', 'cancelled', 'Call again when it is wanted.')
    : explained(error);
  return { ...failure, message: ctx.strike(failure.message), logs: failure.logs.map(ctx.strike) };
}

function explained(error: unknown): Failure {
  if (error instanceof StepFailed) {
    const { message, stage, severity, fix, logs, details, nothingDone } = error;
    return {
      message,
      stage,
      severity,
      fix,
      logs: [...logs],
      details,
      kind: 'failed',
      ...(nothingDone && { nothingDone }),
    };
  }
  if (error instanceof Undecidable) {
    const fix = `Look at ${error.candidates.join(', ') || 'the resource'} in Coolify and decide by hand; nothing was repeated.`;
    return { ...failed(error.message, 'undecidable', fix), details: { candidates: error.candidates } };
  }
  const message = error instanceof Error ? error.message : String(error);
  const next = error instanceof Error && 'next' in error && typeof error.next === 'string' ? error.next : undefined;
  return next === undefined
    ? failed(message, 'fault', 'This is a fault of Fairlead: report it with the run id.')
    : failed(message, 'failed', next);
}

const failed = (message: string, kind: Failure['kind'], fix: string): Failure => ({
  message,
  kind,
  fix,
  stage: 'unknown',
  severity: kind === 'cancelled' ? 'low' : 'high',
  logs: [],
  details: {},
});
