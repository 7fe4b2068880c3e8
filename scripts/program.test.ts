import { expect, test } from 'vitest';
import { program } from './program.ts';

test('a program that succeeds has no problem', async () => {
  expect(await program('typescript', 'tsc', ['--version'])).toEqual([]);
});

test('of one that fails, what it printed is the problem', async () => {
  expect((await program('typescript', 'tsc', ['--nonesuch'])).join()).toContain('--nonesuch');
});
