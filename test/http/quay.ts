import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readConfiguration } from '../../src/config/read.ts';
import { admitOwner } from '../../src/gateway/admit.ts';
import type { Admitted, Reply } from '../../src/gateway/gateway.ts';
import { jsonLog } from '../../src/log.ts';
import { compose } from '../../src/main.ts';
import { type HttpOptions, type HttpServer, serveHttp } from '../../src/surfaces/http/serve.ts';
import { fleet } from '../mcp/fleet.ts';
import { yard } from './yard.ts';

/** Keys as a test knows them: the owner's, and those of two agents. */
export const KEYS = { owner: 'key-of-the-owner', ann: 'key-of-ann', bob: 'key-of-bob' } as const;

export interface Quay extends AsyncDisposable {
  url: string;
  server: HttpServer;
  stop: AbortController;
  /** Every line of the log so far, parsed. */
  log(event?: string): Record<string, unknown>[];
  /** A request with the owner's key, unless another is given. */
  ask(path: string, init?: RequestInit & { key?: string | null }): Promise<Response>;
  post(path: string, body: unknown, init?: RequestInit & { key?: string | null }): Promise<Response>;
  /** Past the surface, at the gateway. */
  call(name: string, args?: Record<string, unknown>): Promise<Reply>;
}

/** The real composition, gateway and engine behind the surface; operations of a small world, and no Coolify. */
export async function quay(options: Partial<HttpOptions> = {}): Promise<Quay> {
  const folder = await mkdtemp(join(tmpdir(), 'fairlead-http-'));
  const { config, secrets } = readConfiguration({ folder, environment: { FAIRLEAD_DATA_DIR: folder } });
  const lines: string[] = [];
  let strike = (text: string): string => text;
  const log = jsonLog(
    (text) => strike(text),
    'info',
    (line) => lines.push(line),
  );
  const fairlead = await compose(config, secrets, { takeUp: false, operations: [...yard(), ...fleet()], log });
  strike = fairlead.strikeDeep;
  fairlead.learn('FAIRLEAD_KEY', KEYS.owner);

  const owner = admitOwner({ policy: config.policy, audit: async () => undefined, now: Date.now });
  const agent = (name: string): Admitted => ({ ...owner, actor: { kind: 'agent', id: `id-of-${name}`, name } });
  const admitted: Record<string, Admitted> = {
    [KEYS.owner]: owner,
    [KEYS.ann]: agent('ann'),
    [KEYS.bob]: { ...agent('bob'), permit: ({ effect }) => (effect === 'read' ? 'yes' : 'no') },
  };
  const stop = new AbortController();
  const server = await serveHttp({
    gateway: fairlead.gateway,
    admit: ({ key }) => admitted[key],
    host: '127.0.0.1',
    port: 0,
    ready: async () => ({ database: 'ok', coolify: 'ok' }),
    version: '0.0.0-test',
    callSeconds: 1,
    log,
    corsOrigins: [],
    stopping: stop.signal,
    ...options,
  });

  const ask: Quay['ask'] = (path, { key = KEYS.owner, headers, ...init } = {}) =>
    fetch(`${server.url}${path}`, {
      ...init,
      headers: { ...(key !== null && { Authorization: `Bearer ${key}` }), ...(headers as Record<string, string>) },
    });
  return {
    url: server.url,
    server,
    stop,
    log: (event) => lines.map((line) => JSON.parse(line)).filter((line) => event === undefined || line.event === event),
    ask,
    post: (path, body, { headers, ...init } = {}) =>
      ask(path, {
        method: 'POST',
        body: typeof body === 'string' ? body : JSON.stringify(body),
        headers: { 'Content-Type': 'application/json', ...(headers as Record<string, string>) },
        ...init,
      }),
    call: (name, args = {}) =>
      fairlead.gateway.call({ name, arguments: args, signal: new AbortController().signal, waitMs: 1000 }, owner),
    async [Symbol.asyncDispose]() {
      await server.close();
      await fairlead[Symbol.asyncDispose]();
      await rm(folder, { recursive: true, force: true, maxRetries: 5 });
    },
  };
}

/** What a body holds is read loosely: each test looks for what it is about. */
// biome-ignore lint/suspicious/noExplicitAny: see above
export const json = async (response: Response): Promise<any> => response.json();
