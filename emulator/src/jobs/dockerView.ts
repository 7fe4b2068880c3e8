import { readRunOptions } from '../applications/runOptions.ts';
import { bytes } from '../applications/size.ts';
import type { JsonObject } from '../json.ts';
import type { Container, ContainerSpec, HealthCheck } from '../machine/machine.ts';
import type { Application } from '../state/application.ts';

/** The label under which a container carries what Docker would say of it. */
const viewLabel = 'emulator.view';
const nanoseconds = 1_000_000;

/** The container with what `docker inspect` would show of it, fixed at its start: later changes of the row do not touch it. */
export function withView(spec: ContainerSpec, application: Application, network: string): ContainerSpec {
  const view = JSON.stringify({
    ...limitsOf(application),
    ...optionsOf(application),
    ...mountsOf(spec),
    ...restOf(spec, network),
  });
  return { ...spec, labels: { ...spec.labels, [viewLabel]: view } };
}

/** What `docker inspect` would show, in Docker's words (recorded: runtime, the `seen` entries); undefined where nothing is known. */
export function dockerView(container: Container): JsonObject | undefined {
  const view = container.labels[viewLabel];
  if (view === undefined) return undefined;
  const { status, health, restarts } = container.state();
  const shown = Object.entries(container.labels).filter(([name]) => !name.startsWith('emulator.'));
  return {
    Id: container.id,
    Name: `/${container.name}`,
    Image: container.image,
    Hostname: container.id.slice(0, 12),
    ...(JSON.parse(view) as JsonObject),
    Labels: Object.fromEntries(shown),
    State: { Status: status, Health: health },
    RestartCount: restarts,
  };
}

/** A memory limit without a limit of swap lets Docker allow as much again. */
export function limitsOf(application: Application): JsonObject {
  const memory = bytes(application.limits_memory);
  const swap = bytes(application.limits_memory_swap);
  return {
    Memory: memory,
    MemorySwap: swap === 0 ? memory * 2 : swap,
    MemoryReservation: bytes(application.limits_memory_reservation),
    MemorySwappiness: application.limits_memory_swappiness,
    NanoCpus: Math.round((Number(application.limits_cpus) || 0) * 1e9),
    CpuShares: application.limits_cpu_shares,
    CpusetCpus: application.limits_cpuset ?? '',
    PidsLimit: null,
  };
}

/** A privileged container has its labels of SELinux off. */
export function optionsOf(application: Application): JsonObject {
  const options = readRunOptions(application.custom_docker_run_options);
  const security = [...options.securityOpt, ...(options.privileged ? ['label=disable'] : [])];
  const ulimits = Object.entries(options.ulimits).map(([name, limits]) => {
    const [soft, hard = soft] = limits.split(':').map(Number);
    return { Name: name, Hard: hard ?? 0, Soft: soft ?? 0 };
  });
  return {
    Runtime: 'runc',
    CapAdd: orNull(options.capAdd),
    CapDrop: orNull(options.capDrop),
    SecurityOpt: orNull(security),
    Ulimits: orNull(ulimits),
    Sysctls: Object.keys(options.sysctls).length === 0 ? null : options.sysctls,
    Privileged: options.privileged,
    ReadonlyRootfs: false,
    Tmpfs: null,
    ShmSize: bytes(options.shmSize ?? '64m'),
    Dns: orNull(options.dns),
    Devices: orNull(options.devices),
    ExtraHosts: [],
    Init: options.init ? true : null,
    AutoRemove: false,
    User: '',
    ...(options.hostname === undefined ? {} : { Hostname: options.hostname }),
  };
}

function mountsOf({ volumes = [] }: ContainerSpec): JsonObject {
  const isPath = (source: string) => source.startsWith('/');
  const binds = volumes.filter(({ source }) => isPath(source));
  return {
    Binds: orNull(binds.map(({ source, target }) => `${source}:${target}:rw`)),
    Mounts: [
      ...binds.map(({ source, target }) => ({ Type: 'bind', Source: source, Destination: target, RW: true })),
      ...volumes
        .filter(({ source }) => !isPath(source))
        .map(({ source, target }) => ({
          Type: 'volume',
          Name: source,
          Source: `/var/lib/docker/volumes/${source}/_data`,
          Destination: target,
          RW: true,
        })),
    ],
  };
}

function restOf(spec: ContainerSpec, network: string): JsonObject {
  return {
    RestartPolicy: { Name: spec.restart === false ? 'no' : 'unless-stopped', MaximumRetryCount: 0 },
    PortBindings: Object.fromEntries(
      (spec.published ?? []).map(({ host, container }) => [
        `${container}/tcp`,
        [{ HostIp: '', HostPort: String(host) }],
      ]),
    ),
    Healthcheck: spec.healthCheck === undefined ? null : healthOf(spec.healthCheck),
    Env: Object.entries(spec.variables).map(([name, value]) => `${name}=${value}`),
    Networks: [spec.network ?? network],
  };
}

function healthOf(check: HealthCheck): JsonObject {
  const url = `${check.scheme ?? 'http'}://${check.host ?? 'localhost'}:${check.port ?? 80}${check.path ?? '/'}`;
  const test =
    check.kind === 'cmd'
      ? (check.command ?? '')
      : `curl -s -X '${check.method ?? 'GET'}' -f '${url}' > /dev/null || wget -q -O- '${url}' > /dev/null || exit 1`;
  return {
    Test: ['CMD-SHELL', test],
    Interval: check.interval * nanoseconds,
    Timeout: check.timeout * nanoseconds,
    StartPeriod: check.startPeriod * nanoseconds,
    Retries: check.retries,
  };
}

function orNull<T>(list: T[]): T[] | null {
  return list.length === 0 ? null : list;
}
