import type { CallOptions } from './endpoint.ts';
import { CoolifyError } from './error.ts';
import type { Outgoing, Transport } from './transport.ts';

export type Held = 'yes' | 'no' | 'unknown';

export interface Abilities {
  read: Held;
  'read:sensitive': Held;
  write: Held;
  deploy: Held;
  /** What the token cannot do, and what could not be found out, a sentence each. */
  says: string[];
}

/** Calls that can have no effect, for they name nothing: Coolify looks at the ability before it looks at anything else. */
export const PROBES = {
  read: { method: 'GET', route: '/version', path: '/version' },
  /** An empty body for a project that cannot be, its id being none: 403 without the ability, else 400 (sweep 196, 197). */
  write: { method: 'PATCH', route: '/projects/{uuid}', path: '/projects/ability-probe', body: {} },
  /** A deployment of nothing: 403 without the ability, else 400 (sweep 303, 304). */
  deploy: { method: 'POST', route: '/deploy', path: '/deploy', body: {} },
  /** Every team has these settings; `webhook_url` is a key of theirs only for who may read what is sensitive (webhooks 1, 11). */
  'read:sensitive': { method: 'GET', route: '/notifications/webhook', path: '/notifications/webhook' },
} as const satisfies Record<string, Outgoing>;

const MEANING = {
  read: 'read anything, not even the state of what it deploys',
  'read:sensitive': 'read secrets: values of variables, logs of deployments, compose texts',
  write: 'change anything: create, update or delete',
  deploy: 'deploy, start, stop or restart anything',
} as const;

/**
 * Which abilities the token holds. No API tells; so each is tried with a call that cannot do anything.
 * @throws CoolifyError where the token or the way to Coolify is at fault, and not an ability
 */
export async function probeAbilities(transport: Transport, options: CallOptions = {}): Promise<Abilities> {
  const reasons: string[] = [];
  const probe = async (ability: 'read' | 'write' | 'deploy'): Promise<Held> => {
    const answered = await attempt(transport, PROBES[ability], options);
    if (!(answered instanceof CoolifyError)) return 'yes';
    if (answered.kind === 'ability_missing' || answered.kind === 'role_missing') {
      if (answered.kind === 'role_missing')
        reasons.push('Coolify refuses this token altogether: its user is a plain member and it holds more than read.');
      return 'no';
    }
    if (answered.kind === 'invalid' || answered.kind === 'not_found') return 'yes';
    reasons.push(`Whether it may ${ability} is unknown: ${answered.message}`);
    return 'unknown';
  };
  const read = await probe('read');
  const write = await probe('write');
  const deploy = await probe('deploy');
  const sensitive = read === 'yes' ? await probeSensitive(transport, options, reasons) : read;
  const held = { read, 'read:sensitive': sensitive, write, deploy };
  const lacking = Object.entries(MEANING).flatMap(([ability, what]) =>
    held[ability as keyof typeof MEANING] === 'no' ? [`This token cannot ${what} (it lacks ${ability}).`] : [],
  );
  return { ...held, says: [...lacking, ...new Set(reasons)] };
}

async function probeSensitive(transport: Transport, options: CallOptions, reasons: string[]): Promise<Held> {
  const answered = await attempt(transport, PROBES['read:sensitive'], options);
  if (answered instanceof CoolifyError) {
    reasons.push(`Whether it may read secrets is unknown: ${answered.message}`);
    return 'unknown';
  }
  const settings = answered.json;
  return typeof settings === 'object' && settings !== null && 'webhook_url' in settings ? 'yes' : 'no';
}

/** What a probe may come back with and still say something about an ability. */
const TELLING = new Set([
  'ability_missing',
  'role_missing',
  'invalid',
  'not_found',
  'server_error',
  'policy_denied',
  'method_moved',
]);

async function attempt(transport: Transport, outgoing: Outgoing, options: CallOptions) {
  try {
    return await transport.exchange(outgoing, options.signal);
  } catch (error) {
    if (error instanceof CoolifyError && TELLING.has(error.kind)) return error;
    throw error;
  }
}
