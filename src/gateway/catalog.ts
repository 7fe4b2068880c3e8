import { z } from 'zod';
import type { Alias, Operation } from '../operations/operation.ts';
import { Refusal } from '../refusal.ts';

/** How a change is asked for, the same words with every operation that is none that only reads. */
const CONTROLS = {
  dry_run: z.boolean().optional().describe('Only plan: show steps, risks and impact, change nothing.'),
  plan_id: z.string().optional().describe('Carry out exactly this plan of a dry run.'),
};
const CONFIRM = {
  confirm_destructive: z.boolean().optional().describe('The person has agreed to what is destroyed.'),
};

const ALL_CONTROLS = z.object({ ...CONTROLS, ...CONFIRM });

export interface Listed {
  operation: Operation;
  /** What a caller may hand in: the operation's own input and the controls. */
  input: z.ZodObject;
}

export interface Found extends Listed {
  alias: Alias | null;
}

export interface Catalog {
  listed: readonly Listed[];
  /** By name or alias; throws {@link Refusal} with the nearest names. */
  find(name: string): Found;
}

/** One entry an operation, made once a process: schemas are compiled here and never in a request. */
export function catalogOf(registry: readonly Operation[]): Catalog {
  const found = new Map<string, Found>();
  const listed = registry.map((operation): Listed => {
    const controls = operation.effect === 'destroy' ? { ...CONTROLS, ...CONFIRM } : CONTROLS;
    const input = operation.effect === 'read' ? operation.input : operation.input.extend(controls);
    return { operation, input };
  });
  for (const entry of listed) {
    const names = [
      { name: entry.operation.name, alias: null },
      ...(entry.operation.aliases ?? []).map((alias) => ({ name: alias.name, alias })),
    ];
    for (const { name, alias } of names) {
      if (found.has(name)) throw new Error(`two operations are called ${name}`);
      found.set(name, { ...entry, alias });
    }
  }
  return {
    listed,
    find(name) {
      const entry = found.get(name);
      if (entry) return entry;
      const near = [...found.keys()].filter((known) => shareWord(known, name)).slice(0, 5);
      const next = near.length > 0 ? `Did you mean ${near.join(', ')}?` : 'List the operations to see what there is.';
      throw new Refusal('not_found', `There is no operation ${name.slice(0, 80)}.`, next);
    },
  };
}

const shareWord = (a: string, b: string): boolean => {
  const words = new Set(a.split(/[_-]/));
  return b.split(/[_-]/).some((word) => word.length > 2 && words.has(word));
};

/** Turns the arguments of a call into the operation's own, and takes the controls out. Throws on a word nobody knows. */
export function argumentsOf({ operation, alias, input }: Found, raw: Record<string, unknown>) {
  const names: Record<string, string> = { ...operation.argumentNames, ...alias?.arguments };
  const mapped: Record<string, unknown> = {};
  for (const [given, value] of Object.entries(raw)) {
    const name = Object.hasOwn(input.shape, given) ? given : Object.hasOwn(names, given) ? names[given]! : given;
    if (!Object.hasOwn(input.shape, name)) {
      const known = Object.keys(input.shape).join(', ');
      throw new Refusal(
        'invalid_input',
        `${operation.name} has no argument ${given.slice(0, 80)}.`,
        `Its arguments are: ${known}.`,
      );
    }
    if (Object.hasOwn(mapped, name) && mapped[name] !== value) {
      throw new Refusal('invalid_input', `${given} and another argument both say ${name}.`, 'Give one of them.');
    }
    mapped[name] = value;
  }
  const { dry_run, plan_id, confirm_destructive, ...own } = mapped;
  const controls = ALL_CONTROLS.safeParse(operation.effect === 'read' ? {} : { dry_run, plan_id, confirm_destructive });
  if (!controls.success) {
    throw new Refusal(
      'invalid_input',
      `${operation.name}: ${z.prettifyError(controls.error)}`,
      'dry_run and confirm_destructive are true or false, plan_id is text.',
    );
  }
  return {
    input: operation.effect === 'read' ? mapped : own,
    controls: {
      ...(controls.data.dry_run !== undefined && { dryRun: controls.data.dry_run }),
      ...(controls.data.plan_id !== undefined && { planId: controls.data.plan_id }),
      ...(controls.data.confirm_destructive !== undefined && { confirmDestructive: controls.data.confirm_destructive }),
    },
  };
}
