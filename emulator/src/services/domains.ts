import { known, serverOf } from '../present/server.ts';
import type { Service } from '../state/service.ts';
import type { World } from '../world.ts';
import { isApplication, type Part, partsOf, touchPart } from './parts.ts';
import { keepVariable, setVariable, variableName } from './variables.ts';

/**
 * `SERVICE_FQDN_WEB_3000` or `SERVICE_URL_WEB=/path` among a container's variables gives it a domain, and always makes both
 * variables, with and without the port (recorded: services 10, 19).
 */
export function declareDomain(world: World, service: Service, part: Part, key: string, value: string): void {
  const { name, port } = declared(key);
  const taken = isApplication(part) ? part.fqdn : null;
  let url = taken ? urlWithoutPort(firstOf(taken)) : generatedUrl(world, service, name.toLowerCase());
  if (value.startsWith('/') && value !== '/' && !url.endsWith(value)) url += value;
  const host = url.replace(/^\w+:\/\//, '');
  const withPort = (text: string) => (port === undefined ? text : `${text}:${port}`);
  if (isApplication(part) && part.fqdn === null) {
    part.fqdn = withPort(url);
    touchPart(world, part);
  }
  setVariable(world, service, `SERVICE_FQDN_${name}`, host);
  setVariable(world, service, `SERVICE_URL_${name}`, url);
  if (port === undefined) return;
  setVariable(world, service, `SERVICE_FQDN_${name}_${port}`, withPort(host));
  setVariable(world, service, `SERVICE_URL_${name}_${port}`, withPort(url));
}

/** `$SERVICE_URL_WEB` in a value makes the pair of variables too, and gives the container of that name a domain if it has none. */
export function fillDomain(world: World, service: Service, part: Part, key: string): void {
  const name = key.replace(/^SERVICE_(FQDN|URL)_/, '');
  const url = generatedUrl(world, service, name.toLowerCase().replaceAll('_', '-'));
  const host = url.replace(/^\w+:\/\//, '');
  const named = partsOf(world, service).find((other) => isApplication(other) && variableName(other.name) === name);
  if (named === part && isApplication(part) && part.fqdn === null) {
    part.fqdn = url;
    touchPart(world, part);
  }
  keepVariable(world, service, `SERVICE_FQDN_${name}`, host);
  keepVariable(world, service, `SERVICE_URL_${name}`, url);
}

/** `WEB` and `3000` of `SERVICE_FQDN_WEB_3000`. */
export function declared(key: string): { name: string; port: string | undefined } {
  const [, name = '', port] = /^SERVICE_(?:FQDN|URL)_(.*?)(?:_(\d+))?$/.exec(key) ?? [];
  return { name, port };
}

export const firstOf = (domains: string): string => (domains.split(',')[0] ?? '').trim();
export const hostWithoutPort = (domain: string): string => new URL(domain).hostname;

export function urlWithoutPort(domain: string): string {
  const { protocol, hostname, pathname } = new URL(domain);
  return `${protocol}//${hostname}${pathname === '/' ? '' : pathname}`;
}

/** Below the server's wildcard domain; without one, its address under sslip.io. */
function generatedUrl(world: World, service: Service, name: string): string {
  const destination = known(
    world.state.destinations.get(service.destination_id),
    'destination',
    service.destination_id,
  );
  const server = serverOf(world, destination);
  const { protocol, host, pathname } = new URL(server.settings.wildcard_domain ?? `http://${server.ip}.sslip.io`);
  return `${protocol}//${name}-${service.uuid}.${host}${pathname === '/' ? '' : pathname}`;
}
