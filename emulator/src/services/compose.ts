import { publicId } from '../ids.ts';
import { environmentOf } from '../present/application.ts';
import { known } from '../present/server.ts';
import { type Service, servicePartDefaults } from '../state/service.ts';
import { rowTime } from '../times.ts';
import type { World } from '../world.ts';
import { isDatabaseImage } from './databaseImages.ts';
import { declareDomain, fillDomain, hostWithoutPort, urlWithoutPort } from './domains.ts';
import { braced, referenced, splitDefault } from './expressions.ts';
import { type Fields, list, type Pairs, pairs, record, text } from './fields.ts';
import { generated } from './generated.ts';
import { defaultLabels, proxyLabels } from './labels.ts';
import { isApplication, type Part, partsOf, touchPart, touchService } from './parts.ts';
import { keepVolumes } from './storages.ts';
import { findVariable, keepVariable, setVariable, variableName } from './variables.ts';
import { readYaml, writeYaml } from './yaml.ts';

/**
 * Reads a service's compose file as Coolify does at every change and start: makes its parts (containers that were taken out
 * keep theirs), its variables and volumes, and writes the compose file that is really run (recorded: services 10–31).
 */
export function applyCompose(world: World, service: Service): void {
  const file = record(readYaml(service.docker_compose_raw));
  const services = Object.entries(record(file.services)).map(([name, fields]) => ({ name, fields: record(fields) }));
  const parts = services.map(({ name, fields }) => keepPart(world, service, name, fields));
  const magic = new Set<string>();
  for (const [index, { fields }] of services.entries()) {
    const part = parts[index] as Part;
    const wanted = magicNames(pairs(fields.environment), (key, value) =>
      declareDomain(world, service, part, key, value),
    );
    for (const name of wanted) {
      magic.add(name);
      fill(world, service, part, name);
    }
  }

  const names = Object.fromEntries(services.map(({ name }) => [`SERVICE_NAME_${variableName(name)}`, name]));
  const volumes = Object.fromEntries(Object.entries(record(file.volumes)).filter(([, volume]) => volume !== null));
  const run = services.map(({ name, fields }, index) => {
    const part = parts[index] as Part;
    const written = keepVolumes(world, service, part, list(fields.volumes), volumes);
    return [name, runnable(world, service, part, fields, magic, names, written)] as const;
  });
  const networks = { ...record(file.networks), [service.uuid]: { name: service.uuid, external: true } };
  const sections = { volumes, networks, configs: record(file.configs), secrets: record(file.secrets) };
  const before = service.docker_compose;
  service.docker_compose = writeYaml({
    services: Object.fromEntries(run),
    ...Object.fromEntries(Object.entries(sections).filter(([, section]) => Object.keys(section).length > 0)),
  });
  service.docker_compose_raw = writeYaml(withoutContent(file));
  if (service.docker_compose !== before) touchService(world, service);
}

function keepPart(world: World, service: Service, name: string, fields: Fields): Part {
  const image = text(fields.image);
  const found = partsOf(world, service).find((part) => part.name === name);
  const part = found ?? insertPart(world, service, name, fields);
  if (part.image !== image) {
    part.image = image;
    touchPart(world, part);
  }
  return part;
}

function insertPart(world: World, service: Service, name: string, fields: Fields): Part {
  const image = text(fields.image);
  const now = rowTime(world.clock.now());
  const shared = {
    ...servicePartDefaults(),
    uuid: publicId(),
    name,
    service_id: service.id,
    image,
    created_at: now,
    updated_at: now,
    last_online_at: world.state.instance.installedAt,
  };
  if (isDatabaseImage(image, fields))
    return world.state.serviceDatabases.insert({
      ...shared,
      public_port: null,
      is_public: false,
      custom_type: null,
      public_port_timeout: 3600,
    });
  return world.state.serviceApplications.insert({
    ...shared,
    fqdn: null,
    required_fqdn: false,
    noindex_domains: null,
    redirect: 'both',
    is_force_https_enabled: true,
  });
}

/** `SERVICE_…` names that the values refer to; keys that declare a domain are told on the way. */
function magicNames(environment: Pairs, onDomain: (key: string, value: string) => void): string[] {
  const names = new Set<string>();
  for (const [key, value] of environment) {
    for (const [, name = ''] of text(value).matchAll(/\$\{?([a-zA-Z_]\w*)\}?/g))
      if (name.startsWith('SERVICE_')) names.add(name);
    if (/^SERVICE_(FQDN|URL)_/.test(key)) onDomain(key, text(value));
  }
  return [...names];
}

/** Makes what a `SERVICE_…` name stands for, once. */
function fill(world: World, service: Service, part: Part, name: string): void {
  const command = commandOf(name);
  if (command === 'FQDN' || command === 'URL') fillDomain(world, service, part, name);
  else keepVariable(world, service, name, generated(command));
}

/** `PASSWORD` of `SERVICE_PASSWORD_WEB`, `BASE64_64` of `SERVICE_BASE64_64_WEB`, `FQDN` of `SERVICE_FQDN_WEB_3000`. */
function commandOf(name: string): string {
  const words = name.split('_');
  const [, first = ''] = words;
  if (words.length === 3) return first;
  if (words.length !== 4) return '';
  return first === 'FQDN' || first === 'URL' ? first : words.slice(1, -1).join('_');
}

/** One service of the compose file that is run: what was given, in its order, then what Coolify adds. */
function runnable(
  world: World,
  service: Service,
  part: Part,
  fields: Fields,
  magic: ReadonlySet<string>,
  serviceNames: Record<string, string>,
  volumes: unknown[],
): Fields {
  const container = `${part.name}-${service.uuid}`;
  const environment = pairs(fields.environment);
  keepOwnVariables(world, service, environment, magic);
  const added = coolifyVariables(world, service, part, container);
  const settled = [...environment]
    .filter(([key]) => !key.startsWith('SERVICE_FQDN_'))
    .map(([key, value]) => [key, value === '' ? (findVariable(world, service, key)?.value ?? '') : value] as const);
  const ports = list(fields.ports).map(portText);
  if (part.ports !== ports.join(',')) part.ports = ports.join(',');
  const hostNetwork = fields.network_mode !== undefined && fields.network_mode !== null;
  if (fields.restart === 'no' || fields.exclude_from_hc) part.exclude_from_status = true;
  const environmentFiles = [...new Set([...list(fields.env_file), '.env'])];
  const { exclude_from_hc: _, ...given } = fields;
  return {
    ...given,
    container_name: container,
    restart: text(fields.restart) || 'unless-stopped',
    labels: labelsOf(world, service, part, fields.labels),
    ...(hostNetwork ? {} : { networks: networksOf(fields.networks, service.uuid) }),
    ...(volumes.length > 0 ? { volumes } : {}),
    environment: { ...Object.fromEntries(settled), ...added, ...serviceNames },
    env_file: environmentFiles,
  };
}

/**
 * Variables that the compose file names become rows that can be changed: those with a default, those without, and those that
 * stand for a `SERVICE_…` one. A default also stands in the file that is run (recorded: services 11, 19).
 */
function keepOwnVariables(world: World, service: Service, environment: Pairs, magic: ReadonlySet<string>): void {
  for (const [key, raw] of [...environment]) {
    const value = text(raw);
    if (magic.has(key) || value.startsWith('SERVICE_')) continue;
    const name = referenced(value);
    if (name.startsWith('SERVICE_')) setVariable(world, service, key, value);
    else if (!value.startsWith('$')) continue;
    else if (name === key) keepVariable(world, service, key, null);
    else keepReferenced(world, service, environment, braced(value)?.content ?? name);
  }
}

function keepReferenced(world: World, service: Service, environment: Pairs, content: string): void {
  const split = splitDefault(content);
  if (split === undefined) {
    environment.set(content, keepVariable(world, service, content, null).value);
    return;
  }
  const { name, operator, usual } = split;
  const row = keepVariable(world, service, name, usual, { is_required: operator.includes('?') });
  environment.set(name, row.value);
  if (!usual.includes('${')) return;
  for (let inner = braced(usual); inner !== undefined; inner = braced(usual, inner.end + 1)) {
    const nested = splitDefault(inner.content);
    const nestedName = nested?.name ?? inner.content;
    if (/^SERVICE_(URL|FQDN)_/.test(nestedName)) continue;
    environment.set(nestedName, keepVariable(world, service, nestedName, nested?.usual ?? null).value);
  }
}

function coolifyVariables(world: World, service: Service, part: Part, container: string): Record<string, string> {
  const domains = isApplication(part) ? (part.fqdn ?? '').split(',').filter(Boolean) : [];
  const added: Record<string, string> = {
    COOLIFY_RESOURCE_UUID: service.uuid,
    COOLIFY_CONTAINER_NAME: container,
  };
  for (const name of Object.keys(added)) if (findVariable(world, service, name) !== undefined) delete added[name];
  if (domains.length === 0) return added;
  return {
    ...added,
    COOLIFY_FQDN: domains.map(hostWithoutPort).join(','),
    COOLIFY_URL: domains.map(urlWithoutPort).join(','),
  };
}

/** Dollars are doubled, so that compose leaves them alone. */
function labelsOf(world: World, service: Service, part: Part, given: unknown): string[] {
  const environment = environmentOf(world, service);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  const own = Array.isArray(given) ? given.map(text) : [...pairs(given)].map(([key, value]) => `${key}=${text(value)}`);
  const all = [...own, ...defaultLabels(service, part, { project: project.name, environment: environment.name })];
  const labels = service.is_container_label_escape_enabled ? all.map((label) => label.replaceAll('$', '$$$$')) : all;
  return isApplication(part) ? [...labels, ...proxyLabels(service, part, labels)] : labels;
}

function networksOf(given: unknown, own: string): Fields {
  const named = Array.isArray(given)
    ? Object.fromEntries(given.map((name) => [text(name), null]))
    : Object.fromEntries(Object.entries(record(given)).filter(([, network]) => network !== null));
  return { ...named, [own]: null };
}

function portText(port: unknown): string | number {
  if (typeof port !== 'object' || port === null) return typeof port === 'number' ? port : text(port);
  const { target, published, protocol } = port as Fields;
  return `${text(target)}:${text(published)}/${text(protocol)}`;
}

/** The text as given, without the contents of files that Coolify has taken over. */
function withoutContent(file: Fields): Fields {
  const services = Object.entries(record(file.services)).map(([name, given]) => {
    const fields = record(given);
    if (!Array.isArray(fields.volumes)) return [name, given];
    const volumes = fields.volumes.map((volume: unknown) => {
      if (typeof volume !== 'object' || volume === null) return volume;
      const { content: _, isDirectory: __, is_directory: ___, ...rest } = volume as Fields;
      return rest;
    });
    return [name, { ...fields, volumes }];
  });
  return { ...file, services: Object.fromEntries(services) };
}
