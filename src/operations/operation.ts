import type { z } from 'zod';
import type { Actor, Context, RunContext } from './context.ts';

export type Effect = 'read' | 'create' | 'change' | 'destroy';

/** What a gate found. `unknown` is an answer of its own: a figure that cannot be had is never made up. */
export interface GateResult {
  gate: string;
  result: 'passed' | 'blocked' | 'unknown';
  evidence: string;
  source: string;
  /** What would lift it. */
  next?: string;
}

/**
 * One effect on the outside, journaled before and after. `mark` is read and journaled right before `run`; with it
 * `find` tells after a crash, or when an answer was lost, whether the effect is there (and then what `run` would have
 * given), and throws {@link Undecidable} where that cannot be told. Without `find`, running again must do no harm.
 */
export interface StepEffect<Given, Mark, More> {
  mark?(ctx: RunContext, given: Given): Promise<Mark>;
  run(ctx: RunContext, given: Given, mark: Mark): Promise<More>;
  find?(ctx: RunContext, given: Given, mark: Mark): Promise<More | undefined>;
}

export interface UndoStep<Given = object, Mark = unknown> extends StepEffect<Given, Mark, object> {
  title: string;
}

/** What an undo yields where there was nothing to take back: it is not told as if something had been. */
export const LEFT_ALONE = { left_alone: true } as const;

export interface StepSpec<Done extends object, Mark, More extends object> extends StepEffect<Done, Mark, More> {
  /** What an approver reads, and what the audit keeps. */
  title: string;
  /** Seconds, for the plan that is shown. */
  estimate: number;
  /** Changes something and cannot be taken back: where it was begun, a failure is no rollback. */
  irreversible?: true;
  /**
   * Takes the step back, in order. Has to succeed even if `run` never took effect: a step counts as begun before it
   * runs. `given` holds all that was yielded so far, this step's part only if it was done, and the step's mark.
   */
  undo?: readonly UndoStep<Done & Partial<More> & { mark: Mark }>[];
}

/** A step as the engine sees it, its types forgotten. */
export interface Step {
  name: string;
  title: string;
  estimate: number;
  irreversible?: true;
  mark?(ctx: RunContext, given: object): Promise<unknown>;
  run(ctx: RunContext, given: object, mark: unknown): Promise<object>;
  find?(ctx: RunContext, given: object, mark: unknown): Promise<object | undefined>;
  undo?: readonly UndoStep[];
}

/** A chain of steps. `Done` grows with each, so that a step sees exactly what those before it yielded. */
export interface Steps<Done extends object> {
  /** Known before anything runs: part of what the plan yields. */
  readonly given: object;
  readonly list: readonly Step[];
  /** Only for the compiler: makes a chain that yields too little unassignable. */
  readonly yields?: Done;
  step<More extends object, Mark = undefined>(
    name: string,
    spec: StepSpec<Done, Mark, More>,
  ): Steps<Omit<Done, keyof More> & More>;
  /** A step that is part of the plan only where it is needed; nothing later may count on what it yields. */
  stepIf<Mark = undefined>(needed: boolean, name: string, spec: StepSpec<Done, Mark, object>): Steps<Done>;
}

export function steps<Given extends object>(given: Given): Steps<Given> {
  return chain(given, []);
}

function chain<Done extends object>(given: object, list: readonly Step[]): Steps<Done> {
  return {
    given,
    list,
    // The types are checked where a step is written; the engine walks the list without them.
    step: (name, spec) => chain(given, [...list, { name, ...spec } as unknown as Step]),
    stepIf: (needed, name, spec) => chain(given, needed ? [...list, { name, ...spec } as unknown as Step] : list),
  };
}

/** What a plan means for those who use the thing. */
export interface Impact {
  downtime_expected: boolean;
  rollback_available: boolean;
  affected_users: string;
  risks: { level: 'low' | 'medium' | 'high'; description: string }[];
}

export interface Resource {
  type: 'application' | 'deployment' | 'variable' | 'database' | 'service' | 'server' | 'project' | 'run' | 'none';
  id: string;
  name: string;
}

/** Another name for the operation: arguments come in by its map, the output leaves by its projection. */
export interface Alias {
  name: string;
  /** What of the alias's arguments stands for which of ours; the rest keep their names. */
  arguments?: Readonly<Record<string, string>>;
  output?(output: Record<string, unknown>): Record<string, unknown>;
}

export interface Operation<
  In extends z.ZodObject = z.ZodObject,
  Out extends z.ZodObject = z.ZodObject,
  Facts = unknown,
> {
  noun: string;
  verb: string;
  /** The name under which it is listed as a tool. */
  name: string;
  /** `Noun: Verb`; a destructive one ends in `(DESTRUCTIVE)`. */
  title: string;
  description: string;
  effect: Effect;
  /** Running it twice is running it once. */
  idempotent: boolean;
  /** Flat, so that it is a set of flags, a form and a slash command's arguments too. */
  input: In;
  output: Out;
  aliases?: readonly Alias[];
  /** Other words for an argument that callers use (`id` for `name`). */
  argumentNames?: Readonly<Record<string, string>>;
  /** Reads the world, once. Holds what gates and plan read and nothing that moves by itself: a plan's digest covers it. */
  look(ctx: Context, input: z.output<In>): Promise<Facts>;
  gates?: readonly ((input: z.output<In>, facts: Facts) => GateResult)[];
  /** Pure. A dry run prints these steps and a run carries out the same ones; they must yield the output. */
  plan(input: z.output<In>, facts: Facts): Steps<z.output<Out>>;
  impact?(input: z.output<In>, facts: Facts): Impact;
  /** What the answer is about. */
  resource?(input: z.output<In>, facts: Facts, done: object): Resource;
  /** Whether what it reads is shown whole, secrets included, because that was asked for; such a read is audited. */
  reveals?(input: z.output<In>): boolean;
  /** To what state a rollback leads back. */
  rollbackPoint?(facts: Facts): { deployment_id: string | null; config_hash: string } | null;
  /** What an answer shows depends on who reads it; an account of the platform sees no uuid. */
  present?(actor: Actor, output: z.output<Out>): Record<string, unknown>;
}

/**
 * Holds an operation to its own types: facts, input and output agree, and the steps yield the output. From here on it
 * is one of many, and the engine parses what goes in and comes out.
 */
export function defineOperation<In extends z.ZodObject, Out extends z.ZodObject, Facts>(
  operation: Operation<In, Out, Facts>,
): Operation {
  return operation as unknown as Operation;
}

/** Marks an input field whose value goes into the secret store at the door and is a reference from then on. */
export const SECRET = { secret: 'value' } as const;
/** Marks a URL whose user and password go there. */
export const SECRET_IN_URL = { secret: 'url' } as const;

/** Where a failure happened, in the words of `contracts.md`. */
export type Stage =
  | 'deployment'
  | 'health_check'
  | 'dns'
  | 'ssl'
  | 'proxy'
  | 'resource_limits'
  | 'server_health'
  | 'container_readiness'
  | 'application_startup'
  | 'proxy_upstream'
  | 'network_port'
  | 'unknown';

/** A step that did not bring about what it was for, seen and explained. The engine undoes and tells. */
export class StepFailed extends Error {
  override name = 'StepFailed';
  readonly stage: Stage;
  readonly severity: 'critical' | 'high' | 'medium' | 'low';
  readonly fix: string;
  /** The newest lines that show it, oldest first. */
  readonly logs: readonly string[];
  /** What had been seen when it failed. */
  readonly details: Record<string, unknown>;
  /** The step certainly changed nothing: there is nothing of it to take back. */
  readonly nothingDone: boolean;
  constructor(
    message: string,
    what: {
      stage: Stage;
      severity?: StepFailed['severity'];
      fix: string;
      logs?: readonly string[];
      details?: Record<string, unknown>;
      nothingDone?: boolean;
    },
  ) {
    super(message);
    this.stage = what.stage;
    this.severity = what.severity ?? 'high';
    this.fix = what.fix;
    this.logs = what.logs ?? [];
    this.details = what.details ?? {};
    this.nothingDone = what.nothingDone ?? false;
  }
}

/** It cannot be told whether an effect took place; running again might do it twice. A person has to look. */
export class Undecidable extends Error {
  override name = 'Undecidable';
  readonly candidates: readonly string[];
  constructor(message: string, candidates: readonly string[] = []) {
    super(message);
    this.candidates = candidates;
  }
}
