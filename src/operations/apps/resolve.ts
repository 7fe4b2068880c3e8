import type { Application } from '../../coolify/applications.ts';
import { Refusal } from '../../refusal.ts';
import type { Context } from '../context.ts';
import { canonicalRepository } from './repository.ts';

export interface Candidate {
  uuid: string;
  name: string;
  project: string | null;
  projectUuid: string | null;
  repository: string | null;
}

/** Coolify's own ids are 24 characters; those brought from elsewhere may be dashed UUIDs or short words. */
const LIKE_UUID = /^[a-z0-9]{20,32}$|^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;

/**
 * The app that a caller means by uuid, by a name that is its alone, or by its repository. The single record is read
 * only for what is meant; names come from the servers' resources, 45 times cheaper than the list of applications.
 * Throws a refusal that names the candidates where several are meant, and the nearest names where none is.
 */
export async function findApp(ctx: Context, wanted: string, project?: string): Promise<Application> {
  if (LIKE_UUID.test(wanted)) {
    const found = await getApp(ctx, wanted);
    if (found) return found;
  }
  const all = await appNames(ctx);
  const named = all.filter(({ name, uuid }) => name === wanted || uuid === wanted);
  const records = await Promise.all(named.slice(0, 20).map(({ uuid }) => getApp(ctx, uuid)));
  const candidates = records.filter((record) => record !== undefined);
  const meant = candidates.length > 0 ? candidates : wanted.includes('/') ? await appsOfRepository(ctx, wanted) : [];
  const uuid = choose(
    wanted,
    project,
    meant.map(candidateOf),
    all.map(({ name }) => name),
  );
  return meant.find((record) => record.uuid === uuid)!;
}

/** Undefined where it is not there or not ours, which Coolify answers alike. */
export async function getApp(ctx: Context, uuid: string): Promise<Application | undefined> {
  try {
    return await ctx.coolify.applications.get(uuid, { signal: ctx.signal });
  } catch (error) {
    if (isNotFound(error)) return undefined;
    throw error;
  }
}

export const isNotFound = (error: unknown): boolean =>
  error instanceof Error && 'kind' in error && error.kind === 'not_found';

/** Names, uuids and states of all apps on all servers. */
export async function appNames(ctx: Context): Promise<{ uuid: string; name: string; status: string }[]> {
  const rows = await ctx.coolify.servers.allResources({ signal: ctx.signal });
  return rows
    .filter(({ type }) => type === 'application')
    .map(({ uuid, name, status }) => ({ uuid, name, status: status ?? 'unknown' }))
    .sort((a, b) => (keyOf(a) < keyOf(b) ? -1 : 1));
}

export const keyOf = ({ name, uuid }: { name: string; uuid: string }): string => `${name}\u0000${uuid}`;

async function appsOfRepository(ctx: Context, wanted: string): Promise<Application[]> {
  const repository = canonicalRepository(wanted);
  const all = await ctx.coolify.applications.list({}, { signal: ctx.signal });
  const matching = all.filter((row) => row.git_repository && canonicalRepository(row.git_repository) === repository);
  const records = await Promise.all(matching.slice(0, 20).map(({ uuid }) => getApp(ctx, uuid)));
  return records.filter((record) => record !== undefined);
}

export function candidateOf(row: Application): Candidate {
  return {
    uuid: row.uuid,
    name: row.name ?? row.uuid,
    project: row.environment?.project?.name ?? null,
    projectUuid: row.environment?.project?.uuid ?? null,
    repository: row.git_repository ?? null,
  };
}

/** Which of the candidates is meant: the uuid. Pure. */
export function choose(
  wanted: string,
  project: string | undefined,
  candidates: readonly Candidate[],
  names: readonly string[],
): string {
  const inProject =
    project === undefined ? candidates : candidates.filter((c) => c.project === project || c.projectUuid === project);
  const exact = inProject.filter((c) => c.uuid === wanted);
  const meant = exact.length > 0 ? exact : inProject;
  const [first, second] = meant;
  if (first && !second) return first.uuid;
  if (first) {
    const list = meant.map((c) => `${c.name} in ${c.project ?? 'an unknown project'} (${c.uuid})`);
    throw new Refusal(
      'ambiguous',
      `${meant.length} apps are meant by ${wanted}: ${list.slice(0, 10).join('; ')}.`,
      'Name the project too, or give the uuid.',
      {
        candidates: meant.slice(0, 10).map((c) => ({ ...c })),
      },
    );
  }
  const where = project === undefined ? '' : ` in project ${project}`;
  const near = nearest(wanted, names);
  throw new Refusal(
    'not_found',
    `There is no app ${wanted.slice(0, 100)}${where}.`,
    near.length > 0 ? `There are ${near.join(', ')}.` : 'List the apps with list_applications.',
  );
}

function nearest(wanted: string, names: readonly string[]): string[] {
  const text = wanted.toLowerCase();
  const close = (name: string) =>
    name.toLowerCase().includes(text) ||
    text.includes(name.toLowerCase()) ||
    name.toLowerCase().startsWith(text.slice(0, 3));
  return [...new Set(names.filter(close))].slice(0, 5);
}
