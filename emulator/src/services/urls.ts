import { conflictRefusal, findConflicts, parseDomains } from '../applications/domains.ts';
import { invalid, type Refused } from '../http/answer.ts';
import type { Call } from '../http/call.ts';
import { isObject } from '../json.ts';
import { isTrue } from '../routes/variables.ts';
import type { Service, ServiceApplication } from '../state/service.ts';
import { isApplication, partsOf, touchPart } from './parts.ts';

/**
 * `urls: [{name, url}]` of a create or update: gives the containers named their domains. Returns the refusal, 422 with a list
 * of sentences or 409, after what came before a bad item has been written (recorded: services 29, 30).
 */
export function applyUrls(call: Call, service: Service): Refused | undefined {
  const items = Array.isArray(call.input.urls) ? call.input.urls.filter(isObject) : [];
  const forced = isTrue(call.input.force_domain_override);
  const given = items.map((item) => parseDomains(String(item.url ?? '').replaceAll(/^,|,$/g, '')));
  const errors = given.flatMap((parsed) => parsed.errors);
  const all = given.flatMap((parsed) => parsed.domains);
  const twice = [...new Set(all.filter((domain, index) => all.indexOf(domain) !== index))];
  if (twice.length > 0 && !forced)
    errors.push(
      `The current request contains conflicting URLs across containers: ${twice.join(', ')}. Use force_domain_override=true to proceed.`,
    );
  if (errors.length > 0) return invalid(errors);

  const conflicts = [];
  for (const [index, item] of items.entries()) {
    const part = partsOf(call.world, service).find((p) => isApplication(p) && p.name === item.name);
    if (part === undefined) {
      errors.push(`Service container with '${item.name}' not found.`);
      continue;
    }
    const domains = given[index]?.domains ?? [];
    const held = forced ? [] : findConflicts(call.world, domains, call.team.id, part.uuid);
    conflicts.push(...held);
    if (held.length === 0) setDomains(call, part as ServiceApplication, domains);
  }
  if (errors.length > 0) return invalid(errors);
  return conflicts.length > 0 ? conflictRefusal(conflicts) : undefined;
}

export function setDomains(call: Call, part: ServiceApplication, domains: readonly string[]): void {
  const fqdn = domains.length === 0 ? null : domains.join(',');
  if (part.fqdn === fqdn) return;
  part.fqdn = fqdn;
  touchPart(call.world, part);
}

/** What create and update answer: every domain of the service, sorted. */
export function domainsOfService(call: Call, service: Service): string[] {
  const parts = partsOf(call.world, service).filter(isApplication);
  return parts.flatMap((part) => (part.fqdn === null ? [] : [part.fqdn])).sort();
}
