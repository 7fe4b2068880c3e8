import { expect, test } from 'vitest';
import { matchesPattern, parseIgnore } from './ignore.ts';

test.each([
  ['a.log', '*.log', true],
  ['x/a.log', '*.log', false],
  ['x/y/a.log', '**/*.log', true],
  ['a.log', '**/*.log', true],
  ['node_modules/x', 'node_modules/**', true],
  ['axlog', 'a.log', false],
  ['a1', 'a?', true],
])('%s against %s', (text, pattern, matches) => {
  expect(matchesPattern(text, pattern)).toBe(matches);
});

test('the last rule that matches decides, for all below a folder too', () => {
  const ignored = parseIgnore('# comment\n/node_modules\n*.md\n!README.md\nbuild/\n');
  const paths = ['node_modules/a/b.js', 'NOTES.md', 'README.md', 'build/x', 'src/index.js'];
  expect(paths.map(ignored)).toEqual([true, true, false, true, false]);
});
