import { EXIT, type Exit } from '../exit.ts';
import { type Check, failed, passed, skipped } from './check.ts';
import { checkFolder } from './folder.ts';
import { checkGit } from './git.ts';
import { checkHealth } from './health.ts';
import { checkConnection, checkName, checkProbeVia } from './network.ts';
import { ABILITIES, type CoolifyAccess, checkToken } from './token.ts';

/** What the doctor looks at. Nothing in it has to be right: that is what is looked for. */
export interface DoctorChecks {
  /** Coolify's address without `/api/v1`; undefined where none is set, or what is set is none. */
  url: string | undefined;
  /** What the configuration refuses, each with what to do. */
  problems: readonly { message: string; next: string }[];
  /** Undefined where address or token is missing. */
  coolify: CoolifyAccess | undefined;
  dataFolder: string;
  probeVia: { host: string; port: number } | undefined;
}

export interface Report {
  /** All that is needed passed. */
  healthy: boolean;
  checks: Check[];
}

/** Looks at everything between here and a deployment, in the order in which one thing needs the other. */
export async function doctor(checks: DoctorChecks, signal: AbortSignal): Promise<Report> {
  const [configuration, way, folder, git, probe] = await Promise.all([
    configurationOf(checks),
    wayToCoolify(checks, signal),
    checkFolder(checks.dataFolder),
    checkGit(),
    checkProbeVia(checks.probeVia, signal),
  ]);
  const all = [configuration, ...way, folder, probe, git];
  return { healthy: all.every(({ needed, result }) => !needed || result === 'passed'), checks: all };
}

/** The way to Coolify is cut where a shell may want to wait and try again. */
export function exitOfReport({ healthy, checks }: Report): Exit {
  if (healthy) return EXIT.success;
  const cut = checks.some(
    ({ check, result }) => result === 'failed' && ['dns', 'connection', 'health'].includes(check),
  );
  return cut ? EXIT.unreachable : EXIT.failed;
}

function configurationOf({ problems, coolify }: DoctorChecks): Check {
  if (problems.length > 0) {
    return failed(
      'configuration',
      true,
      problems.map(({ message }) => message).join(' '),
      problems.map(({ next }) => next).join(' '),
    );
  }
  if (coolify) return passed('configuration', true, 'address and token are set');
  return failed('configuration', true, 'address or token is missing', 'Set COOLIFY_API_URL and COOLIFY_API_TOKEN.');
}

async function wayToCoolify({ url, coolify }: DoctorChecks, signal: AbortSignal): Promise<Check[]> {
  const skip = (names: readonly string[], why: string) => names.map((name) => skipped(name, NEEDED.has(name), why));
  if (url === undefined) return skip(['dns', 'connection', 'health', 'clock', ...OF_TOKEN], 'no address is configured');
  const name = await checkName(new URL(url).hostname);
  if (name.result === 'failed')
    return [name, ...skip(['connection', 'health', 'clock', ...OF_TOKEN], 'the name does not resolve')];
  const connection = await checkConnection(new URL(url), signal);
  if (connection.result === 'failed')
    return [name, connection, ...skip(['health', 'clock', ...OF_TOKEN], 'there is no connection')];
  const { health, clock } = await checkHealth(url, signal);
  const reached = [name, connection, health, clock];
  if (health.result === 'failed') return [...reached, ...skip(OF_TOKEN, 'Coolify does not answer')];
  if (!coolify) return [...reached, ...skip(OF_TOKEN, 'no token is configured')];
  return [...reached, ...(await checkToken(coolify, signal))];
}

const OF_TOKEN = ['token', 'version', ...ABILITIES];
const NEEDED = new Set(['dns', 'connection', 'health', 'token', 'version', 'read', 'write', 'deploy']);
