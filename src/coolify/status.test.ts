import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseStatus } from './status.ts';

test.each([
  ['running:healthy', 'running', 'healthy', false],
  ['running:unknown', 'running', 'unknown', false],
  ['exited:unhealthy', 'exited', 'unhealthy', false],
  ['degraded:unhealthy', 'degraded', 'unhealthy', false],
  ['restarting:unknown', 'restarting', 'unknown', false],
  ['starting:unhealthy', 'starting', 'unhealthy', false],
  ['exited', 'exited', 'unknown', false],
  ['running (healthy)', 'running', 'healthy', false],
  ['running:healthy:excluded', 'running', 'healthy', true],
  ['unknown:unknown:excluded', 'unknown', 'unknown', true],
  ['', 'unknown', 'unknown', false],
  [null, 'unknown', 'unknown', false],
  [undefined, 'unknown', 'unknown', false],
  ['hibernating:dreaming', 'unknown', 'unknown', false],
])('%s', (raw, state, health, excluded) => {
  expect(parseStatus(raw)).toEqual({ state, health, excluded, raw: raw ?? '' });
});

test('any text is read without fail, and kept', () => {
  fc.assert(
    fc.property(fc.string(), (raw) => {
      expect(parseStatus(raw).raw).toBe(raw);
    }),
  );
});
