import { z } from 'zod';
import type { Abilities } from '../../coolify/abilities.ts';
import { isBefore, lackedBy, OLDEST } from '../../coolify/version.ts';
import { defineOperation, steps } from '../operation.ts';

/** What a token needs for everything that the operations do. */
const WANTED = ['read', 'read:sensitive', 'write', 'deploy'] as const;

export const validateConnection = defineOperation({
  noun: 'instance',
  verb: 'validate',
  name: 'validate_connection',
  title: 'Instance: Validate',
  description:
    'Reaches Coolify and says what works: its version, what this version lacks, and what the token may do. Changes nothing.',
  effect: 'read',
  idempotent: true,
  input: z.object({}),
  output: z.object({
    status: z.enum(['healthy', 'limited']),
    url: z.string(),
    version: z.string(),
    response_time_ms: z.number(),
    abilities: z.record(z.string(), z.string()),
    says: z.array(z.string()),
  }),
  aliases: [{ name: 'health' }],

  async look(ctx) {
    const begun = ctx.clock.now();
    await ctx.coolify.instance.health({ signal: ctx.signal });
    const milliseconds = ctx.clock.now() - begun;
    // Asked anew, and not what was read when this process began: Coolify upgrades itself.
    const abilities = await ctx.coolify.abilities({ signal: ctx.signal });
    const version = await ctx.coolify.version({ signal: ctx.signal });
    return { url: ctx.coolify.baseUrl, milliseconds, version, abilities };
  },

  plan(_input, { url, milliseconds, version, abilities }) {
    const says = [...saysOfVersion(version), ...abilities.says];
    return steps({
      status: says.length === 0 ? ('healthy' as const) : ('limited' as const),
      url,
      version: version.version,
      response_time_ms: milliseconds,
      abilities: heldOf(abilities),
      says: says.length > 0 ? says : ['Coolify answers, and the token may do all that is needed.'],
    });
  },
});

const heldOf = (abilities: Abilities): Record<string, string> =>
  Object.fromEntries(WANTED.map((ability) => [ability, abilities[ability]]));

/** What the version means for the operations, a sentence each. Pure. */
export function saysOfVersion(read: { version: string; reason?: string }): string[] {
  const { version, reason } = read;
  if (version === 'unknown') return [`The version of Coolify is unknown: ${reason}`];
  if (isBefore(version, OLDEST))
    return [`Coolify ${version} is older than ${OLDEST}, the first that Fairlead works with.`];
  const lacked = lackedBy(version);
  return lacked.length === 0 ? [] : [`Coolify ${version} lacks: ${lacked.join('; ')}.`];
}
