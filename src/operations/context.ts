import type { Clock } from '../clock.ts';
import type { Coolify } from '../coolify/coolify.ts';

/** Who asks. A union and not a nullable id: the audit is written from it. */
export type Actor = { /** Where the request came from, over a network. */ address?: string } & (
  | { kind: 'owner' }
  | { kind: 'agent'; id: string; name: string }
  | { kind: 'person'; id: string; name: string }
  | { kind: 'account'; id: string; name: string }
  | { kind: 'webhook'; id: string }
);

/** What is told while a run goes on. Never holds a secret: the text is struck before it leaves. */
export interface Progress {
  /** BEGIN, STEP, LOG, ROLLBACK, COMMITTED: the words of `contracts.md` section 1. */
  event: 'BEGIN' | 'STEP' | 'DONE' | 'FAILED' | 'LOG' | 'ROLLBACK' | 'COMMITTED';
  message: string;
  /** How much is done, 0 to 1; never falls within a run. */
  fraction?: number;
}

/** What one look at a URL showed. `reached` tells whether an HTTP answer came at all, from whoever answered. */
export type Probe =
  | { reached: true; status: number; milliseconds: number; server: 'app' | 'proxy'; body: string; location?: string }
  | { reached: false; cause: 'dns' | 'refused' | 'timeout' | 'tls' | 'reset'; message: string };

/** All that an operation may reach, a plain object. Handed over as the first argument, so that a signature tells what is used. */
export interface Context {
  readonly actor: Actor;
  readonly coolify: Coolify;
  /** One GET of a URL as a visitor would make it, bounded in time and size. */
  readonly probe: (url: string, signal?: AbortSignal) => Promise<Probe>;
  /** Turns references (`secret://…`) in a text into their values, at the moment of a call and never for display. */
  readonly reveal: (text: string) => Promise<string>;
  /** Puts a value into the secret store and returns its reference: what a mark or a result may hold of it. */
  readonly seal: (value: string) => Promise<string>;
  /** Makes the values known, so that they are struck out wherever text leaves. */
  readonly learn: (name: string, value: string) => void;
  readonly strike: (text: string) => string;
  readonly runs: Runs;
  readonly clock: Clock;
  readonly settings: Settings;
  readonly signal: AbortSignal;
  report(progress: Progress): void;
}

/** A context inside a run: steps leave the run's id on what they make, and find it again by it. */
export interface RunContext extends Context {
  readonly runId: string;
}

export interface Settings {
  /** How long a new version may take to be seen healthy. Seconds; 300 by default. */
  healthSeconds: number;
  /** How long a deployment may take before it counts as lost. Seconds; 3600 by default. */
  deploymentSeconds: number;
  /** Where new apps go when the caller does not say: name or uuid. */
  project?: string | undefined;
  server?: string | undefined;
}

/** Runs as operations see them: to follow, list and cancel. */
export interface Runs {
  /** The answer of a run as it is now, or as it is when `milliseconds` are over or it has ended. */
  follow(id: string, milliseconds: number, signal: AbortSignal): Promise<Record<string, unknown> | undefined>;
  /** Newest first. */
  list(limit: number): Promise<RunSummary[]>;
  /** `ended`: there was nothing left to cancel. */
  cancel(id: string): Promise<'asked' | 'ended'>;
}

export interface RunSummary {
  run_id: string;
  operation: string;
  status: 'success' | 'rolled_back' | 'failed' | 'pending' | 'interrupted';
  /** ISO 8601. */
  started_at: string;
  doing: string;
}
