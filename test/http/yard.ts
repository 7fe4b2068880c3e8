import { z } from 'zod';
import { CoolifyError } from '../../src/coolify/error.ts';
import { defineOperation, type Operation, SECRET, steps } from '../../src/operations/operation.ts';
import { cancelRun } from '../../src/operations/runs/cancel.ts';
import { getRun } from '../../src/operations/runs/get.ts';
import { Refusal } from '../../src/refusal.ts';

const name = z.string().min(1).max(255).describe('By name or uuid.');
const page = { total: z.int(), next_cursor: z.string().nullable() };

/** Some operations under the names that the service `coolify` counts on, with a world of their own behind them. */
export function yard(): readonly Operation[] {
  const stopped = new Set<string>();

  const listServers = defineOperation({
    noun: 'server',
    verb: 'list',
    name: 'list_servers',
    title: 'Server: List',
    description: 'Every server.',
    effect: 'read',
    idempotent: true,
    input: z.object({ limit: z.int().min(1).max(50).default(50).describe('At most so many.') }),
    output: z.object({ servers: z.array(z.looseObject({ uuid: z.string(), name: z.string() })), ...page }),
    look: async () => [{ uuid: 'srv-1', name: 'localhost', ip: 'host.docker.internal', reachable: true }],
    plan: ({ limit }, all) => steps({ servers: all.slice(0, limit), total: all.length, next_cursor: null }),
  });

  const listApplications = defineOperation({
    noun: 'app',
    verb: 'list',
    name: 'list_applications',
    title: 'App: List',
    description: 'Every app.',
    effect: 'read',
    idempotent: true,
    input: z.object({
      status: z.array(z.string()).default([]).describe('Only these states.'),
      limit: z.int().min(1).default(1).describe('At most so many.'),
    }),
    output: z.object({
      applications: z.array(z.object({ uuid: z.string(), name: z.string(), status: z.string() })),
      ...page,
    }),
    aliases: [{ name: 'list_apps' }],
    look: async () => [
      { uuid: 'app-1', name: 'mcp-gateway', status: 'running:healthy' },
      { uuid: 'app-2', name: 'worker', status: 'exited' },
    ],
    plan: ({ status, limit }, all) => {
      const found = all.filter((row) => status.length === 0 || status.some((wanted) => row.status.startsWith(wanted)));
      const next_cursor = found.length > limit ? 'next' : null;
      return steps({ applications: found.slice(0, limit), total: found.length, next_cursor });
    },
  });

  const getVersion = defineOperation({
    noun: 'instance',
    verb: 'version',
    name: 'get_version',
    title: 'Instance: Version',
    description: 'The version of Coolify.',
    effect: 'read',
    idempotent: true,
    input: z.object({}),
    output: z.looseObject({ version: z.string() }),
    look: async () => '4.0.0-beta.441',
    plan: (_input, version) => steps({ version, supported: true }),
  });

  const stopService = defineOperation({
    noun: 'service',
    verb: 'stop',
    name: 'stop_service',
    title: 'Service: Stop',
    description: 'Stops a service.',
    effect: 'change',
    idempotent: true,
    input: z.object({
      name,
      token: z.string().meta(SECRET).optional().describe('A token for it.'),
    }),
    output: z.object({ name: z.string() }),
    argumentNames: { id: 'name' },
    look: async (_ctx, { name: wanted }) => {
      if (wanted === 'gone') throw new Refusal('not_found', 'There is no service of that name.', 'List the services.');
      if (wanted === 'limited')
        throw new CoolifyError({ kind: 'rate_limited', message: 'Too many.', sent: 'answered', retryAfterMs: 7200 });
      return { running: !stopped.has(wanted) };
    },
    gates: [
      ({ name: wanted }) => ({
        gate: 'plan_safe',
        result: wanted === 'vital' ? 'blocked' : 'passed',
        evidence: `${wanted} is ${wanted === 'vital' ? '' : 'not '}vital`,
        source: 'the yard',
      }),
    ],
    plan: (input) =>
      steps({ name: input.name }).step('stop', {
        title: `Stop ${input.name}`,
        estimate: 1,
        run: async () => {
          stopped.add(input.name);
          return {};
        },
      }),
    resource: (input) => ({ type: 'service', id: input.name, name: input.name }),
  });

  return [listServers, listApplications, getVersion, stopService, getRun, cancelRun];
}
