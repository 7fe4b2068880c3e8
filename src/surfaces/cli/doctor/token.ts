import { type Check, failed, passed, skipped, unknown } from './check.ts';

export const ABILITIES = ['read', 'read:sensitive', 'write', 'deploy'] as const;
export type Ability = (typeof ABILITIES)[number];
export type Held = 'yes' | 'no' | 'unknown';

/** What the doctor asks Coolify with the token that is configured. */
export interface CoolifyAccess {
  /** As `4.3.11`. Throws the client's error, which says what to do next. */
  version(signal: AbortSignal): Promise<string>;
  /** The oldest version this program speaks to, and what a version lacks against the newest one known. */
  support(version: string): { supported: boolean; oldest: string; lacks: readonly string[] };
  /** What the token holds; `says` tells why where that is unknown. */
  abilities(signal: AbortSignal): Promise<Record<Ability, Held> & { says: readonly string[] }>;
}

const IN_WORDS: Record<Ability, { may: string; without: string; needed: boolean }> = {
  read: { may: 'look at what there is', without: 'nothing can be looked at', needed: true },
  'read:sensitive': {
    may: 'read build logs and the values of variables',
    without: 'a failed build cannot be explained, and the old value of a variable cannot be put back',
    needed: false,
  },
  write: { may: 'make, change and delete', without: 'nothing can be made, changed or deleted', needed: true },
  deploy: { may: 'deploy, start and stop', without: 'nothing can be deployed, started or stopped', needed: true },
};

export async function checkToken(coolify: CoolifyAccess, signal: AbortSignal): Promise<Check[]> {
  const version = await attempt(() => coolify.version(signal), signal);
  const refusal = version instanceof Error ? version : undefined;
  if (refusal && kindOf(refusal) !== 'ability_missing') {
    const why = 'Coolify does not take the token';
    return [
      failed('token', true, refusal.message, nextOf(refusal)),
      skipped('version', true, why),
      ...ABILITIES.map((ability) => skipped(ability, IN_WORDS[ability].needed, why)),
    ];
  }
  return [
    passed('token', true, 'Coolify takes the token'),
    version instanceof Error ? unknown('version', true, version.message) : versionCheck(version, coolify),
    ...(await abilityChecks(coolify, signal)),
  ];
}

function versionCheck(version: string, { support }: CoolifyAccess): Check {
  const { supported, oldest, lacks } = support(version);
  if (!supported) {
    return failed(
      'version',
      true,
      `Coolify ${version} is older than ${oldest}`,
      `Upgrade Coolify to ${oldest} or newer.`,
    );
  }
  if (lacks.length === 0) return passed('version', true, `Coolify ${version}`);
  return {
    ...passed('version', true, `Coolify ${version}, which lacks: ${lacks.join('; ')}`),
    next: 'Upgrade Coolify where you need one of these.',
  };
}

async function abilityChecks(coolify: CoolifyAccess, signal: AbortSignal): Promise<Check[]> {
  const held = await attempt(() => coolify.abilities(signal), signal);
  return ABILITIES.map((ability) => {
    const { may, without, needed } = IN_WORDS[ability];
    if (held instanceof Error) return unknown(ability, needed, held.message);
    if (held[ability] === 'yes') return passed(ability, needed, `the token may ${may}`);
    if (held[ability] === 'unknown') return unknown(ability, needed, held.says.join(' '));
    const next = `Make a token with ${ability} in Coolify under Keys & Tokens, API tokens.`;
    return failed(ability, needed, `the token lacks ${ability}: ${without}`, next);
  });
}

/** What came, or the error as a finding. A fault of ours and an interruption stay thrown. */
async function attempt<T>(work: () => Promise<T>, signal: AbortSignal): Promise<T | Error> {
  try {
    return await work();
  } catch (error) {
    signal.throwIfAborted();
    if (error instanceof Error && 'next' in error) return error;
    throw error;
  }
}

const kindOf = (error: Error): unknown => ('kind' in error ? error.kind : undefined);
const nextOf = (error: Error): string => ('next' in error ? String(error.next) : '');
