import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { until } from '../harness.ts';
import { query } from '../postgres/place.ts';

const PROGRAM = join(import.meta.dirname, '../../src/server.ts');

/** The owner's key of every server that is not to make its own. */
export const KEY = 'a-key-of-the-tests-that-is-long-enough';

/** Requests a minute. A Coolify that names its limit is believed; one that names none is taken to have the usual 200. */
export const PLENTY = 1_000_000;

/** A process of `fairlead serve`. */
export interface Server extends AsyncDisposable {
  url: string;
  /** All it has written, on both streams. */
  told(): string;
  process: ChildProcess;
  /** A request with the owner's key; a body makes it a POST. */
  ask(path: string, body?: object, key?: string): Promise<Asked>;
  /** SIGTERM; returns its exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL, which it is disposed of by as well. */
  kill(): Promise<void>;
}

export interface Asked {
  status: number;
  // What a server answers is read loosely here: each test looks for what it is about.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  body: any;
}

/** Starts a server and waits for its word. Throws what it said where it ended instead, with its exit code. */
export async function serve(env: Record<string, string>): Promise<Server> {
  const child = spawn(process.execPath, [PROGRAM, 'serve'], {
    env: { FAIRLEAD_KEY: KEY, FAIRLEAD_CALL_SECONDS: '110', BACKEND_PORT: String(await freePort()), ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let told = '';
  const ready = Promise.withResolvers<string>();
  const listen = (chunk: Buffer) => {
    told += chunk.toString();
    const url = /answers at (\S+).*Connect an agent/s.exec(told)?.[1];
    if (url) ready.resolve(url);
  };
  child.stdout.on('data', listen);
  child.stderr.on('data', listen);
  const gone = once(child, 'close').then(([code]: (number | null)[]) => {
    ready.reject(new Error(`exit ${code}: ${told}`));
    return code ?? null;
  });
  const url = await ready.promise;
  const end = (signal: 'SIGTERM' | 'SIGKILL') => {
    child.kill(signal);
    return gone;
  };
  const kill = async () => void (await end('SIGKILL'));
  return {
    url,
    told: () => told,
    process: child,
    async ask(path, body, key = KEY) {
      const response = await fetch(`${url}${path}`, {
        ...(body && { method: 'POST', body: JSON.stringify(body) }),
        headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
      });
      return { status: response.status, body: await response.json() };
    },
    stop: () => end('SIGTERM'),
    kill,
    [Symbol.asyncDispose]: kill,
  };
}

/** Waits until the newest run about this app is in the step. */
export async function inStep(database: string, app: string, step: string): Promise<{ id: string }> {
  const latest = () =>
    query<{ id: string; event: { type: string; step: number } | null; steps: { name: string }[] }>(
      database,
      `select id, header->'steps' as steps,
              (select event from fairlead.run_events where run_id = id order by seq desc limit 1) as event
         from fairlead.runs where header->'input'->>'name' = '${app}' order by started_at desc limit 1`,
    );
  const [run] = await until(
    latest,
    ([row]) => row?.event?.type === 'begun' && row.steps[row.event.step]?.name === step,
    60_000,
  );
  return run!;
}

export async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as { port: number };
  server.close();
  await once(server, 'close');
  return port;
}
