import { z } from 'zod';
import { Refusal } from '../../refusal.ts';
import { isNotFound } from '../apps/resolve.ts';
import type { RunContext } from '../context.ts';
import { fact } from '../fields.ts';
import { meant } from '../meant.ts';
import { defineOperation, type GateResult, LEFT_ALONE, steps, Undecidable } from '../operation.ts';
import { validateStep } from './validation.ts';

export const createServer = defineOperation({
  noun: 'server',
  verb: 'create',
  name: 'create_server',
  title: 'Server: Create',
  description:
    'Adds a machine to Coolify by its address and an SSH key that Coolify has, and sees that Coolify can use it. One that it cannot use is taken out again.',
  effect: 'create',
  idempotent: false,
  input: z.object({
    name: z.string().trim().min(1).max(100).describe('Its name.'),
    ip: z
      .string()
      .trim()
      .regex(/^[a-zA-Z0-9][a-zA-Z0-9.:-]{0,252}$/, 'an address or host name')
      .describe('Its address or host name.'),
    private_key: z
      .string()
      .max(255)
      .optional()
      .describe('SSH key at Coolify, by name or uuid; needed where there are several.'),
    user: z
      .string()
      .regex(/^[a-z_][a-z0-9_.-]{0,31}$/i, 'a user name')
      .default('root')
      .describe('User to connect as.'),
    port: z.number().int().min(1).max(65535).default(22).describe('SSH port.'),
    install: z.boolean().default(false).describe('Install Docker there where it is missing; takes minutes.'),
  }),
  output: z.object({
    name: z.string(),
    uuid: z.string(),
    ip: z.string(),
    reachable: z.boolean(),
    usable: z.boolean(),
    docker_version: z.string(),
    verified: z.array(fact),
  }),
  argumentNames: { host: 'ip', private_key_uuid: 'private_key' },

  async look(ctx, { ip, private_key }) {
    const [servers, keys] = await Promise.all([
      ctx.coolify.servers.list({ signal: ctx.signal }),
      ctx.coolify.privateKeys.list({ signal: ctx.signal }),
    ]);
    const usable = keys.filter((key) => key.is_git_related !== true).map(({ uuid, name }) => ({ uuid, name }));
    return { key: keyFor(usable, private_key), holder: servers.find((row) => row.ip === ip)?.name ?? null };
  },

  gates: [
    ({ ip }, { holder }): GateResult => ({
      gate: 'address_free',
      result: holder === null ? 'passed' : 'blocked',
      evidence:
        holder === null
          ? `no server of this team has the address ${ip}; other teams' are not seen`
          : `${ip} is the address of server ${holder}`,
      source: "Coolify's servers",
      ...(holder !== null && { next: `Use ${holder}; validate_server looks at it again.` }),
    }),
  ],

  plan({ name, ip, user, port, install }, { key }) {
    return steps({ name, ip })
      .step('create_server', {
        title: `add server ${name} (${user}@${ip}:${port}, key ${key.name})`,
        estimate: 1,
        async run(ctx) {
          const { uuid } = await ctx.coolify.servers.create(
            {
              name,
              description: `Made by Fairlead (${ctx.runId})`,
              ip,
              port,
              user,
              private_key_uuid: key.uuid,
              instant_validate: false,
            },
            { signal: ctx.signal },
          );
          return { uuid };
        },
        find: madeBy,
        undo: [
          {
            title: `take ${name} out of Coolify again`,
            async run(ctx, done) {
              const uuid = done.uuid ?? (await madeBy(ctx))?.uuid;
              if (uuid === undefined) return LEFT_ALONE;
              try {
                await ctx.coolify.servers.delete(uuid, {}, { signal: ctx.signal });
              } catch (error) {
                if (!isNotFound(error)) throw error;
              }
              return {};
            },
          },
        ],
      })
      .step(
        'validate_server',
        validateStep(({ uuid }) => uuid, name, install),
      );
  },

  impact: ({ install }, _facts) => ({
    downtime_expected: false,
    rollback_available: true,
    affected_users: 'none: the server is new',
    risks: install
      ? [
          {
            level: 'medium',
            description: 'Docker is installed there where it is missing, and stays if the server is taken out again',
          },
        ]
      : [],
  }),
  resource: ({ name }, _facts, done) => ({ type: 'server', id: (done as { uuid?: string }).uuid ?? 'none', name }),
});

/** The key that is named, or the only one. Pure. Throws a refusal that names the choices. */
export function keyFor(
  keys: readonly { uuid: string; name: string }[],
  wanted: string | undefined,
): { uuid: string; name: string } {
  if (wanted !== undefined) return meant('key', wanted, keys, 'Coolify under Keys & Tokens');
  const [only, second] = keys;
  if (only && !second) return only;
  const names =
    keys
      .map(({ name }) => name)
      .slice(0, 10)
      .join(', ') || 'none';
  throw new Refusal(
    only ? 'ambiguous' : 'not_found',
    `Which SSH key? There are: ${names}.`,
    only ? 'Name one with private_key.' : 'Add one in Coolify under Keys & Tokens.',
  );
}

/** The server that this run made, told by the run's id in its description. */
async function madeBy(ctx: RunContext): Promise<{ uuid: string } | undefined> {
  const all = await ctx.coolify.servers.list({ signal: ctx.signal });
  const ours = all.filter((row) => row.description?.includes(ctx.runId));
  if (ours.length > 1)
    throw new Undecidable(
      `${ours.length} servers carry the mark of this run`,
      ours.map(({ uuid }) => uuid),
    );
  return ours[0] && { uuid: ours[0].uuid };
}
