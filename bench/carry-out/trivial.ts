import { z } from 'zod';
import { digestOf } from '../../src/engine/digest.ts';
import { defineOperation, type Operation, steps } from '../../src/operations/operation.ts';
import type { RunHeader } from '../../src/storage/journal.ts';

/** Three steps that do nothing: what is measured is the carrying out. */
export const trivial = defineOperation({
  noun: 'bench',
  verb: 'run',
  name: 'bench',
  title: 'Bench: Run',
  description: 'Three steps that do nothing.',
  effect: 'change',
  idempotent: true,
  input: z.object({}),
  output: z.object({}),
  look: async () => null,
  plan: () =>
    steps({})
      .step('one', { title: 'one', estimate: 1, run: async () => ({}) })
      .step('two', { title: 'two', estimate: 1, run: async () => ({}) })
      .step('three', { title: 'three', estimate: 1, run: async () => ({}) }),
}) as unknown as Operation;

export function headerOf(id: string): RunHeader {
  const list = trivial.plan({}, null).list;
  return {
    id,
    operation: trivial.name,
    actor: { kind: 'owner' },
    input: {},
    facts: null,
    digest: digestOf(trivial, {}, null),
    steps: list.map(({ name, title, estimate }) => ({ name, title, estimate })),
    planId: null,
    startedAt: Date.now(),
    version: '0',
  };
}
