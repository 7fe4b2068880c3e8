import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import type { Server } from 'node:net';
import { join } from 'node:path';
import { runToEnd } from './command.ts';
import { diskFull, isDiskFull } from './disk.ts';
import { probe } from './health.ts';
import type { StoredImage } from './image.ts';
import { openLog } from './log.ts';
import { CommandFailed, type Container, type ContainerSpec, type ContainerState, type HealthCheck } from './machine.ts';
import { type Address, findAddress, type NamedPlace, type Network } from './network.ts';
import { mapShell } from './paths.ts';
import { type Prepared, prepareContainer } from './prepare.ts';
import { killGroup, killMarked } from './processes.ts';
import type { Programs } from './programs.ts';
import { publish } from './published.ts';
import type { Supervisor } from './supervisor.ts';

export interface ContainerParts {
  supervisor: Supervisor;
  network: Network;
  programs: Programs;
  folder: string;
  clock: MachineClock;
  /** The folder of a volume or of a path on the managed server. */
  volumeFolder(source: string): string;
  /** Makes its names known to the others; called before its program starts. */
  announce(container: NamedPlace): void;
  /** Called when it is removed. */
  forget(id: string): void;
}

/** What the machine needs of the emulator's clock. */
export interface MachineClock {
  now(): number;
  after(ms: number, task: () => void): () => void;
}

/** A container as the machine itself sees it. */
export interface OwnContainer extends Container {
  readonly named: NamedPlace;
  readonly memoryLimit: number | undefined;
  /** The process group, while it runs. */
  group(): number | undefined;
  /** Where it answers on a port, for others; undefined when it does not. */
  address(port: number): Address | undefined;
  killForMemory(): void;
}

/**
 * Docker's: the first pause, doubled at every restart, and how long a run must last to begin anew. That one is of real
 * time: on a fast clock a program that ends as soon as it can would seem to have lasted, and be started without a pause.
 */
const firstPause = 100;
const longestPause = 60_000;
const steadyRun = 10_000;

const keptProbes = 5;

/** Makes and starts a container. Throws {@link CommandFailed} in Docker's words when it cannot start. */
export async function startContainer(
  parts: ContainerParts,
  image: StoredImage,
  spec: ContainerSpec,
): Promise<OwnContainer> {
  const { clock, supervisor, network } = parts;
  const id = randomBytes(32).toString('hex');
  const hostname = id.slice(0, 12);
  const mark = `EMULATOR_CONTAINER=${id}`;
  const folder = join(parts.folder, hostname);
  const root = join(folder, 'root');
  const { config } = image;
  const check = spec.healthCheck ?? config.healthCheck;
  const log = openLog(() => clock.now());
  const startedAt = clock.now();

  const wished = { ...config.env, ...spec.variables };
  const port = Number(wished.PORT ?? spec.port ?? config.exposes[0] ?? 0);
  const published = spec.published ?? [];
  const expected = [port, spec.port, check?.port, ...config.exposes, ...published.map(({ container }) => container)];
  const ports = expected.filter((number) => number !== undefined).filter((number) => number > 0 && number < 65_536);
  const place = await network.place([...new Set(ports)], config.node);
  let { command, env, workdir }: Prepared = { command: [], env: {}, workdir: root };
  const named = { name: spec.name, aliases: spec.aliases ?? [], network: spec.network ?? 'coolify', place };

  let state: ContainerState = {
    status: 'created',
    health: check ? 'starting' : 'none',
    exitCode: null,
    outOfMemory: false,
    restarts: 0,
    probes: [],
  };
  let running: { pid: number; startedAt: number; began: number; ended: Promise<void> } | undefined;
  let pause = firstPause;
  let wanted = true;
  let cancelRestart = () => {};
  let cancelProbe = () => {};
  let addresses = new Map<number, Address>();
  const watchers = new Set<() => void>();
  const doors: Server[] = [];

  try {
    const namesFile = network.namesFile(named.network);
    const { programs, volumeFolder } = parts;
    const plan = { id, hostname, root, place, port, namesFile, programs, supervisor, volumeFolder };
    ({ command, env, workdir } = await prepareContainer(image, spec, plan));
    for (const pair of published) doors.push(await publish(pair.host, () => address(pair.container), spec.name));
    parts.announce(named);
    start();
  } catch (error) {
    for (const door of doors) door.close();
    await rm(folder, { recursive: true, force: true });
    if (isDiskFull(error)) throw new CommandFailed('docker create', 1, `Error response from daemon: ${diskFull}`);
    throw error;
  }
  return container();

  function change(next: Partial<ContainerState>): void {
    state = { ...state, ...next };
    for (const watcher of [...watchers]) watcher();
  }

  function start(restarts = 0): void {
    const child = supervisor.start(command, { cwd: workdir, env });
    const ended = once(child, 'close').then(([code, signal]: unknown[]) => onEnd(code, signal));
    running = { pid: child.pid, startedAt: clock.now(), began: performance.now(), ended };
    for (const stream of ['stdout', 'stderr'] as const) {
      child[stream].setEncoding('utf8').on('data', (text: string) => log.write(stream, text));
    }
    // What left the process group would keep the output open, and outlive its container.
    child.once('exit', () => killMarked(mark));
    change({ status: 'running', restarts, health: check ? 'starting' : 'none', probes: [], outOfMemory: false });
    if (check) probeLater(check, child.pid, 0);
  }

  function onEnd(code: unknown, signal: unknown): void {
    log.flush();
    cancelProbe();
    addresses = new Map();
    const lasted = performance.now() - (running?.began ?? 0);
    running = undefined;
    const exitCode = typeof code === 'number' ? code : 128 + (signalNumbers[String(signal)] ?? 9);
    if (state.status === 'removed') return;
    if (!wanted || spec.restart === false) {
      change({ status: 'exited', exitCode });
      return;
    }
    if (lasted >= steadyRun) pause = firstPause;
    change({ status: 'restarting', exitCode });
    cancelRestart = clock.after(pause, () => {
      try {
        start(state.restarts + 1);
      } catch (error) {
        log.write('stderr', `${error instanceof Error ? error.message : error}\n`);
        change({ status: 'exited', exitCode: 128 });
      }
    });
    pause = Math.min(pause * 2, longestPause);
  }

  /** As Docker: the first probe after one interval; failures count only after the start period. */
  function probeLater(check: HealthCheck, pid: number, failures: number): void {
    cancelProbe = clock.after(check.interval, async () => {
      if (running?.pid !== pid) return;
      const result = await probe(check, {
        address: (at) => findAddress(place, pid, at, true),
        exec: (line, signal) => exec(line, signal),
        httpTools: config.httpTools,
        port: spec.port ?? port,
      });
      if (running?.pid !== pid) return;
      const early = state.health === 'starting' && clock.now() - running.startedAt < check.startPeriod;
      const failed = result.exitCode === 0 ? 0 : early ? failures : failures + 1;
      const health = result.exitCode === 0 ? 'healthy' : failed >= check.retries ? 'unhealthy' : state.health;
      change({ health, probes: [...state.probes, result].slice(-keptProbes) });
      probeLater(check, pid, failed);
    });
  }

  async function exec(line: string, signal?: AbortSignal): Promise<{ exitCode: number; output: string }> {
    if (!running)
      throw new CommandFailed('docker exec', 1, `Error response from daemon: container ${id} is not running`);
    return await runToEnd(supervisor, ['/bin/sh', '-c', mapShell(root, toOwnPorts(line))], {
      cwd: workdir,
      env,
      title: 'docker exec',
      signal,
    });
  }

  /** `localhost:3000` in a command means the container's own: programs like curl cannot be bound to its place. */
  function toOwnPorts(line: string): string {
    return line.replace(
      /\b(?:localhost|127\.0\.0\.1|0\.0\.0\.0)(?::(\d+))?(?![\w.])/g,
      (whole, digits: string | undefined) => {
        const found = running && findAddress(place, running.pid, Number(digits ?? 80), true);
        if (found) return `${found.host}:${found.port}`;
        // Nothing of the container is there: another's answer on this machine must not pass for its own.
        return digits === undefined ? whole : `${place.outside}:${digits}`;
      },
    );
  }

  function address(at: number): Address | undefined {
    if (!running) return undefined;
    const known = addresses.get(at) ?? findAddress(place, running.pid, at);
    if (known) addresses.set(at, known);
    return known;
  }

  async function end(signal: NodeJS.Signals, graceSeconds: number): Promise<void> {
    wanted = false;
    cancelRestart();
    if (!running) {
      if (state.status === 'restarting') change({ status: 'exited' });
      return;
    }
    const { pid, ended } = running;
    killGroup(pid, signal);
    const force = setTimeout(() => killGroup(pid), graceSeconds * 1000);
    await ended;
    clearTimeout(force);
  }

  function container(): OwnContainer {
    return {
      id,
      name: spec.name,
      labels: spec.labels,
      image: spec.image,
      startedAt,
      named,
      memoryLimit: spec.memory,
      group: () => running?.pid,
      address,
      exec,
      state: () => state,
      logs: (options) => log.read(options),
      stop: (graceSeconds = 10) => end(config.stopSignal, graceSeconds),
      kill: () => end('SIGKILL', 0),
      killForMemory() {
        if (!running) return;
        change({ outOfMemory: true });
        killGroup(running.pid);
      },
      async remove() {
        if (state.status === 'removed') return;
        await end('SIGKILL', 0);
        killMarked(mark);
        for (const door of doors) door.close();
        parts.forget(id);
        change({ status: 'removed', health: 'none' });
        await rm(folder, { recursive: true, force: true });
      },
      waitFor(condition, signal) {
        signal?.throwIfAborted();
        const reached = Promise.withResolvers<ContainerState>();
        const look = () => {
          if (condition(state)) reached.resolve(state);
          else if (state.status === 'removed') reached.reject(new Error(`No such container: ${spec.name}`));
        };
        const abort = () => reached.reject(signal?.reason);
        watchers.add(look);
        signal?.addEventListener('abort', abort);
        look();
        return reached.promise.finally(() => {
          watchers.delete(look);
          signal?.removeEventListener('abort', abort);
        });
      },
    };
  }
}

const signalNumbers: Record<string, number> = {
  SIGHUP: 1,
  SIGINT: 2,
  SIGQUIT: 3,
  SIGABRT: 6,
  SIGKILL: 9,
  SIGSEGV: 11,
  SIGTERM: 15,
};
