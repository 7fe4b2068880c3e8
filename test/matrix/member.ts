import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { until } from '../harness.ts';
import type { Moment } from './moment.ts';

export interface ProgramOptions {
  environment: Record<string, string>;
  /** Without it state is kept in files. */
  databaseUrl?: string | undefined;
  leaseMs?: number;
  moment?: Moment;
  /** How much faster its clock runs. */
  factor: number;
  takeUp: boolean;
  /** The name of the machine that it believes to be on. */
  host?: string;
}

/** The product in a process of its own, to be struck. */
export interface Member {
  /** Throws what the command threw, with its code. */
  ask<T = unknown>(command: string, ...args: unknown[]): Promise<T>;
  /** Resolves with the run's id when it stands at its moment; rejects when it ends without. */
  standing: Promise<string>;
  /** Resolves when the process is gone. */
  gone: Promise<void>;
  log: string[];
  /** Resolves when the operating system has stopped it. */
  stopped(): Promise<void>;
  signal(name: 'SIGKILL' | 'SIGCONT'): void;
  close(): Promise<void>;
}

const PROGRAM = fileURLToPath(new URL('./program.ts', import.meta.url));

export async function startMember(options: ProgramOptions): Promise<Member> {
  const child = fork(PROGRAM, [JSON.stringify(options)], {
    execArgv: ['--disable-warning=ExperimentalWarning'],
    stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    serialization: 'json',
  });
  const log: string[] = [];
  createInterface({ input: child.stderr! }).on('line', (line) => log.push(line));
  const gone = once(child, 'exit').then(() => undefined);
  const ready = Promise.withResolvers<void>();
  const standing = Promise.withResolvers<string>();
  const asked = new Map<number, PromiseWithResolvers<unknown>>();
  child.on(
    'message',
    (message: { id?: number; ready?: true; standing?: string; value?: unknown; error?: string; code?: string }) => {
      if (message.ready) ready.resolve();
      if (message.standing !== undefined) standing.resolve(message.standing);
      const waiting = message.id === undefined ? undefined : asked.get(message.id);
      if (!waiting) return;
      asked.delete(message.id!);
      if (message.error === undefined) waiting.resolve(message.value);
      else waiting.reject(Object.assign(new Error(message.error), { code: message.code }));
    },
  );
  void gone.then(() => {
    const end = new Error(`a process ended (${child.signalCode ?? child.exitCode}):\n${log.slice(-8).join('\n')}`);
    for (const waiting of [ready, standing, ...asked.values()]) waiting.reject(end);
  });
  // Whoever does not wait for it is not told.
  standing.promise.catch(() => undefined);
  await ready.promise;

  let count = 0;
  return {
    ask<T>(command: string, ...args: unknown[]) {
      const waiting = Promise.withResolvers<unknown>();
      const id = count++;
      asked.set(id, waiting);
      child.send({ id, command, args });
      return waiting.promise as Promise<T>;
    },
    standing: standing.promise,
    gone,
    log,
    stopped: async () =>
      void (await until(
        () => stateOf(child),
        (state) => state === 'T',
      )),
    signal: (name) => void child.kill(name),
    async close() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      child.kill('SIGCONT');
      if (child.connected) child.send({ id: -1, command: 'close', args: [] });
      const late = setTimeout(() => child.kill('SIGKILL'), 10_000);
      await gone;
      clearTimeout(late);
    },
  };
}

/** One letter, as Linux tells it; other systems have no such file, and pauses are not part of their matrix. */
async function stateOf({ pid }: ChildProcess): Promise<string> {
  const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
  return stat.slice(stat.lastIndexOf(')') + 2)[0] ?? '';
}
