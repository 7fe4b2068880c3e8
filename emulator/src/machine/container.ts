import { once } from 'node:events';
import { mkdir, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { connect, createServer, type Server } from 'node:net';
import { dirname, join, posix } from 'node:path';
import { makeRoot, mappedEnvironment, searchPath } from './build.ts';
import { findProgram, runToEnd } from './command.ts';
import { diskFull, isDiskFull } from './disk.ts';
import { splitWords } from './dockerfile.ts';
import { outsideEnvironment } from './environment.ts';
import { probe } from './health.ts';
import type { StoredImage } from './image.ts';
import { openLog } from './log.ts';
import { CommandFailed, type Container, type ContainerSpec, type ContainerState, type HealthCheck } from './machine.ts';
import { type Address, findAddress, type NamedPlace, type Network, placeVariables } from './network.ts';
import { inRoot, mapShell, mapWords } from './paths.ts';
import { killGroup, killMarked } from './processes.ts';
import type { Programs } from './programs.ts';
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
  const id = crypto.randomUUID().replaceAll('-', '').padEnd(64, '0');
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
  const ports = [
    port,
    spec.port,
    check?.port,
    ...config.exposes,
    ...(spec.published ?? []).map((pair) => pair.container),
  ];
  const place = await network.place(
    [...new Set(ports.filter((number) => number !== undefined && number > 0 && number < 65_536))] as number[],
    config.node,
  );
  const words = startWords(spec, config);
  let command: string[] = [];
  let env: Record<string, string> = {};
  const workdir = inRoot(root, config.workdir);

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
  const published: Server[] = [];

  try {
    await makeRoot({ supervisor }, image.root, root);
    await mkdir(workdir, { recursive: true });
    await mount();
    command = mapWords(root, words);
    env = environment();
    if (findProgram(command[0] ?? '', env.PATH ?? '', workdir) === undefined) throw noSuchProgram(words[0]);
    for (const pair of spec.published ?? [])
      published.push(await publish(pair.host, () => address(pair.container), spec.name));
    parts.announce(named);
    start();
  } catch (error) {
    for (const server of published) server.close();
    await rm(folder, { recursive: true, force: true });
    if (isDiskFull(error)) throw new CommandFailed('docker create', 1, `Error response from daemon: ${diskFull}`);
    throw error;
  }
  return container();

  function environment(): Record<string, string> {
    const held: Record<string, string> = {
      ...mappedEnvironment(root, config.env),
      ...underVolumes(spec.variables),
      PATH: searchPath(root, config, parts.programs),
      HOME: wished.HOME ?? join(root, 'root'),
      HOSTNAME: spec.variables.HOSTNAME ?? hostname,
      npm_config_update_notifier: 'false',
      ...placeVariables(place, hostname, network.namesFile(spec.network ?? 'coolify')),
      EMULATOR_CONTAINER: id,
      EMULATOR_ROOT: root,
      NODE_OPTIONS: `${parts.programs.nodeOptions} ${wished.NODE_OPTIONS ?? ''}`.trim(),
    };
    if (!(port > 0)) return held;
    if (config.node) return { PORT: String(port), ...held };
    // A program that cannot be bound to its place is told it where it is likely to look.
    return { ...held, PORT: String(place.ports[port] ?? port), HOST: place.outside };
  }

  /** A variable that names a file on a volume leads to it. */
  function underVolumes(variables: Record<string, string>): Record<string, string> {
    const targets = (spec.volumes ?? []).map(({ target }) => posix.resolve('/', target));
    const led = (value: string) => targets.some((target) => value === target || value.startsWith(`${target}/`));
    return Object.fromEntries(
      Object.entries(variables).map(([name, value]) => [name, led(value) ? inRoot(root, value) : value]),
    );
  }

  async function mount(): Promise<void> {
    for (const { source, target, content } of spec.volumes ?? []) {
      const from = parts.volumeFolder(source);
      const to = inRoot(root, target);
      await mkdir(content === undefined ? from : dirname(from), { recursive: true });
      if (content !== undefined) await writeFile(from, content);
      // As Docker: a new volume begins with what the image has at its place.
      else if (!source.startsWith('/') && (await readdir(from)).length === 0) {
        await mkdir(to, { recursive: true });
        await runToEnd(supervisor, ['cp', '-a', `${to}/.`, from], { cwd: root, env: outsideEnvironment() });
      }
      await rm(to, { recursive: true, force: true });
      await mkdir(dirname(to), { recursive: true });
      await symlink(from, to);
    }
  }

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
        for (const server of published) server.close();
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

function startWords(spec: ContainerSpec, config: StoredImage['config']): string[] {
  const command = typeof spec.command === 'string' ? splitWords(spec.command) : spec.command;
  const words = [...(spec.entrypoint ?? config.entrypoint), ...(command ?? (spec.entrypoint ? [] : config.cmd))];
  if (words.length === 0)
    throw new CommandFailed('docker create', 1, 'Error response from daemon: no command specified');
  return words;
}

const noSuchProgram = (program: string | undefined) =>
  new CommandFailed(
    'docker start',
    127,
    `Error response from daemon: failed to create task for container: failed to create shim task: OCI runtime create failed: runc create failed: unable to start container process: exec: "${program}": executable file not found in $PATH: unknown`,
  );

/** Opens a port of this machine and hands what arrives on to the container; throws in Docker's words when it is taken. */
async function publish(port: number, target: () => Address | undefined, name: string): Promise<Server> {
  const server = createServer((socket) => {
    const to = target();
    if (!to) return void socket.resetAndDestroy();
    const onward = connect(to.port, to.host);
    socket.pipe(onward).pipe(socket);
    socket.on('error', () => onward.destroy());
    onward.on('error', () => socket.destroy());
    socket.on('close', () => onward.destroy());
  });
  const listening = Promise.withResolvers<void>();
  server.once('error', (error) => {
    const taken = 'code' in error && error.code === 'EADDRINUSE';
    const reason = taken ? 'port is already allocated' : error.message;
    listening.reject(
      new CommandFailed(
        'docker start',
        125,
        `Error response from daemon: driver failed programming external connectivity on endpoint ${name}: Bind for 0.0.0.0:${port} failed: ${reason}`,
      ),
    );
  });
  server.listen(port, '127.0.0.1', () => listening.resolve());
  await listening.promise;
  return server;
}
