import { expect, it } from 'vitest';
import { TAKING_BACK } from '../../engine/answer.ts';
import type { Answer } from '../../gateway/gateway.ts';
import type { Progress } from '../../operations/context.ts';
import { followed } from './followed.ts';

/** What is told of answers that are looked up one after the other. */
function toldOf(...answers: [status: Answer['status'], details: Record<string, unknown>][]): string[] {
  const told: string[] = [];
  const report = ({ event, message, fraction }: Progress) => told.push(`${event} ${fraction} ${message}`);
  const tell = followed('txn-1-a', 'App: Create', report);
  for (const [status, details] of answers) tell({ status, details } as Answer);
  return told;
}
const doing = (step: string, done: number): ['pending', Record<string, unknown>] => [
  'pending',
  { doing: step, steps_executed: done, steps_total: 4 },
];

it('tells each step once, as done when another is seen, and the end', () => {
  expect(toldOf(doing('make', 0), doing('make', 0), doing('wait', 2), ['success', { steps_executed: 4 }])).toEqual([
    'BEGIN 0 txn-1-a: App: Create',
    'STEP 0 make',
    'DONE 0.5 make',
    'STEP 0.5 wait',
    'DONE 0.5 wait',
    'COMMITTED 1 txn-1-a: all 4 steps done',
  ]);
});

it.each<[string, ...[Answer['status'], Record<string, unknown>][]]>([
  ['and then taken back', doing(TAKING_BACK, 2), ['rolled_back', { steps_executed: 2 }]],
  ['and taken back between two looks', ['rolled_back', { steps_executed: 2 }]],
])('a step that failed %s is never told as done', (_how, ...after) => {
  const told = toldOf(doing('make', 0), ...after);
  expect(told.filter((line) => /^(DONE|COMMITTED)/.test(line))).toEqual([]);
});
