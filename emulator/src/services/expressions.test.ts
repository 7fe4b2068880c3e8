import fc from 'fast-check';
import { expect, test } from 'vitest';
import { braced, referenced, splitDefault } from './expressions.ts';

test.each([
  ['GREETING:-hello', { name: 'GREETING', operator: ':-', usual: 'hello' }],
  ['A-b-c', { name: 'A', operator: '-', usual: 'b-c' }],
  ['KEY:?needed', { name: 'KEY', operator: ':?', usual: 'needed' }],
  [`A:-\${B:-c}`, { name: 'A', operator: ':-', usual: `\${B:-c}` }],
  ['PLAIN', undefined],
])('%s is split', (content, wanted) => {
  expect(splitDefault(content)).toEqual(wanted);
});

test.each([
  ['$NAME', 'NAME'],
  [`\${NAME}`, 'NAME'],
  [`\${A:-\${B}}`, `A:-\${B}`],
  ['text', 'text'],
])('%s refers to %s', (value, name) => {
  expect(referenced(value)).toBe(name);
});

test('braces that close are found with all that stands between', () => {
  expect(braced('a{b{c}d}e')).toEqual({ content: 'b{c}d', end: 7 });
  expect(braced('a{b')).toBeUndefined();
  expect(braced('none')).toBeUndefined();
  fc.assert(
    fc.property(fc.stringMatching(/^[^{}]*$/), fc.stringMatching(/^[^{}]*$/), (inner, after) => {
      expect(braced(`\${${inner}}${after}`)?.content).toBe(inner);
    }),
  );
});
