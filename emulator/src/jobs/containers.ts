import { domainsOf, plainLabels, portOf } from '../applications/labels.ts';
import { bytes } from '../applications/size.ts';
import type { ComposeService, Container, ContainerSpec, HealthCheck, Image, RouteTarget } from '../machine/machine.ts';
import { environmentOf } from '../present/application.ts';
import { destinationOf, known } from '../present/server.ts';
import { coolifyVersion } from '../routes/instance.ts';
import { slug } from '../slug.ts';
import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';
import { withView } from './dockerView.ts';
import { isComingUp, listening } from './listening.ts';
import { containerVariables } from './variables.ts';
import { mountsOf, type VolumeOwner } from './volumes.ts';

/** Labels by which the rules find a container again. */
export const labelOf = {
  application: 'coolify.applicationId',
  routes: 'emulator.routes',
} as const;

/** The containers of an application, oldest first. */
export function containersOf(world: World, application: Application): Container[] {
  const own = world.machine
    .containers()
    .filter((c) => c.labels[labelOf.application] === String(application.id) && c.state().status !== 'removed');
  return own.sort((a, b) => a.startedAt - b.startedAt);
}

/** `<uuid>-<HHMMSS><microseconds>`, or the uuid alone where the settings ask for a constant name. */
export function containerName(application: Application, now: number): string {
  const { is_consistent_container_name_enabled: constant, custom_internal_name: given } = application.settings;
  if (given !== null) return given;
  if (constant) return application.uuid;
  const time = new Date(now).toISOString().slice(11, 23).replaceAll(/[:.]/g, '');
  return `${application.uuid}-${time}${String(Math.floor((now % 1) * 1000)).padStart(3, '0')}`;
}

/** An application as the owner of its storages. */
export function asVolumeOwner(application: Application): VolumeOwner {
  return {
    type: 'App\\Models\\Application',
    id: application.id,
    folder: `/data/coolify/applications/${application.uuid}`,
  };
}

/** Starts a container of an application; the proxy follows when its program listens. Throws what the machine throws. */
export async function runContainer(world: World, spec: ContainerSpec): Promise<Container> {
  const container = await world.machine.run(spec);
  const up = listening(container, spec.port ?? 80, world.closing);
  updateRoutes(world);
  await up;
  updateRoutes(world);
  return container;
}

function containerSpec(
  world: World,
  application: Application,
  image: string,
  name: string,
  commit: string,
): ContainerSpec {
  const port = Number(portOf(application) ?? 80);
  const volumes = mountsOf(world, asVolumeOwner(application));
  const mappings = (application.ports_mappings ?? '')
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split(':').map(Number));
  const memory = bytes(application.limits_memory);
  return {
    name,
    labels: {
      ...coolifyLabels(world, application),
      ...proxyLabelsOf(application),
      [labelOf.routes]: JSON.stringify(
        domainsOf(application.fqdn).map((domain) => ({
          host: domain.host,
          port: Number(portOf(application, domain) ?? port),
        })),
      ),
    },
    image,
    variables: containerVariables(world, application, name, commit, port),
    port,
    published: mappings.map(([host, container]) => ({ host: host ?? 0, container: container ?? 0 })),
    ...(volumes.length > 0 ? { volumes } : {}),
    ...(memory > 0 ? { memory } : {}),
    ...(application.health_check_enabled ? { healthCheck: healthCheck(application) } : {}),
    ...(application.start_command !== null && application.build_pack === 'dockerimage'
      ? { command: application.start_command }
      : {}),
  };
}

/** What is to run of an image: one container, or one for each service of a compose build, those first that others need. */
export function specsOf(
  world: World,
  application: Application,
  image: Pick<Image, 'reference' | 'services'>,
  name: string,
  commit: string,
): ContainerSpec[] {
  const { network } = destinationOf(world, application);
  const specs =
    image.services === undefined
      ? [containerSpec(world, application, image.reference, name, commit)]
      : image.services.map((service) => composeSpec(world, application, service, `${service.name}-${name}`, commit));
  return specs.map((spec) => withView(spec, application, network));
}

/**
 * The container of one service of a compose application: its own image, variables, ports and volumes, Coolify's variables and
 * labels, its name in front of the application's (coolify.md 3.1: a compose application has its domains by service).
 */
function composeSpec(
  world: World,
  application: Application,
  service: ComposeService,
  name: string,
  commit: string,
): ContainerSpec {
  const [exposed] = service.exposes;
  const domains = composeDomains(application)[service.name] ?? null;
  const routes = domainsOf(domains).map(({ host, port }) => ({ host, port: Number(port ?? exposed ?? 80) }));
  const { image, command, entrypoint, healthCheck, memory, published, restart } = service;
  return {
    name,
    labels: {
      ...service.labels,
      ...coolifyLabels(world, application),
      [labelOf.routes]: JSON.stringify(routes),
    },
    image,
    network: application.uuid,
    aliases: [service.name],
    variables: { ...containerVariables(world, application, name, commit, exposed), ...service.variables },
    published,
    restart,
    // A volume that the file names belongs to the application, as compose names it after the project.
    volumes: service.volumes.map(({ source, target }) => ({
      source: /^[./]/.test(source) ? source : `${application.uuid}_${source}`,
      target,
    })),
    ...(exposed === undefined ? {} : { port: exposed }),
    ...(memory === undefined ? {} : { memory }),
    ...(command === undefined ? {} : { command }),
    ...(entrypoint === undefined ? {} : { entrypoint }),
    ...(healthCheck === undefined ? {} : { healthCheck }),
  };
}

function composeDomains(application: Application): Record<string, string | null> {
  const stored = JSON.parse(application.docker_compose_domains ?? '{}') as Record<string, { domain: string | null }>;
  return Object.fromEntries(Object.entries(stored).map(([service, { domain }]) => [service, domain]));
}

/** The labels by which Coolify knows its containers (recorded: runtime 5). */
function coolifyLabels(world: World, application: Application): Record<string, string> {
  const environment = environmentOf(world, application);
  const project = known(world.state.projects.get(environment.project_id), 'project', environment.project_id);
  return {
    'coolify.managed': 'true',
    'coolify.version': coolifyVersion,
    'coolify.type': 'application',
    'coolify.name': application.uuid,
    'coolify.resourceName': slug(application.name),
    'coolify.projectName': slug(project.name),
    'coolify.serviceName': slug(application.name),
    'coolify.environmentName': slug(environment.name),
    'coolify.pullRequestId': '0',
    [labelOf.application]: String(application.id),
  };
}

/**
 * Points the proxy at the containers, as Traefik does by their labels: one whose program is still coming up is left out, one
 * that is not running or not healthy is passed over by the machine. A host that nothing serves any more answers "no available
 * server" while a container of it is left, else nothing.
 */
export function updateRoutes(world: World): void {
  const wanted = new Map<string, RouteTarget[]>();
  for (const container of world.machine.containers()) {
    if (container.state().status === 'removed') continue;
    const routes = JSON.parse(container.labels[labelOf.routes] ?? '[]') as { host: string; port: number }[];
    for (const { host, port } of routes) {
      const targets = wanted.get(host) ?? [];
      if (!isComingUp(container)) targets.push({ container: container.id, port });
      wanted.set(host, targets);
    }
  }
  for (const host of routed.get(world) ?? []) if (!wanted.has(host)) world.machine.unroute(host);
  for (const [host, targets] of wanted) world.machine.route(host, targets);
  routed.set(world, new Set(wanted.keys()));
}

const routed = new WeakMap<World, Set<string>>();

/** Stops and removes a container, as `docker stop` and `docker rm -f` do. */
export async function removeContainer(world: World, container: Container, graceSeconds: number): Promise<void> {
  await world.working(container.stop(graceSeconds));
  await world.working(container.remove());
  updateRoutes(world);
}

export function graceOf(application: Application): number {
  return application.settings.stop_grace_period ?? 30;
}

function proxyLabelsOf(application: Application): Record<string, string> {
  const lines = plainLabels(application.custom_labels).split('\n').filter(Boolean);
  return Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]));
}

function healthCheck(application: Application): HealthCheck {
  const port = application.health_check_port ?? portOf(application) ?? '80';
  return {
    kind: application.health_check_type === 'cmd' ? 'cmd' : 'http',
    path: application.health_check_path,
    method: application.health_check_method,
    port: Number(port),
    host: application.health_check_host,
    scheme: application.health_check_scheme,
    ...(application.health_check_command === null ? {} : { command: application.health_check_command }),
    returnCode: application.health_check_return_code,
    interval: application.health_check_interval * 1000,
    timeout: application.health_check_timeout * 1000,
    retries: application.health_check_retries,
    startPeriod: application.health_check_start_period * 1000,
  };
}
