import { domainsOf, plainLabels, portOf } from '../applications/labels.ts';
import {
  CommandFailed,
  type Container,
  type ContainerSpec,
  type HealthCheck,
  type RouteTarget,
} from '../machine/machine.ts';
import type { Application } from '../state/application.ts';
import type { World } from '../world.ts';
import { containerVariables } from './variables.ts';

/** Labels by which the rules find a container again. */
export const labelOf = {
  application: 'coolify.applicationId',
  routes: 'emulator.routes',
  checked: 'emulator.healthChecked',
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

export function containerSpec(
  world: World,
  application: Application,
  image: string,
  name: string,
  commit: string,
): ContainerSpec {
  const port = Number(portOf(application) ?? 80);
  const mappings = (application.ports_mappings ?? '')
    .split(',')
    .filter(Boolean)
    .map((pair) => pair.split(':').map(Number));
  const memory = bytes(application.limits_memory);
  return {
    name,
    labels: {
      'coolify.managed': 'true',
      'coolify.type': 'application',
      'coolify.name': application.uuid,
      'coolify.resourceName': application.name,
      'coolify.pullRequestId': '0',
      ...proxyLabelsOf(application),
      [labelOf.application]: String(application.id),
      [labelOf.routes]: JSON.stringify(
        domainsOf(application.fqdn).map((domain) => ({
          host: domain.host,
          port: Number(portOf(application, domain) ?? port),
        })),
      ),
      [labelOf.checked]: String(application.health_check_enabled),
    },
    image,
    variables: containerVariables(world, application, name, commit, port),
    port,
    published: mappings.map(([host, container]) => ({ host: host ?? 0, container: container ?? 0 })),
    ...(memory > 0 ? { memory } : {}),
    ...(application.health_check_enabled ? { healthCheck: healthCheck(application) } : {}),
    ...(application.start_command !== null && application.build_pack === 'dockerimage'
      ? { command: application.start_command }
      : {}),
  };
}

/**
 * Points the proxy at the containers as Traefik sees them: one joins as soon as it runs, with a health check as soon as it is
 * healthy; a host that nothing serves any more answers "no available server" while a container of it is left, else nothing.
 */
export function updateRoutes(world: World): void {
  const wanted = new Map<string, RouteTarget[]>();
  for (const container of world.machine.containers()) {
    const state = container.state();
    if (state.status === 'removed') continue;
    const serves =
      state.status === 'running' && (container.labels[labelOf.checked] !== 'true' || state.health === 'healthy');
    for (const { host, port } of JSON.parse(container.labels[labelOf.routes] ?? '[]') as {
      host: string;
      port: number;
    }[]) {
      const targets = wanted.get(host) ?? [];
      if (serves) targets.push({ container: container.id, port });
      wanted.set(host, targets);
    }
  }
  for (const host of routed.get(world) ?? []) if (!wanted.has(host)) world.machine.unroute(host);
  for (const [host, targets] of wanted) world.machine.route(host, targets);
  routed.set(world, new Set(wanted.keys()));
}

const routed = new WeakMap<World, Set<string>>();

/** After a restart of the emulator: runs again what an earlier run left running, as Docker does, where its image is still there. */
export async function resumeContainers(world: World): Promise<void> {
  for (const application of world.state.applications.all()) {
    if (!application.status.startsWith('running')) continue;
    const last = world.state.deployments
      .filter((d) => d.application_id === String(application.id) && d.status === 'finished')
      .at(-1);
    const repository =
      application.build_pack === 'dockerimage'
        ? `${application.docker_registry_image_name}:${application.docker_registry_image_tag}`
        : `${application.uuid}:${last?.commit}`;
    try {
      await world.machine.run(
        containerSpec(
          world,
          application,
          repository,
          containerName(application, world.clock.now()),
          last?.commit ?? 'HEAD',
        ),
      );
    } catch (error) {
      if (!(error instanceof CommandFailed)) throw error;
      application.status = 'exited';
    }
  }
  updateRoutes(world);
}

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

/** Docker's sizes: `512m`, `1g`; anything else is no limit. */
export function bytes(size: string): number {
  const [, amount, unit = 'b'] = /^(\d+)([bkmg])?$/i.exec(size) ?? [];
  return amount === undefined ? 0 : Number(amount) * 1024 ** 'bkmg'.indexOf(unit.toLowerCase());
}
