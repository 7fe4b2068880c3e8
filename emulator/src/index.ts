import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { fillBaseline } from './baseline.ts';
import type { Clock } from './clock.ts';
import { createControl } from './control.ts';
import { createClock } from './emulatedClock.ts';
import { createFaults, type Faults } from './faults.ts';
import { createRateLimiter } from './http/rateLimit.ts';
import { createServer } from './http/server.ts';
import { resumeDatabases } from './jobs/databases.ts';
import { startMinuteJobs } from './jobs/minute.ts';
import { createDeploymentQueue } from './jobs/queue.ts';
import { resumeApplications } from './jobs/resume.ts';
import { resumeServices } from './jobs/services.ts';
import { startMachine } from './machine/index.ts';
import type { Machine } from './machine/machine.ts';
import { routes } from './routes/index.ts';
import { createState, readState, type State, writeState } from './state/state.ts';
import type { World } from './world.ts';

export type { Clock } from './clock.ts';
export type { FaultOrder, FaultRule, Faults, Harm } from './faults.ts';
export { coolifyVersion } from './routes/instance.ts';

export interface EmulatorOptions {
  /** 0 or absent: a free one. */
  port?: number;
  host?: string;
  /** The wildcard domain below which applications get their names. */
  wildcard?: string;
  /** Folders of bare repositories by host: `git.example.test` → `/path`. */
  git?: Record<string, string>;
  /** Names that Coolify can resolve beside those of the net: `hooks.example.test` → `127.0.0.1:9900`. */
  hosts?: Record<string, string>;
  /** Local or private targets of webhooks that are allowed, as Coolify's `webhook_allow_localhost` and its list of hosts: `127.0.0.1`, `10.0.0.0/8`. */
  allowedTargets?: string[];
  /** Where the state is kept between runs; absent: in memory only. */
  stateFolder?: string;
  /** Emulated milliseconds in a real one; 0 stands still until advanced. */
  speed?: number;
  /** Where the clock starts, milliseconds since 1970. */
  startAt?: number;
  /** `recorded`: users, teams and tokens of the recordings' baseline. */
  baseline?: 'fresh' | 'recorded';
  /** Requests a minute; Infinity lifts the limit. */
  rateLimit?: number;
  /** The port of the proxy; absent: a free one. */
  proxyPort?: number;
  /** Draws the chances and latencies of faults: the same seed, the same faults. 1 by default. */
  seed?: number;
  /** Hears of errors that become a 500, and of what could not be brought back from an earlier run. */
  onError?: (error: unknown) => void;
}

export interface Emulator {
  /** `http://127.0.0.1:4711`; the API is below `/api/v1`. */
  readonly url: string;
  /** By name; `root` is always there. Empty when the state came from an earlier run. */
  readonly tokens: Record<string, string>;
  readonly proxy: { host: string; port: number };
  readonly clock: Clock;
  readonly faults: Faults;
  readonly state: State;
  readonly machine: Machine;
  /** Resolves when no real work of the machine is under way. */
  settled(): Promise<void>;
  close(): Promise<void>;
}

/** Starts a Coolify that answers at once: API, jobs, managed machine and its proxy, and the control endpoint. */
export async function startEmulator(options: EmulatorOptions = {}): Promise<Emulator> {
  const clock = createClock(options.startAt ?? Date.now(), options.speed ?? 1);
  const state = createState();
  const folder = options.stateFolder;
  const kept = folder !== undefined && (await readState(state, folder));
  const wildcard = options.wildcard ?? 'http://127.0.0.1.sslip.io';
  const tokens = kept
    ? {}
    : fillBaseline(state, { wildcard, kind: options.baseline ?? 'fresh', installedAt: clock.now() - 60_000 });

  const managed = await startMachine({ clock, git: options.git ?? {}, proxyPort: options.proxyPort ?? 0 });
  const faults = createFaults(() => managed.containers(), options.seed ?? 1);
  const machine: Machine = {
    ...managed,
    async run(spec) {
      const container = await managed.run(spec);
      faults.harm(container);
      return container;
    },
  };
  const closing = new AbortController();
  const background = new Set<Promise<void>>();
  const work = new Set<Promise<unknown>>();
  const report = options.onError ?? ((error: unknown) => console.error('coolify-emulator:', error));

  const world: World = {
    state,
    clock,
    machine,
    faults,
    hosts: options.hosts ?? {},
    allowedTargets: options.allowedTargets ?? [],
    closing: closing.signal,
    background(task) {
      const run = task().then(save, (error: unknown) => {
        if (!closing.signal.aborted) report(error);
      });
      background.add(run);
      void run.finally(() => background.delete(run));
    },
    working(promise) {
      work.add(promise);
      promise.then(
        () => work.delete(promise),
        () => work.delete(promise),
      );
      return promise;
    },
    get queue() {
      return queue;
    },
  };
  const queue = createDeploymentQueue(world);
  if (kept) {
    queue.failLeftovers();
    resumeApplications(world, report);
    world.background(() => resumeDatabases(world));
    world.background(() => resumeServices(world));
  }
  const stopMinutes = startMinuteJobs(world);

  let saving = Promise.resolve();
  function save(): Promise<void> {
    if (folder === undefined) return Promise.resolve();
    saving = saving.then(() => writeState(state, folder));
    return saving;
  }
  await save();

  async function settled(): Promise<void> {
    while (work.size > 0) {
      await Promise.allSettled(work);
      await new Promise(setImmediate);
    }
  }

  const app = createServer(
    world,
    createRateLimiter(clock, options.rateLimit ?? 200),
    routes,
    save,
    report,
    createControl(world, settled),
  );
  const server = serve({ fetch: app.fetch, port: options.port ?? 0, hostname: options.host ?? '127.0.0.1' });
  await new Promise<void>((resolve, reject) => {
    server.once('listening', resolve);
    server.once('error', reject);
  });
  const address = server.address() as AddressInfo;

  return {
    url: `http://${address.address}:${address.port}`,
    tokens,
    proxy: machine.proxy,
    clock,
    faults,
    state,
    machine,
    settled,
    async close() {
      closing.abort(new Error('the emulator closes'));
      stopMinutes();
      if ('closeAllConnections' in server) server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await machine.close();
      await Promise.allSettled(background);
      clock.close();
      await saving;
    },
  };
}
