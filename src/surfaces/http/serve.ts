import { once } from 'node:events';
import type { Server, ServerResponse } from 'node:http';
import { createAdaptorServer } from '@hono/node-server';
import { type Clock, systemClock } from '../../clock.ts';
import { type Gateway, StoppedWaiting } from '../../gateway/gateway.ts';
import type { Log } from '../../log.ts';
import { Refusal } from '../../refusal.ts';
import type { Admit } from './admission.ts';
import { app } from './app.ts';
import type { Ready } from './health.ts';
import { listen } from './listen.ts';
import { type McpParts, mcpEndpoint } from './mcp.ts';

export interface HttpOptions {
  gateway: Gateway;
  /** Asked once for each request. */
  admit: Admit;
  host: string;
  /** Zero: any that is free. */
  port: number;
  /** What `/ready` looks at. Its reasons are shown to those who have a key, and so hold no secret. */
  ready: Ready;
  version: string;
  /** How long a caller is kept waiting for the end of a run. Seconds. */
  callSeconds: number;
  log: Log;
  /** Origins whose pages may call. */
  corsOrigins: readonly string[];
  /** Further names by which it may be called, such as a proxy's. */
  allowedHosts?: readonly string[];
  /** Begins a graceful stop. */
  stopping: AbortSignal;
  /** What `mcp.execute` reckons a million tokens at; 3 unless configured. */
  pricePerMillionTokens?: number;
  limits?: Partial<HttpLimits>;
  clock?: Clock;
  mcp?: McpParts;
}

export interface HttpLimits {
  connections: number;
  /** Of clients that open with `initialize`. */
  sessions: number;
  sessionIdleMs: number;
  /** How long a client may take for the head of a request, and for all of it. */
  headersMs: number;
  requestMs: number;
  /** How long a connection is kept for a next request. Longer than a proxy's, so that it never sends into a closing one. */
  keepAliveMs: number;
  /** How long requests in flight may take to finish at a stop. */
  stopMs: number;
}

const LIMITS: HttpLimits = {
  connections: 2_000,
  sessions: 1_000,
  sessionIdleMs: 30 * 60_000,
  headersMs: 15_000,
  requestMs: 60_000,
  keepAliveMs: 75_000,
  stopMs: 10_000,
};
/** Of the time of a stop, how much a call may still wait for its run; then it is answered as pending. */
const WAITING_SHARE = 0.7;

export interface HttpServer {
  url: string;
  /** Takes nothing new and lets what is in flight finish, within bounds. Runs go on: whoever composed the process suspends them after. */
  close(): Promise<void>;
}

/** The one port of `fairlead serve`: MCP, REST, slash commands and JSON-RPC. Throws {@link Refusal} where it cannot listen. */
export async function serveHttp(options: HttpOptions): Promise<HttpServer> {
  const { host, port, log, stopping, clock = systemClock, allowedHosts = [], pricePerMillionTokens = 3 } = options;
  const limits = { ...LIMITS, ...options.limits };
  const lastCall = new AbortController();
  const standing = new Set<ServerResponse>();
  let closing: Promise<void> | undefined;

  const gateway = answeringBy(lastCall.signal, options.gateway);
  const { version, callSeconds } = options;
  const sessions = { limit: limits.sessions, idleMs: limits.sessionIdleMs };
  const mcp = mcpEndpoint({
    gateway,
    version,
    callSeconds,
    log,
    sessions,
    now: clock.now,
    ...(options.mcp && { parts: options.mcp }),
  });
  const routes = app({
    ...options,
    gateway,
    mcp,
    clock,
    allowedHosts,
    pricePerMillionTokens,
    isStopping: () => closing !== undefined,
    onStanding(outgoing) {
      const response = outgoing as ServerResponse;
      standing.add(response);
      response.once('close', () => standing.delete(response));
    },
  });
  const server = createAdaptorServer({
    fetch: routes.fetch,
    // Lighter ones in place of the global Request and Response: a third less time a call.
    serverOptions: {
      headersTimeout: limits.headersMs,
      requestTimeout: limits.requestMs,
      keepAliveTimeout: limits.keepAliveMs,
      connectionsCheckingInterval: Math.min(limits.headersMs, 5_000),
      // Finds peers that went without a word.
      keepAlive: true,
      keepAliveInitialDelay: 30_000,
    },
  }) as Server;
  server.maxConnections = limits.connections;
  server.on('request', (_request, response) => {
    // A connection counts as idle only after its answer's own events are over.
    response.once('close', () => closing && setImmediate(() => server.closeIdleConnections()));
  });
  const url = await listen(server, host, port);
  log.info('http_listening', { url });

  async function stop(): Promise<void> {
    const closed = once(server, 'close');
    server.close();
    const calls = setTimeout(
      () => lastCall.abort(new StoppedWaiting('the server is stopping')),
      limits.stopMs * WAITING_SHARE,
    );
    const rest = setTimeout(() => server.closeAllConnections(), limits.stopMs);
    for (const response of standing) response.destroy();
    await closed;
    clearTimeout(calls);
    clearTimeout(rest);
    await mcp.close();
    log.info('http_closed', { url });
  }
  const close = () => (closing ??= stop());
  const onStopping = () =>
    void close().catch((error: Error) => log.error('http_not_closed', { reason: error.message }));
  if (stopping.aborted) onStopping();
  else stopping.addEventListener('abort', onStopping, { once: true });
  return { url, close };
}

/** A gateway whose callers hear, at the last call, how far things are: a run that goes on is answered as pending. */
function answeringBy(lastCall: AbortSignal, gateway: Gateway): Gateway {
  return {
    catalog: gateway.catalog,
    async call(request, admitted) {
      try {
        return await gateway.call({ ...request, signal: AbortSignal.any([request.signal, lastCall]) }, admitted);
      } catch (error) {
        // A run that was begun is answered; what throws had not begun any.
        if (error === lastCall.reason)
          throw new Refusal('busy', 'Fairlead is stopping.', 'Nothing was begun: call again when it is up.');
        throw error;
      }
    },
  };
}
