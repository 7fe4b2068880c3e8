import { expect, it } from 'vitest';
import { wrongWith } from './judge.ts';

it.each([
  ['the key is hunter2-long', 'a secret is in it'],
  ['Error: x\n    at call (file:///a/b.js:10:5)', 'a stack is in it'],
  ['thrown in /a/src/main.ts:10', 'a place in the code is in it'],
  ['There is no app at 10:30:12.', undefined],
])('%j', (text, wrong) => {
  expect(wrongWith(text, ['hunter2-long'])).toBe(wrong);
});
