import { EXIT, type Exit } from './exit.ts';
import type { Screen } from './screen.ts';

export const LEFT = Symbol('left');

/** What the work gives, or LEFT once the person does not want to wait any longer. */
export async function orLeft<T>(work: Promise<T>, leave: AbortSignal): Promise<T | typeof LEFT> {
  const gone = Promise.withResolvers<typeof LEFT>();
  const onLeave = () => gone.resolve(LEFT);
  leave.addEventListener('abort', onLeave, { once: true });
  if (leave.aborted) onLeave();
  try {
    return await Promise.race([work, gone.promise]);
  } finally {
    leave.removeEventListener('abort', onLeave);
  }
}

/** For runs that were left in the middle. */
export function tellHowToGoOn(ids: readonly string[], screen: Screen): Exit {
  const lines = ids.flatMap((id) => [
    `Left as it is: ${id}. The next fairlead mcp that starts within 15 minutes takes it up; or you do:`,
    `→ fairlead runs resume ${id}    to go on`,
    `→ fairlead runs undo ${id}      to take back what was done`,
  ]);
  return screen.answer(EXIT.interrupted, () => (lines.length > 0 ? lines : ['Interrupted: no run was begun.']), {
    error: 'interrupted',
    code: 'interrupted',
    runs: ids,
    next:
      ids.length > 0
        ? 'Go on with fairlead runs resume, or take it back with fairlead runs undo.'
        : 'Nothing was changed.',
  });
}

/** For what a server carries out. */
export function tellItGoesOn(screen: Screen): Exit {
  const next = 'What was begun goes on at the server: see `fairlead runs`, and stop one with `fairlead runs cancel`.';
  return screen.answer(EXIT.interrupted, () => ['Left.', `→ ${next}`], {
    error: 'interrupted',
    code: 'interrupted',
    next,
  });
}
