import { expect, test } from 'vitest';
import { placeProblems } from './check-places.ts';

// Put together here, so that this file itself names none.
const path = (...parts: string[]) => parts.join('/');

test.each([
  [path('', 'home', 'ada', 'notes.txt')],
  [path('', 'Users', 'ada', 'notes.txt')],
  [path('', 'work', 'main')],
  [path('..', 'shared', 'x.json')],
  [path('', 'opt', `.${'library'}`, 'x')],
])('%s is told with its line', (named) => {
  expect(placeProblems('a.ts', `\nread('${named}')`)).toEqual([expect.stringMatching(/^a\.ts:2: /)]);
});

test.each([['/var/www/html'], ['src/work/plan.ts'], ['../shares'], ['shared/x'], ['a.libraryOf']])(
  '%s is not',
  (named) => {
    expect(placeProblems('a.ts', `read('${named}')`)).toEqual([]);
  },
);
