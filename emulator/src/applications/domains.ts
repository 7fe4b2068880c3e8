import { refuse } from '../http/answer.ts';
import type { JsonObject } from '../json.ts';
import { teamIdOf } from '../present/application.ts';
import type { Application } from '../state/application.ts';
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
 * Refuses with 409 when another application of the team holds one of the domains, one entry for each holder
 * (recorded: apps-image 8, 46).
 */
export function refuseConflicts(world: World, domains: string[], teamId: number, own?: Application): void {
  const conflicts: JsonObject[] = [];
  for (const domain of domains) {
    for (const other of world.state.applications.all()) {
      if (other === own || teamIdOf(world, other) !== teamId) continue;
      if (!(other.fqdn ?? '').split(',').some((held) => bare(held) === bare(domain))) continue;
      conflicts.push({
        domain,
        resource_name: other.name,
        resource_uuid: other.uuid,
        resource_type: 'application',
        message: `Domain ${domain} is already in use by application '${other.name}'`,
      });
    }
  }
  if (conflicts.length === 0) return;
  throw refuse(409, 'Domain conflicts detected. Use force_domain_override=true to proceed.', {
    conflicts,
    warning: 'Using the same domain for multiple resources can cause routing conflicts and unpredictable behavior.',
  });
}

function bare(domain: string): string {
  return domain.replace(/\/$/, '');
}

function isWebAddress(text: string): boolean {
  return /^https?:\/\/[^\s/?#]+/i.test(text) && URL.canParse(text);
}
