import { posix } from 'node:path';
import { parse, YAMLParseError } from 'yaml';
import { duration, shellWord, splitWords } from './dockerfile.ts';
import { CommandFailed, type ComposeService, type HealthCheck } from './machine.ts';

/**
 * Reads a compose file: its services with `${…}` filled in from `variables`, those first that others depend on.
 * Throws {@link CommandFailed} in compose's words for what it cannot use.
 */
export function readCompose(text: string, variables: Record<string, string>): ComposeService[] {
  const file = record(interpolate(parseYaml(text), variables));
  const services = record(file.services);
  const names = Object.keys(services);
  if (names.length === 0) throw refused('no service selected');
  const read = names.map((name) => readService(name, record(services[name]), variables));
  for (const { name, dependsOn } of read) {
    const missing = dependsOn.find((other) => !names.includes(other));
    if (missing) throw refused(`service "${name}" depends on undefined service "${missing}": invalid compose project`);
  }
  return inOrder(read);
}

const refused = (words: string) => new CommandFailed('docker compose', 15, words);

function parseYaml(text: string): unknown {
  try {
    return parse(text, { merge: true });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw error;
    throw refused(`yaml: ${error.message.split('\n')[0]}`);
  }
}

function readService(
  name: string,
  service: Record<string, unknown>,
  variables: Record<string, string>,
): ComposeService {
  const build = service.build;
  if (build === undefined && typeof service.image !== 'string') {
    throw refused(`service "${name}" has neither an image nor a build context specified: invalid compose project`);
  }
  const ports = list(service.ports).map(readPort);
  const healthCheck = readHealthCheck(record(service.healthcheck));
  const command = service.command;
  const entrypoint = service.entrypoint;
  const memory = bytes(service.mem_limit ?? record(record(record(service.deploy).resources).limits).memory);
  return {
    name,
    image: typeof service.image === 'string' ? service.image : name,
    ...(build !== undefined && { build: readBuild(build, variables) }),
    variables: pairsOf(service.environment, variables),
    ...(command !== undefined &&
      command !== null && { command: Array.isArray(command) ? command.map(String) : String(command) }),
    ...(entrypoint !== undefined &&
      entrypoint !== null && {
        entrypoint: Array.isArray(entrypoint) ? entrypoint.map(String) : splitWords(String(entrypoint)),
      }),
    labels: pairsOf(service.labels, {}),
    exposes: [
      ...list(service.expose).map((port) => Number.parseInt(String(port), 10)),
      ...ports.map(({ container }) => container),
    ],
    published: ports.flatMap(({ host, container }) => (host === undefined ? [] : [{ host, container }])),
    volumes: list(service.volumes).flatMap(readVolume),
    ...(healthCheck && { healthCheck }),
    ...(memory !== undefined && { memory }),
    restart: service.restart !== 'no',
    dependsOn: Array.isArray(service.depends_on)
      ? service.depends_on.map(String)
      : Object.keys(record(service.depends_on)),
  };
}

function readBuild(build: unknown, variables: Record<string, string>): NonNullable<ComposeService['build']> {
  const options = typeof build === 'string' ? { context: build } : record(build);
  return {
    context: posix.normalize(`/${options.context ?? '.'}`),
    dockerfile: String(options.dockerfile ?? 'Dockerfile'),
    variables: pairsOf(options.args, variables),
  };
}

/** `3000`, `8080:3000`, `127.0.0.1:8080:3000/tcp`, or the long form. */
function readPort(port: unknown): { host: number | undefined; container: number } {
  if (typeof port === 'object' && port !== null) {
    const { target, published } = port as { target?: unknown; published?: unknown };
    return { host: published === undefined ? undefined : Number(published), container: Number(target) };
  }
  const parts = String(port)
    .replace(/\/\w+$/, '')
    .split(':')
    .map(Number);
  return { host: parts.length > 1 ? parts.at(-2) : undefined, container: parts.at(-1) ?? 0 };
}

/** `data:/var/lib`, `./conf:/etc/conf:ro`, or the long form; a volume without a source gets none. */
function readVolume(volume: unknown): { source: string; target: string }[] {
  if (typeof volume === 'object' && volume !== null) {
    const { source, target } = volume as { source?: unknown; target?: unknown };
    return typeof source === 'string' && typeof target === 'string' ? [{ source, target }] : [];
  }
  const [source = '', target] = String(volume).split(':');
  return target === undefined ? [] : [{ source, target }];
}

function readHealthCheck(check: Record<string, unknown>): HealthCheck | undefined {
  const { test } = check;
  if (check.disable === true || test === undefined) return undefined;
  const words = Array.isArray(test) ? test.map(String) : ['CMD-SHELL', String(test)];
  if (words[0] === 'NONE') return undefined;
  const time = (key: string, usual: number) =>
    check[key] === undefined ? usual : (duration(String(check[key])) ?? usual);
  return {
    kind: 'cmd',
    command: words[0] === 'CMD' ? words.slice(1).map(shellWord).join(' ') : words.slice(1).join(' '),
    interval: time('interval', 30_000),
    timeout: time('timeout', 30_000),
    retries: Number(check.retries ?? 3),
    startPeriod: time('start_period', 0),
  };
}

/** A mapping, or a list of `NAME=value`; a name without a value takes it from `outer`. */
function pairsOf(value: unknown, outer: Record<string, string>): Record<string, string> {
  const entries = Array.isArray(value)
    ? value.map((entry): [string, string | undefined] => {
        const [name = '', ...rest] = String(entry).split('=');
        return [name, rest.length > 0 ? rest.join('=') : undefined];
      })
    : Object.entries(record(value)).map(([name, given]): [string, string | undefined] => [
        name,
        given === null ? undefined : String(given),
      ]);
  return Object.fromEntries(
    entries.flatMap(([name, given]) =>
      (given ?? outer[name]) === undefined ? [] : [[name, given ?? outer[name] ?? '']],
    ),
  );
}

/** Fills in `$NAME`, `${NAME}`, `${NAME:-default}`, `${NAME:?needed}`, `${NAME:+other}`; `$$` is a dollar. */
function interpolate(value: unknown, variables: Record<string, string>): unknown {
  if (typeof value === 'string') return fill(value, variables);
  if (Array.isArray(value)) return value.map((entry) => interpolate(entry, variables));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, entry]) => [key, interpolate(entry, variables)]));
}

function fill(text: string, variables: Record<string, string>): string {
  return text.replace(
    /\$\$|\$(?:(\w+)|\{(\w+)(?:(:?)([-?+])((?:[^{}]|\$\{[^}]*\})*))?\})/g,
    (whole, plain, name, colon, operator, other = '') => {
      if (whole === '$$') return '$';
      const value = variables[plain ?? name];
      const missing = colon ? !value : value === undefined;
      if (operator === '+') return missing ? '' : fill(other, variables);
      if (operator === '-' && missing) return fill(other, variables);
      if (operator === '?' && missing) throw refused(`required variable ${name} is missing a value: ${other}`);
      return value ?? '';
    },
  );
}

function bytes(value: unknown): number | undefined {
  const [, number, unit = 'b'] = /^(\d+(?:\.\d+)?)\s*([bkmg])?b?$/i.exec(String(value ?? '')) ?? [];
  return number === undefined ? undefined : Number(number) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase());
}

function inOrder(services: ComposeService[]): ComposeService[] {
  const ordered: ComposeService[] = [];
  const visit = (service: ComposeService, above: string[]) => {
    if (above.includes(service.name))
      throw refused(`dependency cycle detected: ${[...above, service.name].join(' -> ')}`);
    for (const name of service.dependsOn) {
      const other = services.find((one) => one.name === name);
      if (other && !ordered.includes(other)) visit(other, [...above, service.name]);
    }
    if (!ordered.includes(service)) ordered.push(service);
  };
  for (const service of services) visit(service, []);
  return ordered;
}

const record = (value: unknown): Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : {};

const list = (value: unknown): unknown[] => (Array.isArray(value) ? value : []);
