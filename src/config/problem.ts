import { Refusal } from '../refusal.ts';

/** What is wrong with one setting, and what to do. Never shows a value: it may be a secret in the wrong place. */
export interface Problem {
  /** The variable, the flag or the key of the file. */
  name: string;
  message: string;
  next: string;
}

/** All that is wrong in one refusal, so that it is put right in one go. */
export function refuse(problems: readonly Problem[]): void {
  if (problems.length === 0) return;
  const message = problems.map((problem) => problem.message).join(' ');
  const next = problems.map((problem) => problem.next).join(' ');
  throw new Refusal('invalid_input', message, next, { problems });
}
