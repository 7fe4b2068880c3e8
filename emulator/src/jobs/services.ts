import { domainsOf } from '../applications/labels.ts';
import { md5 } from '../ids.ts';
import { readCompose } from '../machine/compose.ts';
import {
  CommandFailed,
  type ComposeService,
  type Container,
  type ContainerSpec,
  type Image,
} from '../machine/machine.ts';
import { destinationOf, serverOf } from '../present/server.ts';
import { applyCompose } from '../services/compose.ts';
import { forgetService } from '../services/forget.ts';
import { isApplication, type Part, partsOf, touchPart, touchService } from '../services/parts.ts';
import { startingServices } from '../services/status.ts';
import { asVolumeOwner } from '../services/storages.ts';
import { ownerOf, variableName } from '../services/variables.ts';
import type { Server } from '../state/server.ts';
import type { Service } from '../state/service.ts';
import { plainTime } from '../times.ts';
import { variablesOf } from '../variables/insert.ts';
import type { World } from '../world.ts';
import { labelOf, removeContainer, runContainer, updateRoutes } from './containers.ts';
import { aggregateStatus } from './status.ts';
import { inTurn } from './turns.ts';
import { mountsOf, removeVolumes } from './volumes.ts';

/** Milliseconds of Coolify's own work (recorded: run-databases 29–38, services 43–45). */
const pace = { prepare: 1000, bringUp: 1050, stop: 500, delete: 450, deleteRunning: 1900 };
const graceSeconds = 30;

/**
 * Starts all containers of a service in the background. The status says `starting` only while compose works; that it runs is
 * seen with the next full minute (recorded: run-databases 29–33).
 */
export function startService(world: World, service: Service): void {
  inTurn(world, service.uuid, () => start(world, service));
}

export function stopService(world: World, service: Service): void {
  startingServices(world).delete(service.uuid);
  inTurn(world, service.uuid, () => stop(world, service));
}

/** Stops it and starts it again; `between` does what needs it stopped. */
export function restartService(world: World, service: Service, between?: () => Promise<void>): void {
  startingServices(world).delete(service.uuid);
  inTurn(world, service.uuid, async () => {
    await stop(world, service);
    await between?.();
    await start(world, service);
  });
}

/** Deletes as Coolify's queued job does: gone after 0.5 s, 2 s with a container. */
export function deleteService(world: World, service: Service, keep: { volumes: boolean }): void {
  inTurn(world, service.uuid, async () => {
    const running = containersOfService(world, service).length > 0;
    await world.clock.sleep(running ? pace.deleteRunning : pace.delete, world.closing);
    await removeAll(world, containersOfService(world, service));
    for (const part of partsOf(world, service)) await removeVolumes(world, asVolumeOwner(service, part), keep);
    forgetService(world, service);
  });
}

/** Starts one container of a service, without those it depends on. */
export function startPart(world: World, service: Service, part: Part): void {
  inTurn(world, service.uuid, () => start(world, service, part));
}

/** A container of a service that is stopped stays where it is, and its status follows. */
export function stopPart(world: World, service: Service, part: Part): void {
  inTurn(world, service.uuid, async () => {
    const container = containerOfPart(world, service, part);
    const stopping = container === undefined ? undefined : world.working(container.stop(graceSeconds));
    await world.clock.sleep(pace.stop, world.closing);
    await stopping;
    updateRoutes(world);
    writeStatus(world, part, 'exited');
  });
}

/** Restarts one container, when there is one; nothing is written. */
export function restartPart(world: World, service: Service, part: Part): void {
  inTurn(world, service.uuid, async () => {
    if (containerOfPart(world, service, part) === undefined) return;
    await world.clock.sleep(pace.stop, world.closing);
    await bringUp(world, service, part);
  });
}

/** What Coolify does once a minute for the services of a server: look at the containers, write what it sees. */
export function refreshServices(world: World, server: Server): void {
  for (const service of world.state.services.all()) {
    if (serverOf(world, destinationOf(world, service)).id !== server.id) continue;
    for (const part of partsOf(world, service)) {
      const container = containerOfPart(world, service, part);
      if (container === undefined && part.status === 'exited') continue;
      writeStatus(world, part, aggregateStatus(container === undefined ? [] : [container.state()]));
    }
  }
}

/** After a restart of the emulator: what an earlier run left running is started again. */
export async function resumeServices(world: World): Promise<void> {
  for (const service of world.state.services.all())
    if (partsOf(world, service).some((part) => part.status.startsWith('running'))) await bringUp(world, service);
}

export function containerOfPart(world: World, service: Service, part: Pick<Part, 'name'>): Container | undefined {
  return containersOfService(world, service).find((container) => container.name === `${part.name}-${service.uuid}`);
}

function containersOfService(world: World, service: Service): Container[] {
  return world.machine
    .containers()
    .filter((c) => c.labels['coolify.serviceId'] === String(service.id) && c.state().status !== 'removed');
}

/** A start that fails shows nowhere: the status goes back to what it was. */
async function start(world: World, service: Service, only?: Part): Promise<void> {
  const { clock } = world;
  const began = clock.now();
  await clock.sleep(pace.prepare, world.closing);
  if (world.faults.unreachable.has(serverOf(world, destinationOf(world, service)).uuid)) return;
  applyCompose(world, service);
  const hash = configurationHash(world, service);
  if (service.config_hash !== hash) {
    service.config_hash = hash;
    touchService(world, service);
  }
  const starting = startingServices(world).add(service.uuid);
  try {
    await bringUp(world, service, only);
    await clock.sleep(Math.max(0, began + pace.prepare + pace.bringUp - clock.now()), world.closing);
  } finally {
    starting.delete(service.uuid);
  }
}

/** `docker compose up -d --force-recreate`: every image first, then each container in the order in which they depend. */
async function bringUp(world: World, service: Service, only?: Part): Promise<void> {
  try {
    const variables = fileVariables(world, service);
    const composed = readCompose(service.docker_compose, variables).filter(
      ({ name }) => only === undefined || name === only.name,
    );
    const images = new Map<string, Image>();
    for (const { image } of composed)
      images.set(image, await world.working(world.machine.pull(image, () => {}, world.closing)));
    const old = containersOfService(world, service);
    await removeAll(world, only === undefined ? old : old.filter((c) => c.name === `${only.name}-${service.uuid}`));
    for (const one of composed) {
      const port = one.exposes[0] ?? images.get(one.image)?.exposes[0];
      await world.working(runContainer(world, containerSpec(world, service, one, port, variables)));
    }
  } catch (error) {
    if (!(error instanceof CommandFailed)) throw error;
  } finally {
    updateRoutes(world);
  }
}

async function stop(world: World, service: Service): Promise<void> {
  const stopping = removeAll(world, containersOfService(world, service));
  await world.clock.sleep(pace.stop, world.closing);
  await stopping;
  for (const part of partsOf(world, service)) if (part.status !== 'exited') writeStatus(world, part, 'exited');
}

async function removeAll(world: World, containers: readonly Container[]): Promise<void> {
  await Promise.all(containers.map((container) => removeContainer(world, container, graceSeconds)));
}

function writeStatus(world: World, part: Part, status: string): void {
  part.status = status;
  part.last_online_at = plainTime(world.clock.now());
  touchPart(world, part);
}

/** The `.env` file beside the compose file: what it is filled in from, and what every container gets. */
function fileVariables(world: World, service: Service): Record<string, string> {
  const rows = variablesOf(world, ownerOf(service)).map((row) => [row.key, row.value ?? '']);
  const names = partsOf(world, service).map(({ name }) => [`SERVICE_NAME_${variableName(name)}`, name]);
  const plain: Record<string, string> = Object.fromEntries([...names, ...rows]);
  const filled = (value: string) => value.replaceAll(/\$\{?(\w+)\}?/g, (whole, name: string) => plain[name] ?? whole);
  return Object.fromEntries(Object.entries(plain).map(([key, value]) => [key, filled(value)]));
}

function containerSpec(
  world: World,
  service: Service,
  composed: ComposeService,
  exposed: number | undefined,
  fileValues: Record<string, string>,
): ContainerSpec {
  const part = partsOf(world, service).find(({ name }) => name === composed.name);
  const domains = part !== undefined && isApplication(part) ? domainsOf(part.fqdn) : [];
  const port = Number(domains[0]?.port ?? exposed ?? 0);
  const files = part === undefined ? [] : mountsOf(world, asVolumeOwner(service, part));
  return {
    name: `${composed.name}-${service.uuid}`,
    aliases: [composed.name],
    network: service.uuid,
    labels: {
      ...composed.labels,
      'coolify.serviceId': String(service.id),
      [labelOf.routes]: JSON.stringify(
        domains.map((domain) => ({ host: domain.host, port: Number(domain.port ?? port) || 80 })),
      ),
    },
    image: composed.image,
    variables: { ...fileValues, ...composed.variables },
    volumes: composed.volumes.map((volume) => files.find(({ target }) => target === volume.target) ?? volume),
    published: composed.published,
    restart: composed.restart,
    ...(port > 0 ? { port } : {}),
    ...(composed.command === undefined ? {} : { command: composed.command }),
    ...(composed.entrypoint === undefined ? {} : { entrypoint: composed.entrypoint }),
    ...(composed.memory === undefined ? {} : { memory: composed.memory }),
    ...(composed.healthCheck === undefined ? {} : { healthCheck: composed.healthCheck }),
  };
}

/** Changes with images, domains and variables. */
function configurationHash(world: World, service: Service): string {
  const parts = partsOf(world, service).map((part) => [part.image, isApplication(part) ? part.fqdn : null]);
  const variables = variablesOf(world, ownerOf(service)).map((row) => row.value);
  return md5(JSON.stringify([parts, variables]));
}
