import type { OwnContainer } from './machine/container.ts';
import type { Container } from './machine/machine.ts';

/** What can go wrong with a call of the API. Rules are matched in order; one with `times` ends after so many hits. */
export interface FaultRule {
  /** `POST`; absent: any. */
  method?: string;
  /** A part of the path below `/api/v1`; absent: any. */
  path?: string;
  /** Answer this status instead of asking Coolify. */
  status?: number;
  /** Milliseconds of real time before the answer; a pair is a range, drawn by the seed. */
  latency?: number | [number, number];
  /** Close the connection without an answer: before Coolify has done anything, or after it has done everything. `true` is `before`. */
  drop?: boolean | 'before' | 'after';
  times?: number;
  /** Of matching calls, the part that is hit, by the seed: 0.2 is one in five. Absent: all. */
  chance?: number;
}

/** How the program of a container ends, as often as it starts: by itself, or for its memory. Docker starts it again. */
export type Harm = 'crash' | 'out of memory';

/** What is to go wrong from now on. What is not named stays as it is. */
export interface FaultOrder {
  seed?: number;
  rules?: FaultRule[];
  /** The next builds fail with this line as the builder's error; null ends it. */
  failBuilds?: { line: string; times: number } | null;
  /** Deployments are refused as if the queue were full. */
  queueFull?: boolean;
  /** Builds and pulls find no space left on the device. */
  diskFull?: boolean;
  /** Servers (by uuid) that cannot be reached. */
  unreachable?: string[];
  /** By the uuid of an application, service or database. */
  harm?: Record<string, Harm>;
}

export interface Faults {
  rules: FaultRule[];
  failBuilds: { line: string; times: number } | undefined;
  queueFull: boolean;
  diskFull: boolean;
  unreachable: Set<string>;
  readonly harms: ReadonlyMap<string, Harm>;
  set(order: FaultOrder): void;
  /** The rule that hits a call, if one does, with its latency drawn. */
  take(method: string, path: string): (FaultRule & { latency?: number }) | undefined;
  /** Told of every container that starts: one that is to be harmed is. */
  harm(container: Container): void;
}

/** Nothing goes wrong at first. The same seed and the same calls in the same order give the same faults. */
export function createFaults(containers: () => Container[], seed: number): Faults {
  let random = randomBy(seed);
  const harms = new Map<string, Harm>();
  const watched = new WeakSet<Container>();

  async function keepHarming(container: OwnContainer, uuid: string): Promise<void> {
    for (;;) {
      await container.waitFor(({ status }) => status === 'running');
      const harm = harms.get(uuid);
      if (harm === undefined) break;
      strike(container, harm);
      await container.waitFor(({ status }) => status !== 'running');
    }
    watched.delete(container);
  }

  const faults: Faults = {
    rules: [],
    failBuilds: undefined,
    queueFull: false,
    diskFull: false,
    unreachable: new Set(),
    harms,
    set(order) {
      if (order.seed !== undefined) random = randomBy(order.seed);
      if (order.rules !== undefined) faults.rules = order.rules;
      if (order.failBuilds !== undefined) faults.failBuilds = order.failBuilds ?? undefined;
      if (order.queueFull !== undefined) faults.queueFull = order.queueFull;
      if (order.diskFull !== undefined) faults.diskFull = order.diskFull;
      if (order.unreachable !== undefined) faults.unreachable = new Set(order.unreachable);
      if (order.harm === undefined) return;
      harms.clear();
      for (const [uuid, harm] of Object.entries(order.harm)) harms.set(uuid, harm);
      for (const container of containers()) faults.harm(container);
    },
    take(method, path) {
      const rule = faults.rules.find(
        (r) =>
          (r.method === undefined || r.method === method) &&
          (r.path === undefined || path.includes(r.path)) &&
          (r.chance === undefined || random() < r.chance),
      );
      if (rule === undefined) return undefined;
      if (rule.times !== undefined && --rule.times <= 0) faults.rules = faults.rules.filter((other) => other !== rule);
      const { latency, ...rest } = rule;
      if (latency === undefined) return rest;
      return { ...rest, latency: typeof latency === 'number' ? latency : between(latency, random()) };
    },
    harm(container) {
      const uuid = resourceOf(container);
      if (!harms.has(uuid) || watched.has(container)) return;
      watched.add(container);
      // Every container of the machine is one of its own, which can be struck; the wait ends when it is removed.
      keepHarming(container as OwnContainer, uuid).catch(() => watched.delete(container));
    },
  };
  return faults;
}

/** An application's containers carry its uuid as a label, a database's is named after it, a service's end with its uuid. */
export function resourceOf({ labels, name }: Container): string {
  return labels['coolify.name'] ?? name.slice(name.lastIndexOf('-') + 1);
}

/** Ends the program from within, so that Docker starts it again; `docker kill` from outside would not. */
export function strike(container: Container, harm: Harm): void {
  const own = container as OwnContainer;
  const group = own.group();
  if (group === undefined) return;
  if (harm === 'out of memory') own.killForMemory();
  else process.kill(-group, 'SIGABRT');
}

function between([low, high]: [number, number], part: number): number {
  return Math.round(low + (high - low) * part);
}

/** Numbers from 0 to 1 that follow from the seed (mulberry32). */
function randomBy(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
