import { Refusal } from '../../refusal.ts';
import { EXIT, type Exit, exitOfRefusal } from './exit.ts';
import { UsageError } from './usage.ts';

/** Why a command came to nothing, as it is printed. */
export interface Problem {
  message: string;
  next: string;
  code: string;
  details: Record<string, unknown>;
  exit: Exit;
}

/** Kinds of a client's error in which Coolify itself never answered. */
const NO_ANSWER = new Set([
  'unreachable',
  'dns',
  'tls',
  'timeout',
  'connection_lost_before_send',
  'connection_lost_after_send',
]);

/** Kinds in which Coolify broke instead of saying no, or a server of ours did. */
const BROKEN = new Set(['server_error', 'unexpected_answer', 'fault']);

export function problemOf(error: unknown, interrupted: boolean): Problem {
  const message = error instanceof Error ? error.message : String(error);
  if (error instanceof UsageError) return { message, next: error.next, code: 'usage', details: {}, exit: EXIT.usage };
  if (interrupted) {
    return {
      message: 'Interrupted.',
      next: 'Nothing was begun.',
      code: 'interrupted',
      details: {},
      exit: EXIT.interrupted,
    };
  }
  if (error instanceof Refusal) {
    return { message, next: error.next, code: error.code, details: error.details, exit: exitOfRefusal(error.code) };
  }
  if (isAnswered(error)) {
    const exit = NO_ANSWER.has(error.kind) ? EXIT.unreachable : BROKEN.has(error.kind) ? EXIT.failed : EXIT.refused;
    return { message, next: error.next, code: error.kind, details: {}, exit };
  }
  const next = 'This is a fault of Fairlead: report it, with what was asked for.';
  return { message, next, code: 'fault', details: {}, exit: EXIT.failed };
}

/** An error of a client of ours that names its kind and what to do next. */
const isAnswered = (error: unknown): error is Error & { kind: string; next: string } =>
  error instanceof Error &&
  'kind' in error &&
  typeof error.kind === 'string' &&
  'next' in error &&
  typeof error.next === 'string';
