import type { Clock } from './clock.ts';
import type { Faults } from './faults.ts';
import type { DeploymentQueue } from './jobs/queue.ts';
import type { Machine } from './machine/machine.ts';
import type { State } from './state/state.ts';

/** What handlers and jobs share. */
export interface World {
  readonly state: State;
  readonly clock: Clock;
  readonly machine: Machine;
  readonly queue: DeploymentQueue;
  readonly faults: Faults;
  /** Names that resolve beside those of the net, with their addresses (`host:port`). */
  readonly hosts: Readonly<Record<string, string>>;
  /** Local or private targets that Coolify may call: names, addresses, blocks of addresses. */
  readonly allowedTargets: readonly string[];
  /** Runs a piece of background work that ends by itself; the emulator knows that it is under way and waits for it at its end. */
  background(work: () => Promise<void>): void;
  /** Real work of the machine: {@link settled} waits for it, so that emulated time can stand still meanwhile. */
  working<T>(work: Promise<T>): Promise<T>;
  /** Aborted when the emulator closes. */
  readonly closing: AbortSignal;
}
