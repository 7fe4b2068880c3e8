import { type Refused, refuse } from '../http/answer.ts';
import type { JsonObject } from '../json.ts';
import { teamIdOf } from '../present/application.ts';
import { known } from '../present/server.ts';
import type { World } from '../world.ts';

/** A comma list of URLs as a request gives it: the clean list, or a sentence for each that is none. */
export function parseDomains(given: string): { domains: string[]; errors: string[] } {
  const parts = given
    .split(',')
    .map((part) => part.trim())
    .filter(Boolean);
  const errors = parts.filter((part) => !isWebAddress(part)).map((part) => `Invalid URL: ${part}`);
  return { domains: [...new Set(parts.map((part) => part.toLowerCase()))], errors };
}

/**
 * Refuses with 409 when another application or service of the team holds one of the domains, one entry for each holder
 * (recorded: apps-image 8, 46).
 */
export function refuseConflicts(world: World, domains: string[], teamId: number, own?: { uuid: string }): void {
  const conflicts = findConflicts(world, domains, teamId, own?.uuid);
  if (conflicts.length > 0) throw conflictRefusal(conflicts);
}

/** The applications whose domain was taken over by force stand behind the one that took it (recorded: apps-image 41). */
export function moveBehind(world: World, domains: string[], teamId: number, own: { uuid: string }): void {
  const { applications } = world.state;
  for (const { resource_uuid: uuid } of findConflicts(world, domains, teamId, own.uuid)) {
    const holder = applications.find((row) => row.uuid === uuid);
    if (holder !== undefined) applications.touch(holder);
  }
}

/** One entry for each other holder of a domain: applications of the team by name (recorded: apps-image 46), then containers of its services. */
export function findConflicts(world: World, domains: string[], teamId: number, own?: string): JsonObject[] {
  const { applications, services, serviceApplications } = world.state;
  const byName = applications.all().sort((a, b) => (a.name < b.name ? -1 : a.name > b.name ? 1 : 0));
  const holders = [
    ...byName.map((row) => ({ uuid: row.uuid, fqdn: row.fqdn, name: row.name, type: 'application', row })),
    ...serviceApplications.all().map((part) => {
      const row = known(services.get(part.service_id), 'service', part.service_id);
      return { uuid: part.uuid, fqdn: part.fqdn, name: row.name, type: 'service', row };
    }),
  ];
  return domains.flatMap((domain) =>
    holders
      .filter(({ uuid, fqdn, row }) => uuid !== own && teamIdOf(world, row) === teamId && holds(fqdn, domain))
      .map(({ uuid, name, type }) => ({
        domain,
        resource_name: name,
        resource_uuid: uuid,
        resource_type: type,
        message: `Domain ${domain} is already in use by ${type} '${name}'`,
      })),
  );
}

export function conflictRefusal(conflicts: JsonObject[]): Refused {
  return refuse(409, 'Domain conflicts detected. Use force_domain_override=true to proceed.', {
    conflicts,
    warning: 'Using the same domain for multiple resources can cause routing conflicts and unpredictable behavior.',
  });
}

function holds(fqdn: string | null, domain: string): boolean {
  return (fqdn ?? '').split(',').some((held) => bare(held) === bare(domain));
}

function bare(domain: string): string {
  return domain.replace(/\/$/, '');
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#]+/i.test(text) && URL.canParse(text);
}
