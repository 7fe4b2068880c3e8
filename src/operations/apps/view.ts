import type { Application } from '../../coolify/applications.ts';

/** What plans and gates read of an app: nothing in it moves by itself, so a plan's digest covers it whole. */
export interface AppFacts {
  uuid: string;
  name: string;
  project: string | null;
  environment: string | null;
  server: string | null;
  server_uuid: string | null;
  repository: string | null;
  branch: string | null;
  /** The commit that is pinned; null when the branch's head is deployed. */
  pin: string | null;
  build_pack: string;
  image: string | null;
  /** Addresses as Coolify has them; a port in one is the container's. */
  urls: string[];
  port: string | null;
  /** Published on the server itself: no rolling update is possible then. */
  port_mappings: string | null;
  health_check: boolean;
}

export function factsOf(row: Application): AppFacts {
  const text = (value: string | null | undefined): string | null => (value ? value : null);
  const commit = text(row.git_commit_sha);
  const fromImage = row.build_pack === 'dockerimage';
  return {
    uuid: row.uuid,
    name: row.name ?? row.uuid,
    project: row.environment?.project?.name ?? null,
    environment: row.environment?.name ?? null,
    server: row.destination?.server?.name ?? null,
    server_uuid: row.destination?.server?.uuid ?? null,
    // Coolify fills in placeholders for applications that have no repository (recorded: apps-image 37).
    repository: fromImage ? null : withoutCredentials(text(row.git_repository)),
    branch: fromImage ? null : text(row.git_branch),
    pin: commit === null || commit === 'HEAD' ? null : commit,
    build_pack: row.build_pack ?? 'unknown',
    image: fromImage ? `${row.docker_registry_image_name}:${row.docker_registry_image_tag ?? 'latest'}` : null,
    urls: (row.fqdn ?? '')
      .split(',')
      .map((url) => url.trim())
      .filter((url) => url !== ''),
    port: text(row.ports_exposes),
    port_mappings: text(row.ports_mappings),
    health_check: row.health_check_enabled === true,
  };
}

/** Coolify keeps `user:token@` of other hosts than GitHub in clear. */
export const withoutCredentials = (url: string | null): string | null =>
  url?.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/@\s]*@/i, '$1') ?? null;

/** The address a visitor uses: the first one, without the container's port. */
export function visitorUrl(urls: readonly string[]): string | null {
  const first = urls[0];
  if (first === undefined || !URL.canParse(first)) return null;
  const url = new URL(first);
  url.port = '';
  return url.href.replace(/\/$/, '');
}
