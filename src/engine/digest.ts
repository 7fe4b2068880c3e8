import { createHash } from 'node:crypto';
import type { Operation } from '../operations/operation.ts';

/**
 * What is approved and carried out, as one hash: the operation, its input (secrets as keyed references), the facts that
 * gates and plan read, and the steps. No times and no metrics are in it, so that it moves only when the plan would.
 */
export function digestOf(operation: Operation, input: Record<string, unknown>, facts: unknown): string {
  const { given, list } = operation.plan(input, facts);
  const shown = list.map(({ name, title, undo }) => [name, title, (undo ?? []).map((u) => u.title)]);
  return `sha256:${createHash('sha256')
    .update(canonical([operation.name, input, facts, given, shown]))
    .digest('hex')}`;
}

/** JSON with sorted keys; an absent key and an undefined one are the same. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map((v) => canonical(v ?? null)).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value ?? null);
  const entries = Object.entries(value)
    .filter(([, v]) => v !== undefined)
    .sort(([a], [b]) => (a < b ? -1 : 1));
  return `{${entries.map(([k, v]) => `${JSON.stringify(k)}:${canonical(v)}`).join(',')}}`;
}

/** Where two values differ, in words a person can act on: `app.branch: "main" → "dev"`. At most ten. */
export function differences(before: unknown, after: unknown, path = ''): string[] {
  // Canonical JSON has one form for null and for what is absent within a list; as the value of a key they differ.
  if (canonical(before) === canonical(after) && (before === undefined) === (after === undefined)) return [];
  if (isObject(before) && isObject(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])].sort();
    return keys
      .flatMap((key) => differences(own(before, key), own(after, key), path ? `${path}.${key}` : key))
      .slice(0, 10);
  }
  return [`${path || 'the facts'}: ${short(before)} → ${short(after)}`];
}

const own = (object: Record<string, unknown>, key: string): unknown =>
  Object.hasOwn(object, key) ? object[key] : undefined;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

const short = (value: unknown): string => {
  const text = value === undefined ? 'nothing' : JSON.stringify(value);
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
};
