import fc from 'fast-check';
import { expect, it } from 'vitest';
import { nearest } from './nearest.ts';

const known = ['create', 'delete', 'list', 'redeploy'];

it('finds what a mistyped word meant', () => {
  expect(nearest('creat', known)).toBe('create');
  expect(nearest('lsit', known)).toBe('list');
  expect(nearest('red', known)).toBe('redeploy');
  expect(nearest('frobnicate', known)).toBeUndefined();
  expect(nearest('x', [])).toBeUndefined();
});

it('finds any word again in which one letter is missing or changed', () => {
  const spoiled = fc.tuple(fc.constantFrom(...known), fc.nat(), fc.constantFrom('', 'q'));
  fc.assert(
    fc.property(spoiled, ([word, at, letter]) => {
      const place = at % word.length;
      expect(nearest(word.slice(0, place) + letter + word.slice(place + 1), known)).toBe(word);
    }),
  );
});
