import type { z } from 'zod';
import type { Clock } from '../clock.ts';
import { planId, runId } from '../ids.ts';
import type { Actor, Context, Progress } from '../operations/context.ts';
import type { Operation } from '../operations/operation.ts';
import { Refusal } from '../refusal.ts';
import type { RunHeader } from '../storage/journal.ts';
import type { PlanStore, StoredPlan } from '../storage/stores.ts';
import { type Answer, answerOf, planAnswer } from './answer.ts';
import { differences, digestOf } from './digest.ts';
import type { Durable } from './durable/port.ts';

const PLAN_LIVES_MS = 3_600_000;

/** What `admit` hands down: who asks, and what they may. */
export interface Admitted {
  actor: Actor;
  permit(operation: Operation): 'yes' | 'no' | 'ask';
  /** Whether a person approved this very plan; looked up, never handed in by the caller. */
  approved(digest: string): Promise<boolean>;
  /** Asks a person to approve; returns what the caller is told to wait for. */
  askApproval(plan: StoredPlan): Promise<string>;
  /** A read and a refusal are recorded too. Runs record themselves at their end. */
  audit(action: Operation, outcome: string, details: Record<string, unknown>): Promise<void>;
}

export interface Engine {
  durable: Durable;
  plans: PlanStore;
  clock: Clock;
  version: string;
  /** Puts the secrets of an input under lock and key; what comes back holds references. */
  seal(schema: z.ZodObject, input: Record<string, unknown>): Promise<Record<string, unknown>>;
  strikeDeep<T>(value: T): T;
  context(actor: Actor, signal: AbortSignal, report: (progress: Progress) => void): Context;
}

/** What goes with the input of a change, the same for every operation. */
export interface Controls {
  dryRun?: boolean;
  planId?: string;
  confirmDestructive?: boolean;
}

export interface Call {
  operation: Operation;
  input: Record<string, unknown>;
  controls: Controls;
  signal: AbortSignal;
  report(progress: Progress): void;
  /** Asks the person behind the caller, where the surface can. Undefined: it cannot. */
  confirm?: ((plan: Answer) => Promise<boolean>) | undefined;
  /** How long the caller is kept waiting for the end of a run, in milliseconds. */
  waitMs: number;
}

export type Reply = { kind: 'output'; output: Record<string, unknown> } | { kind: 'answer'; answer: Answer };

/** The one way an operation runs, whichever surface asked for it. Throws {@link Refusal}. */
export async function run(call: Call, admitted: Admitted, engine: Engine): Promise<Reply> {
  const { operation } = call;
  const may = admitted.permit(operation);
  if (may === 'no') {
    await admitted.audit(operation, 'denied', {});
    throw new Refusal('not_allowed', `You may not use ${operation.name}.`, 'Ask the owner for the permission.');
  }
  const input = await parse(call, engine);
  const context = engine.context(admitted.actor, call.signal, call.report);

  const facts = await operation.look(context, input);
  if (operation.effect === 'read') {
    const reply = read(operation, input, facts, admitted.actor);
    const reveals = operation.reveals?.(input) ?? false;
    await admitted.audit(operation, reveals ? 'revealed' : 'read', { input });
    return reveals ? reply : engine.strikeDeep(reply);
  }

  const gates = (operation.gates ?? []).map((gate) => gate(input, facts));
  const plan = await planOf(call, admitted, engine, input, facts);
  const shown = planAnswer(operation, plan, gates, admitted.actor, call.controls.dryRun ? 'dry-run' : 'on-demand');
  if (call.controls.dryRun) return answer({ ...shown, status: 'plan_ready', message: DRY_RUN });
  if (shown.status === 'blocked') {
    await admitted.audit(operation, 'blocked', { gates: gates.filter((gate) => gate.result === 'blocked') });
    return answer(shown);
  }

  if (operation.effect === 'destroy' && !call.controls.planId && !call.controls.confirmDestructive) {
    if (!call.confirm) return answer({ ...shown, message: CONFIRM(plan.id) });
    if (!(await call.confirm(engine.strikeDeep(shown)))) {
      throw new Refusal('needs_confirmation', 'The person did not confirm.', 'Nothing was changed.');
    }
  }
  if (may === 'ask' && !(await admitted.approved(plan.digest))) {
    const next = await admitted.askApproval(plan);
    throw new Refusal('needs_approval', `${operation.name} needs a person's approval.`, next, {
      plan: shown.execution_plan,
    });
  }

  const header = headerOf(operation, plan, admitted.actor, call.controls.planId ?? null, engine);
  if (call.controls.planId && !(await engine.plans.take(call.controls.planId, header.id))) {
    throw new Refusal('conflict', `Plan ${plan.id} was carried out before.`, 'Make a new plan with a dry run.');
  }
  call.signal.throwIfAborted();
  await engine.durable.start(header, (progress) => call.report(engine.strikeDeep(progress)));
  return answer(await follow(call, header.id, engine, admitted.actor));

  function answer(value: Answer): Reply {
    return { kind: 'answer', answer: engine.strikeDeep(value) };
  }
}

const DRY_RUN = "DRY RUN COMPLETE - No changes applied. Use mode='on-demand' to execute.";
const CONFIRM = (id: string) =>
  `Nothing was changed: this destroys something. Show the plan to the person, then call again with plan_id ${id}, or with confirm_destructive.`;

async function parse({ operation, input }: Call, engine: Engine): Promise<Record<string, unknown>> {
  const parsed = operation.input.safeParse(input);
  if (!parsed.success) {
    const fields = Object.keys(operation.input.shape).join(', ');
    throw new Refusal('invalid_input', `${operation.name}: ${problems(parsed.error)}`, `Its arguments are: ${fields}.`);
  }
  return engine.seal(operation.input, parsed.data);
}

/** Says where and what, never the value: it may be a secret. */
function problems(error: z.ZodError): string {
  return error.issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

function read(operation: Operation, input: Record<string, unknown>, facts: unknown, actor: Actor): Reply {
  const output = operation.output.parse(operation.plan(input, facts).given);
  return { kind: 'output', output: operation.present?.(actor, output) ?? output };
}

/** The stored plan that is to be carried out, if the world is still as it was; else a new one. */
async function planOf(
  { operation, controls }: Call,
  { actor }: Admitted,
  engine: Engine,
  input: Record<string, unknown>,
  facts: unknown,
): Promise<StoredPlan> {
  const digest = digestOf(operation, input, facts);
  const now = engine.clock.now();
  if (controls.planId === undefined) {
    const plan = {
      id: planId(now),
      operation: operation.name,
      actor: { ...actor },
      input,
      facts,
      digest,
      createdAt: now,
      usedBy: null,
    };
    // Only a plan that somebody may come back to is kept.
    if (controls.dryRun || (operation.effect === 'destroy' && !controls.confirmDestructive))
      await engine.plans.save(plan);
    return plan;
  }
  const plan = await engine.plans.read(controls.planId);
  const again = 'Make a new plan with a dry run and look at it.';
  if (!plan || plan.actor.kind !== actor.kind || plan.actor.id !== ('id' in actor ? actor.id : undefined)) {
    throw new Refusal('not_found', `There is no plan ${controls.planId}; a plan lives an hour.`, again);
  }
  if (now - plan.createdAt > PLAN_LIVES_MS)
    throw new Refusal('plan_expired', `Plan ${plan.id} is older than an hour.`, again);
  if (plan.operation !== operation.name) {
    throw new Refusal('conflict', `Plan ${plan.id} is for ${plan.operation}, not for ${operation.name}.`, again);
  }
  const changed = differences(plan.input, input);
  if (changed.length > 0) {
    throw new Refusal(
      'conflict',
      `Plan ${plan.id} was made for other arguments: ${changed.join('; ')}.`,
      'Call with the arguments of the plan, or make a new one.',
    );
  }
  if (plan.digest !== digest) {
    const moved = differences(plan.facts, facts);
    const what = moved.length > 0 ? moved.join('; ') : 'the program makes another plan now';
    throw new Refusal('world_moved', `The world has moved since plan ${plan.id}: ${what}.`, again, { moved });
  }
  return plan;
}

function headerOf(
  operation: Operation,
  plan: StoredPlan,
  actor: Actor,
  plannedAs: string | null,
  engine: Engine,
): RunHeader {
  const now = engine.clock.now();
  const { list } = operation.plan(plan.input, plan.facts);
  return {
    id: runId(now),
    operation: operation.name,
    actor: { ...actor },
    input: plan.input,
    facts: plan.facts,
    digest: plan.digest,
    steps: list.map(({ name, title, estimate }) => ({ name, title, estimate })),
    planId: plannedAs,
    startedAt: now,
    version: engine.version,
  };
}

/** Waits for the run's end as long as the caller can, and lets its wish to cancel reach the run. */
async function follow(call: Call, id: string, engine: Engine, actor: Actor): Promise<Answer> {
  const waiting = new AbortController();
  const onAbort = () => {
    if (call.signal.reason instanceof StoppedWaiting) waiting.abort(call.signal.reason);
    else void engine.durable.cancel(id);
  };
  call.signal.addEventListener('abort', onAbort, { once: true });
  if (call.signal.aborted) onAbort();
  try {
    const journal = await engine.durable.wait(id, call.waitMs, waiting.signal);
    if (!journal) throw new Error(`run ${id} has no journal`);
    return answerOf(call.operation, journal, actor, await engine.durable.owned(id));
  } finally {
    call.signal.removeEventListener('abort', onAbort);
  }
}

/** Why a caller's signal aborted: it stopped waiting, which is no wish to cancel. The run goes on, and `get_run` tells. */
export class StoppedWaiting extends Error {
  override name = 'StoppedWaiting';
}
