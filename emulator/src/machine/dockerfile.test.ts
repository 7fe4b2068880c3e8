import fc from 'fast-check';
import { expect, test } from 'vitest';
import { DockerfileError, duration, execForm, fillIn, pairs, parseDockerfile, splitWords } from './dockerfile.ts';

test('reads stages, flags, continued lines and comments', () => {
  const file = parseDockerfile(`# syntax=docker/dockerfile:1
ARG NODE=22
FROM node:\${NODE} AS Build
WORKDIR /app
# a comment
RUN npm ci \\
    # in between
    && npm run build
COPY --from=build --chown=a:b /app/dist ./public
FROM build
cmd ["node", "server.js"]
`);
  expect(file.globals.map(({ text }) => text)).toEqual(['NODE=22']);
  expect(file.stages.map(({ name, base }) => ({ name, base }))).toEqual([
    { name: 'build', base: `node:\${NODE}` },
    { name: 'stage-1', base: 'build' },
  ]);
  const [, run, copy] = file.stages[0]?.instructions ?? [];
  expect(run).toMatchObject({ name: 'RUN', line: 6, lastLine: 8 });
  expect(run?.text.replace(/\s+/g, ' ')).toBe('npm ci && npm run build');
  expect(copy).toMatchObject({ flags: { from: 'build', chown: 'a:b' }, text: '/app/dist ./public', line: 9 });
  expect(file.stages[1]?.instructions[0]).toMatchObject({ name: 'CMD', text: '["node", "server.js"]' });
});

test.each([
  ['FROM alpine\nFOO bar', 2, 'unknown instruction: FOO'],
  ['FROM alpine\nONBUILD RUN id', 2, 'the emulator does not carry out ONBUILD'],
  ['FROM alpine\nRUN <<EOF\nid\nEOF', 2, 'the emulator does not carry out here-documents'],
  ['RUN id', 1, 'no build stage in current context'],
  ['', 0, 'file with no instructions'],
  ['FROM alpine\nCOPY', 2, 'COPY requires at least one argument'],
  ['FROM a b', 1, 'FROM requires either one or three arguments'],
])('%j is refused', (text, line, message) => {
  expect(() => parseDockerfile(text)).toThrow(expect.objectContaining({ line, message }));
});

test('any text is read or refused, and what is read stands on its lines', () => {
  const line = fc.oneof(fc.constantFrom('FROM a', 'RUN x \\', '# c', 'ENV A=$B', 'CMD ["a"', '\\', ''), fc.string());
  fc.assert(
    fc.property(fc.array(line), (lines) => {
      try {
        const file = parseDockerfile(lines.join('\n'));
        const found = file.stages.flatMap(({ from, instructions }) => [from, ...instructions]);
        for (const { name, line: at, lastLine } of found) {
          expect(
            file.lines
              .slice(at - 1, lastLine)
              .join('')
              .toUpperCase(),
          ).toContain(name);
          expect(lastLine).toBeGreaterThanOrEqual(at);
        }
      } catch (error) {
        if (!(error instanceof DockerfileError)) throw error;
      }
    }),
  );
});

test('fills in variables', () => {
  const variables = { A: '1', EMPTY: '' };
  expect(fillIn(`$A \${A} \${B:-two} \${EMPTY:-e} \${A:+yes} \${B:+no} \\$A $B.`, variables)).toBe(
    '1 1 two e yes  $A .',
  );
});

test('splits words as a shell does', () => {
  expect(splitWords(`a "b c" 'd $e' f\\ g h"i j"k ""`)).toEqual(['a', 'b c', 'd $e', 'f g', 'hi jk', '']);
});

test('a word in quotes survives splitting', () => {
  const quoted = (word: string) => `'${word}'`;
  const words = fc.array(fc.string().map((word) => word.replaceAll("'", '')));
  fc.assert(
    fc.property(words, (list) => {
      expect(splitWords(list.map(quoted).join(' '))).toEqual(list);
    }),
  );
});

test('reads pairs in both forms', () => {
  expect(pairs('A=1 B="two words" C=')).toEqual([
    ['A', '1'],
    ['B', 'two words'],
    ['C', ''],
  ]);
  expect(pairs('NAME the rest = all')).toEqual([['NAME', 'the rest = all']]);
});

test('tells exec from shell form', () => {
  expect(execForm('["a", "b"]')).toEqual(['a', 'b']);
  expect(execForm("['a']")).toBeUndefined();
  expect(execForm('[1]')).toBeUndefined();
});

test('reads durations', () => {
  expect(['30s', '1m30s', '500ms', '1.5h', '5', 's'].map(duration)).toEqual([
    30_000,
    90_000,
    500,
    5_400_000,
    undefined,
    undefined,
  ]);
});
