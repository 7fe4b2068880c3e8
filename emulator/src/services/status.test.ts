import { expect, test } from 'vitest';
import { aggregate } from './status.ts';

test.each([
  [['running:healthy', 'running:healthy'], 'running:healthy'],
  [['running:healthy', 'running:unknown'], 'running:unknown'],
  [['running:unknown', 'running:unhealthy'], 'running:unhealthy'],
  [['running:healthy', 'exited'], 'degraded:unhealthy'],
  [['running:healthy', 'restarting:unknown'], 'degraded:unhealthy'],
  [['running:healthy', 'starting:unknown'], 'starting:unknown'],
  [['starting:unknown', 'exited'], 'starting:unknown'],
  [['exited', 'exited'], 'exited'],
  [[], 'exited'],
])('%j is %s', (statuses, wanted) => {
  expect(aggregate(statuses)).toBe(wanted);
});
