import type { Service } from '../state/service.ts';
import type { World } from '../world.ts';
import { declared, firstOf, hostWithoutPort, urlWithoutPort } from './domains.ts';
import { pairs, record } from './fields.ts';
import { isApplication, type Part, touchService } from './parts.ts';
import { ownerOf, setVariable } from './variables.ts';
import { readYaml, writeYaml } from './yaml.ts';

/** A container's image is changed in the compose file as well. */
export function changeImage(world: World, service: Service, part: Part, image: string): void {
  part.image = image;
  const file = record(readYaml(service.docker_compose_raw));
  const services = record(file.services);
  const fields = record(services[part.name]);
  if (services[part.name] === undefined || fields.image === image) return;
  const changed = { ...services, [part.name]: { ...fields, image } };
  service.docker_compose_raw = writeYaml({ ...file, services: changed });
  touchService(world, service);
}

/** The variables that tell a container's domains are made anew from what it has now; none where it has none. */
export function rewriteDomainVariables(world: World, service: Service, part: Part): void {
  const fields = record(record(record(readYaml(service.docker_compose_raw)).services)[part.name]);
  const keys = [...pairs(fields.environment).keys()].filter((key) => /^SERVICE_(FQDN|URL)_/.test(key));
  const ports = new Map<string, Set<string>>();
  for (const { name, port } of keys.map(declared)) {
    const own = ports.get(name) ?? new Set<string>();
    ports.set(name, port === undefined ? own : own.add(port));
  }
  const owner = ownerOf(service);
  const domain = isApplication(part) && part.fqdn ? firstOf(part.fqdn) : undefined;
  for (const [name, own] of ports) {
    const names = ['', ...[...own].map((port) => `_${port}`)].flatMap((end) => [
      `SERVICE_URL_${name}${end}`,
      `SERVICE_FQDN_${name}${end}`,
    ]);
    world.state.variables.removeWhere(
      (row) =>
        row.resource_type === owner.resource_type && row.resource_id === owner.resource_id && names.includes(row.key),
    );
    if (domain === undefined) continue;
    const [url, host] = [urlWithoutPort(domain), hostWithoutPort(domain)];
    setVariable(world, service, `SERVICE_URL_${name}`, url);
    setVariable(world, service, `SERVICE_FQDN_${name}`, host);
    const { port: current } = new URL(domain);
    for (const port of current === '' ? own : own.add(current)) {
      setVariable(world, service, `SERVICE_URL_${name}_${port}`, `${url}:${port}`);
      setVariable(world, service, `SERVICE_FQDN_${name}_${port}`, `${host}:${port}`);
    }
  }
}
