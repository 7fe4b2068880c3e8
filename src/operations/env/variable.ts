/** A variable as Coolify's bulk call takes it. Every flag is sent: what is left out is reset (recorded: envs 39). */
export interface VariableRow {
  key: string;
  value: string;
  is_literal: boolean;
  is_multiline: boolean;
  is_shown_once: boolean;
  comment: string;
}

/** The comment by which a run finds its own variables again. */
export const markOf = (runId: string): string => `fairlead ${runId}`;

/**
 * `$NAME` in a plain value is filled in by Coolify from the other variables; a literal keeps it, and one with line
 * breaks needs its own flag (recorded: runtime 72–80).
 */
export function variableRow(key: string, value: string, runId: string): VariableRow {
  return {
    key,
    value,
    is_literal: value.includes('$'),
    is_multiline: value.includes('\n'),
    is_shown_once: false,
    comment: markOf(runId),
  };
}

/** Why Coolify cannot carry a value, or null. A literal one with a single quote fails every deployment (recorded: runtime 81–86). */
export function variableProblem(key: string, value: string): string | null {
  if (value.includes('\0')) return `${key} holds a NUL character`;
  return value.includes('$') && value.includes("'")
    ? `${key} holds both $ and ', which Coolify cannot pass on unchanged`
    : null;
}
