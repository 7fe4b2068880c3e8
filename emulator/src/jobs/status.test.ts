import { expect, test } from 'vitest';
import type { ContainerState } from '../machine/machine.ts';
import { aggregateStatus } from './status.ts';

const state = (status: ContainerState['status'], health: ContainerState['health'] = 'none'): ContainerState => ({
  status,
  health,
  exitCode: null,
  outOfMemory: false,
  restarts: 0,
  probes: [],
});

test.each([
  [[], 'exited'],
  [[state('running')], 'running:unknown'],
  [[state('running', 'healthy')], 'running:healthy'],
  [[state('running', 'healthy'), state('running', 'starting')], 'running:unhealthy'],
  [[state('running'), state('exited')], 'degraded:unhealthy'],
  [[state('restarting')], 'restarting:unknown'],
  [[state('created')], 'starting:unknown'],
])('%j is %s', (states, status) => {
  expect(aggregateStatus(states)).toBe(status);
});
