import { Refusal } from '../../refusal.ts';
import type { Context } from '../context.ts';

/** Where a new app goes. */
export interface Place {
  project: { uuid: string; name: string };
  environment: string;
  server: { uuid: string; name: string; usable: boolean };
}

interface Named {
  uuid: string;
  name: string;
}

/** The project, environment and server meant, or the only ones there are. Throws a refusal that names the choices. */
export async function placeFor(ctx: Context, project: string | undefined): Promise<Place> {
  const [projects, servers] = await Promise.all([
    ctx.coolify.projects.list({ signal: ctx.signal }),
    ctx.coolify.servers.list({ signal: ctx.signal }),
  ]);
  const chosen = pick('project', projects.map(named), project ?? ctx.settings.project);
  const usable = servers.map((row) => ({
    ...named(row),
    usable: row.is_usable !== false && row.settings?.is_build_server !== true,
  }));
  const candidates = usable.some((server) => server.usable) ? usable.filter((server) => server.usable) : usable;
  const server = pick('server', candidates, ctx.settings.server);
  const { environments = [] } = await ctx.coolify.projects.get(chosen.uuid, { signal: ctx.signal });
  const environment = environments.find(({ name }) => name === 'production') ?? environments[0];
  if (!environment) {
    throw new Refusal(
      'conflict',
      `Project ${chosen.name} has no environment.`,
      'Make one in Coolify, then call again.',
    );
  }
  return { project: chosen, environment: environment.name, server };
}

const named = (row: { uuid: string; name?: string | null | undefined }): Named => ({
  uuid: row.uuid,
  name: row.name ?? row.uuid,
});

/** Pure. One is chosen by name or uuid; without a wish, only a single one is. */
export function pick<T extends Named>(what: 'project' | 'server', all: readonly T[], wanted: string | undefined): T {
  const meant = wanted === undefined ? all : all.filter(({ uuid, name }) => uuid === wanted || name === wanted);
  const names =
    all
      .map(({ name }) => name)
      .slice(0, 10)
      .join(', ') || 'none';
  if (meant.length === 1) return meant[0]!;
  if (meant.length === 0)
    throw new Refusal('not_found', `There is no ${what}${wanted ? ` ${wanted}` : ''}.`, `There are: ${names}.`);
  const next = what === 'project' ? 'Name one with `project`.' : 'Set FAIRLEAD_SERVER to the name of one.';
  throw new Refusal('ambiguous', `Which ${what}? There are ${names}.`, next);
}
