import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openLog } from './log.ts';

test('keeps the newest lines, with timestamps as Docker writes them', () => {
  let now = Date.UTC(2026, 10, 21, 8, 10, 57, 713);
  const log = openLog(() => now);
  log.write('stdout', 'hello 1.0.0 listening on port 3000\nsecond\n');
  now += 1000;
  log.write('stderr', 'third, unfinished');
  expect(log.read({ lines: 1 })).toBe('second');
  log.flush();
  expect(log.read({ lines: 2 })).toBe('second\nthird, unfinished');
  expect(log.read({ lines: 1, timestamps: true })).toBe('2026-11-21T08:10:58.713000000Z third, unfinished');
  expect(log.read({ lines: 0 })).toBe('');
});

test('is bounded in lines and in their length', () => {
  const log = openLog(() => 0);
  for (let number = 0; number < 30_000; number++) log.write('stdout', `${number}\n`);
  const lines = log.read().split('\n');
  expect(lines).toHaveLength(10_000);
  expect(lines.at(-1)).toBe('29999');
  log.write('stdout', 'x'.repeat(100_000));
  log.write('stdout', '\n');
  expect(
    Math.max(
      ...log
        .read()
        .split('\n')
        .map((line) => line.length),
    ),
  ).toBe(16_384);
});

test('however the text comes in, the lines are the same', () => {
  fc.assert(
    fc.property(fc.array(fc.array(fc.constantFrom('a', 'b', '\n'))), (chunks) => {
      const log = openLog(() => 0);
      for (const chunk of chunks) log.write('stdout', chunk.join(''));
      log.flush();
      expect(log.read()).toBe(chunks.flat().join('').replace(/\n$/, ''));
    }),
  );
});
