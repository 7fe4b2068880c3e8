import type { Progress } from '../../operations/context.ts';
import type { JournalEvent, RunHeader } from '../../storage/journal.ts';

/** What an event of the journal tells those who follow the run from another process. */
export function progressOf({ id, steps }: RunHeader, event: JournalEvent): Progress | undefined {
  const total = steps.reduce((sum, step) => sum + step.estimate, 0) || 1;
  const fractionAt = (position: number) =>
    steps.slice(0, position).reduce((sum, step) => sum + step.estimate, 0) / total;
  const title = 'step' in event ? (steps[event.step]?.title ?? `step ${event.step + 1}`) : '';
  switch (event.type) {
    case 'begun':
      return { event: 'STEP', message: title, fraction: fractionAt(event.step) };
    case 'done':
      return { event: 'DONE', message: title, fraction: fractionAt(event.step + 1) };
    case 'failed':
      return { event: 'FAILED', message: `${title}: ${event.failure.message}`, fraction: fractionAt(event.step) };
    case 'undo_begun':
      return undefined;
    case 'undo_done':
      return { event: 'ROLLBACK', message: `${title}: taken back` };
    case 'undo_failed':
      return { event: 'FAILED', message: `${title}: not taken back: ${event.failure.message}` };
    case 'taken_over':
      return { event: 'LOG', message: `${id}: taken over by ${event.by}` };
    case 'ended':
      return event.status === 'success'
        ? { event: 'COMMITTED', message: `${id}: all ${steps.length} steps done`, fraction: 1 }
        : {
            event: 'ROLLBACK',
            message: `${id}: ${event.status === 'failed' ? 'something was left behind' : 'all taken back'}`,
          };
  }
}
