import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Json } from '../json.ts';
import { Refused } from './answer.ts';
import { clean, parseBody, parseQuery, requireJsonBody } from './input.ts';

const json = (text: string) => ({ text, contentType: 'application/json' });

test.each([
  ['', 'Invalid JSON.'],
  ['null', 'Invalid JSON.'],
  ['[]', 'Invalid JSON.'],
  ['{', 'Invalid JSON.'],
  ['{"a":"\\ud800"}', 'Invalid JSON.'],
  ['['.repeat(600) + ']'.repeat(600), 'Invalid JSON.'],
  ['{}', 'Empty JSON.'],
])('a body that is no fields is refused: %.30s (bad-input 2–15)', (text, error) => {
  expect(() => requireJsonBody(json(text))).toThrow(Refused);
  expect(() => requireJsonBody(json(text))).toThrow(JSON.stringify({ message: 'Invalid request.', error }));
});

test('a bare text counts as the field 0 (bad-input 5)', () => {
  expect(parseBody(json('"text"'))).toEqual({ 0: 'text' });
});

test('brackets in a query make lists and objects', () => {
  expect(parseQuery('?tag[]=a&tag[]=b&x[y]=z&plain=1')).toEqual({ tag: ['a', 'b'], x: { y: 'z' }, plain: '1' });
});

test('cleaning is done once: a second time changes nothing', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const once = clean(value as Json);
      expect(clean(once)).toEqual(once);
    }),
  );
});
