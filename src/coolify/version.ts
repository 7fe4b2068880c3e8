import { untilAborted } from './aborted.ts';
import { CoolifyError } from './error.ts';

/** The oldest Coolify this client speaks to. */
export const OLDEST = '4.0.0';

/**
 * What older versions lack, by the version it came with. Each call's own first version stands with the call; all are taken from
 * Coolify's route files at v4.0.0, v4.1.0, v4.2.0, v4.3.0 and v4.3.10.
 */
export const FEATURES = {
  mcpSwitch: { since: '4.1.0', what: 'switching Coolify’s own MCP server' },
  databaseAndServiceLogs: { since: '4.2.0', what: 'logs of databases and services' },
  serviceParts: { since: '4.2.0', what: 'the containers of a service one by one' },
  resourceTags: { since: '4.2.0', what: 'tags of a resource' },
  move: { since: '4.2.0', what: 'moving a resource to another environment' },
  destinations: { since: '4.2.0', what: 'destinations of a server' },
  validateServer: { since: '4.2.0', what: 'validating a server (by POST)' },
  rollback: { since: '4.3.0', what: 'rollback and the images kept for it' },
  clone: { since: '4.3.0', what: 'cloning a resource' },
  executeTask: { since: '4.3.0', what: 'running a scheduled task now' },
  sharedVariables: { since: '4.3.0', what: 'shared variables' },
  proxy: { since: '4.3.0', what: 'proxy, sentinel, log drains, clean-up and tunnels of a server' },
  notifications: { since: '4.3.0', what: 'notification channels' },
  s3Storages: { since: '4.3.0', what: 'S3 storages and volume backups' },
  gitlabApps: { since: '4.3.0', what: 'GitLab apps and cloud-init scripts' },
  editTags: { since: '4.3.0', what: 'making, renaming and deleting tags, renaming environments and destinations' },
  emailSettings: { since: '4.3.10', what: 'email settings of the instance' },
} as const;

export type Feature = keyof typeof FEATURES;

/** What a version lacks, in words. */
export function lackedBy(version: string): string[] {
  return Object.values(FEATURES).flatMap(({ since, what }) => (isBefore(version, since) ? [what] : []));
}

/**
 * Whether one version comes before another: `4.0.0-beta.420` before `4.0.0`, `4.4-rc.1` before `4.4.0`.
 * A version that cannot be read comes before none, so that an unusual build is not refused.
 */
export function isBefore(version: string, other: string): boolean {
  const a = parse(version);
  const b = parse(other);
  if (!a || !b) return false;
  for (const [place, number] of a.numbers.entries()) {
    const against = b.numbers[place] ?? 0;
    if (number !== against) return number < against;
  }
  return a.candidate && !b.candidate;
}

function parse(version: string): { numbers: [number, number, number]; candidate: boolean } | undefined {
  const found = version.trim().match(/^v?(\d{1,6})\.(\d{1,6})(?:\.(\d{1,6}))?(-\S+)?$/);
  if (!found) return undefined;
  const [, major, minor, patch, candidate] = found;
  return { numbers: [Number(major), Number(minor), Number(patch ?? 0)], candidate: candidate !== undefined };
}

export interface VersionGate {
  /** The version Coolify names, read once; `unknown` with the reason where the token may not read it. */
  read(signal?: AbortSignal): Promise<{ version: string } | { version: 'unknown'; reason: string }>;
  /** @throws CoolifyError unsupported_version where this Coolify is older than the call; nothing is sent then. */
  admit(since: string, request: { method: string; path: string }, signal?: AbortSignal): Promise<void>;
}

/**
 * Keeps calls from a Coolify that does not know them. The version is asked for once; before a refusal it is asked again,
 * for Coolify upgrades itself. Where it cannot be had, the call goes out and Coolify answers for itself.
 */
export function versionGate(ask: () => Promise<string>): VersionGate {
  let known: Promise<string> | undefined;

  const read: VersionGate['read'] = async (signal) => {
    // Shared by all who wait for it, so it must not end with the one who happened to ask first.
    known ??= ask();
    const mine = known;
    try {
      return { version: await untilAborted(mine, signal) };
    } catch (error) {
      if (!(error instanceof CoolifyError)) throw error;
      const forGood = error.kind === 'ability_missing';
      if (!forGood && known === mine) known = undefined;
      return { version: 'unknown', reason: error.message };
    }
  };

  return {
    read,
    async admit(since, request, signal) {
      let { version } = await read(signal);
      const tooOld = () => isBefore(version, OLDEST) || isBefore(version, since);
      if (tooOld()) {
        known = undefined;
        ({ version } = await read(signal));
      }
      if (!tooOld()) return;
      const old = isBefore(version, OLDEST);
      throw new CoolifyError({
        kind: 'unsupported_version',
        sent: 'no',
        request,
        message: old
          ? `Coolify ${version} is older than ${OLDEST}, the first version this client speaks to.`
          : `Coolify ${version} does not have this call: it came with ${since}.`,
        next: `Upgrade Coolify to ${old ? OLDEST : since} or newer, or do without this call.`,
      });
    },
  };
}
