import { z } from 'zod';
import { defineOperation, steps } from '../operation.ts';

export const getVersion = defineOperation({
  noun: 'instance',
  verb: 'version',
  name: 'get_version',
  title: 'Instance: Version',
  description: 'The version of Coolify.',
  effect: 'read',
  idempotent: true,
  input: z.object({}),
  output: z.object({ version: z.string() }),
  // Asked each time: Coolify upgrades itself.
  look: async (ctx) => ({ version: await ctx.coolify.instance.version({ signal: ctx.signal }) }),
  plan: (_input, { version }) => steps({ version }),
});
