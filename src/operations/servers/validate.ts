import { z } from 'zod';
import { fact } from '../fields.ts';
import { defineOperation, steps } from '../operation.ts';
import { findServer, SERVER_NAMES, server } from './resolve.ts';
import { validateStep } from './validation.ts';

export const validateServer = defineOperation({
  noun: 'server',
  verb: 'validate',
  name: 'validate_server',
  title: 'Server: Validate',
  description: 'Has Coolify connect to a server and look whether it can be used, and waits for what it found.',
  effect: 'change',
  idempotent: true,
  input: z.object({
    name: server,
    install: z.boolean().default(false).describe('Install Docker there where it is missing; takes minutes.'),
  }),
  output: z.object({
    name: z.string(),
    reachable: z.boolean(),
    usable: z.boolean(),
    docker_version: z.string(),
    verified: z.array(fact),
  }),
  argumentNames: SERVER_NAMES,

  async look(ctx, input) {
    const { uuid, name } = await findServer(ctx, input.name);
    return { uuid, name };
  },
  plan: ({ install }, { uuid, name }) =>
    steps({ name }).step(
      'validate_server',
      validateStep(() => uuid, name, install),
    ),
  impact: ({ install }, { name }) => ({
    downtime_expected: false,
    rollback_available: false,
    affected_users: 'none',
    risks: install
      ? [{ level: 'medium', description: `Docker is installed on ${name} where it is missing, and stays` }]
      : [],
  }),
  resource: (_input, { uuid, name }) => ({ type: 'server', id: uuid, name }),
});
