import { TAKING_BACK } from '../../engine/answer.ts';
import type { Answer } from '../../gateway/gateway.ts';
import type { Progress } from '../../operations/context.ts';

/**
 * Makes the progress of a run out of its answers as they are looked up, one call each: a step is told when it is first
 * seen, and as done when another is seen after it. Steps that came and went between two looks are not told.
 */
export function followed(id: string, title: string, report: (progress: Progress) => void): (answer: Answer) => void {
  let seen: string | undefined;
  let fraction = 0;
  let undoing = false;
  report({ event: 'BEGIN', message: `${id}: ${title}`, fraction });

  return ({ status, details }) => {
    const { doing, steps_executed: done = 0, steps_total: total } = details as Details;
    if (total) fraction = Math.max(fraction, done / total);
    if (status === 'pending' && doing === seen) return;
    // What a rollback follows on was not done.
    const isUndoing = status === 'pending' ? doing === TAKING_BACK : status !== 'success';
    if (seen !== undefined && !isUndoing && !undoing) report({ event: 'DONE', message: seen, fraction });
    if (status === 'pending' && doing !== undefined)
      report({ event: isUndoing ? 'ROLLBACK' : 'STEP', message: doing, fraction });
    if (status === 'success') report({ event: 'COMMITTED', message: `${id}: all ${done} steps done`, fraction: 1 });
    seen = doing;
    undoing = isUndoing;
  };
}

interface Details {
  doing?: string;
  steps_executed?: number;
  steps_total?: number;
}
