import { Refusal } from '../../refusal.ts';

const RUN = /^txn-(\d{1,12})-[0-9a-z]{1,32}$/;
const PLAN = /^plan-(\d{1,12})-[0-9a-z]{1,32}$/;

/** An id is checked before it becomes the name of a file: it comes from a caller. */
export function runName(id: string): string {
  if (RUN.test(id)) return id;
  throw new Refusal(
    'invalid_input',
    `${JSON.stringify(id.slice(0, 80))} is no id of a run.`,
    'It reads like txn-1696694400-abc123.',
  );
}

export function planName(id: string): string {
  if (PLAN.test(id)) return id;
  throw new Refusal(
    'invalid_input',
    `${JSON.stringify(id.slice(0, 80))} is no id of a plan.`,
    'It reads like plan-1696694400-xyz789.',
  );
}

/** The ids among the names of a folder, with the second each was made in. */
export function runsAmong(names: readonly string[]): { id: string; second: number }[] {
  return names.flatMap((name) => {
    const id = name.endsWith('.json') ? name.slice(0, -'.json'.length) : '';
    const second = RUN.exec(id)?.[1];
    return second === undefined ? [] : [{ id, second: Number(second) }];
  });
}
