import { randomUUID } from 'node:crypto';
import type { HttpBindings } from '@hono/node-server';
import { type Context, Hono } from 'hono';
import { cors } from 'hono/cors';
import { secureHeaders } from 'hono/secure-headers';
import type { Clock } from '../../clock.ts';
import type { Admitted, Gateway } from '../../gateway/gateway.ts';
import { StoppedWaiting } from '../../gateway/gateway.ts';
import type { Log } from '../../log.ts';
import { type Admit, admission, keyIn } from './admission.ts';
import { jsonOf, objectOf } from './body.ts';
import { execute } from './execute.ts';
import { type Ready, readiness, readinessBody } from './health.ts';
import { isStanding, type McpEndpoint } from './mcp.ts';
import { openApiOf } from './openapi.ts';
import { type Doors, doorkeeper } from './origin.ts';
import { faultOf, HttpProblem, type Problem, problemBody, problemOf } from './problem.ts';
import { type RestAnswer, rest, restAnswer } from './rest.ts';
import { idOf, paramsOf, type RpcId, rpcError, rpcResult } from './rpc.ts';
import { argumentsOfQuery } from './words.ts';
import { wrongKeys } from './wrongKeys.ts';

export interface AppOptions extends Doors {
  gateway: Gateway;
  mcp: McpEndpoint;
  admit: Admit;
  ready: Ready;
  version: string;
  callSeconds: number;
  pricePerMillionTokens: number;
  clock: Clock;
  log: Log;
  /** Whether it is about to stop, and takes nothing new. */
  isStopping(): boolean;
  /** Told of each answer that stays open until somebody ends it. */
  onStanding(outgoing: HttpBindings['outgoing']): void;
}

interface Env {
  Bindings: HttpBindings;
  Variables: {
    requestId: string;
    admitted: Admitted;
    /** The id of a JSON-RPC request, once it is read. */
    rpcId?: RpcId;
    /** What was asked for, where the path does not say. */
    asked?: string;
  };
}

type Asked = Context<Env>;

/** Every address of the server. All but `/health` and `/ready` need a key. */
export function app(options: AppOptions): Hono<Env> {
  const { gateway, mcp, version, callSeconds, log } = options;
  const letIn = doorkeeper(options);
  const guesses = wrongKeys(options.clock, log);
  const isReady = readiness(options.ready, options.clock);
  const carryOut = rest(gateway, callSeconds);
  const services = execute(options);
  let openApi: string | undefined;

  const routes = new Hono<Env>();
  routes.use(async (c, next) => {
    begin(c, log);
    await next();
    c.header('X-Request-Id', c.var.requestId);
    if (options.isStopping()) c.header('Connection', 'close');
  });
  routes.use(secureHeaders(HEADERS));
  routes.get('/health', (c) => c.json({ status: 'healthy', version }));
  routes.use(async (c, next) => {
    if (options.isStopping()) throw STOPPING;
    letIn(c.req.raw);
    await next();
  });
  if (options.corsOrigins.length > 0) routes.use(cors({ ...CORS, origin: [...options.corsOrigins] }));
  routes.get('/ready', async (c) => {
    const seen = await isReady();
    if (!seen.ready) log.warn('not_ready', { checks: seen.checks });
    const admitted = keyIn(c.req.raw) !== undefined;
    if (admitted) await admission(c.req.raw, addressOf(c), options.admit, guesses);
    return c.json(readinessBody(seen, version, admitted), seen.ready ? 200 : 503);
  });
  routes.use(async (c, next) => {
    c.set('admitted', await admission(c.req.raw, addressOf(c), options.admit, guesses));
    await next();
  });

  routes.on(['GET', 'POST', 'DELETE'], ['/', '/mcp'], async (c) => {
    const request = c.req.raw;
    const body = request.method === 'POST' ? await jsonOf(request) : undefined;
    if (request.method === 'POST' && body === undefined) throw NO_MESSAGE;
    c.set('asked', rpcNameOf(body));
    const { outgoing } = c.env;
    if (isStanding({ request, body })) options.onStanding(outgoing);
    const whenAnswered = (callback: () => void) => void outgoing.once('close', callback);
    return mcp.answer({ request, body, admitted: c.var.admitted, whenAnswered });
  });

  routes.get('/v1/openapi.json', (c) => {
    openApi ??= JSON.stringify(openApiOf(gateway.catalog, version));
    return c.body(openApi, 200, { 'Content-Type': 'application/json' });
  });
  routes.get('/v1/runs/:id{txn-[^/]+}', async (c) => {
    const query = new URLSearchParams({ wait_seconds: c.req.query('wait') ?? '0' });
    const args = { ...argumentsOfQuery(gateway.catalog.find('get_run'), query), id: c.req.param('id') };
    const asked = { name: 'get_run', arguments: args, signal: waiting(c), waitMs: 0 };
    return send(restAnswer(await gateway.call(asked, c.var.admitted)));
  });
  routes.on(['GET', 'POST'], '/v1/:noun/:verb', async (c) => {
    const { noun, verb } = c.req.param();
    return send(await carryOut({ request: c.req.raw, noun, verb, admitted: c.var.admitted, signal: waiting(c) }));
  });

  routes.post('/execute', async (c) => {
    const body = await objectOf(c.req.raw);
    c.set('rpcId', idOf(body));
    const executed = await services.command(body, { admitted: c.var.admitted, signal: waiting(c) });
    return c.json(executed, executed.status === 'pending' ? 202 : 200);
  });
  routes.post('/mcp/rpc', async (c) => {
    const body = await jsonOf(c.req.raw);
    c.set('rpcId', idOf(body));
    const params = paramsOf(body);
    return c.json(
      rpcResult(c.var.rpcId!, await services.params(params, { admitted: c.var.admitted, signal: waiting(c) })),
    );
  });

  routes.notFound(() => {
    throw NOT_FOUND;
  });
  routes.onError((error, c) => {
    const problem = problemOf(error);
    if (problem) return sendProblem(c, problem);
    const { requestId } = c.var;
    // Nobody is there to read it.
    if (c.req.raw.signal.aborted) return sendProblem(c, GONE);
    log.error('http_fault', { request_id: requestId, path: c.req.path, reason: error.stack ?? error.message });
    return sendProblem(c, faultOf(requestId));
  });
  return routes;
}

/** Gives the request its id, and logs it when it is over: never the query or a header, in which secrets may stand. */
function begin(c: Asked, log: Log): void {
  const since = performance.now();
  const given = c.req.header('x-request-id');
  c.set('requestId', given !== undefined && /^[\w.:-]{1,64}$/.test(given) ? given : randomUUID());
  const { outgoing } = c.env;
  outgoing.once('close', () => {
    // Asked every few seconds, by whatever watches.
    if (c.req.path === '/health') return;
    const { requestId, admitted, asked } = c.var as Partial<Env['Variables']>;
    log.info('http_request', {
      request_id: requestId,
      method: c.req.method,
      path: c.req.path,
      ...(asked !== undefined && { asked }),
      // The client went before the answer was out.
      status: outgoing.writableFinished ? outgoing.statusCode : 499,
      milliseconds: Math.round(performance.now() - since),
      ...(admitted && { actor: 'name' in admitted.actor ? admitted.actor.name : admitted.actor.kind }),
    });
  });
}

const addressOf = (c: Asked): string => c.env.incoming.socket.remoteAddress ?? 'unknown';

/** The signal of a caller who can go away, which is no wish to cancel. */
function waiting(c: Asked): AbortSignal {
  const gone = new AbortController();
  const { signal } = c.req.raw;
  const onGone = () => gone.abort(new StoppedWaiting('the caller has gone'));
  if (signal.aborted) onGone();
  else signal.addEventListener('abort', onGone, { once: true });
  return gone.signal;
}

const send = ({ status, body, headers = {} }: RestAnswer): Response => Response.json(body, { status, headers });

function sendProblem(c: Asked, problem: Problem): Response {
  const { requestId, rpcId = requestId } = c.var as Partial<Env['Variables']> & { requestId: string };
  const asRpc = c.req.path === '/execute' || c.req.path === '/mcp/rpc';
  const body = asRpc ? rpcError(rpcId, problem, requestId) : problemBody(problem, requestId);
  return send({ status: problem.status, body, headers: { ...problem.headers } });
}

/** What a message asks for, for the log. */
function rpcNameOf(body: unknown): string | undefined {
  const { method, params } = (body ?? {}) as { method?: unknown; params?: { name?: unknown } };
  if (typeof method !== 'string') return undefined;
  return `${method}${typeof params?.name === 'string' ? ` ${params.name}` : ''}`.slice(0, 120);
}

const HEADERS = {
  contentSecurityPolicy: { defaultSrc: ["'none'"], frameAncestors: ["'none'"] },
  // Whether all of a domain is reached by TLS is the proxy's to say.
  strictTransportSecurity: false,
};

const CORS = {
  allowMethods: ['GET', 'POST', 'DELETE'],
  allowHeaders: [
    'Authorization',
    'Content-Type',
    'Last-Event-ID',
    'Mcp-Method',
    'Mcp-Name',
    'Mcp-Protocol-Version',
    'Mcp-Session-Id',
    'X-Agent-Id',
    'X-Request-Id',
  ],
  exposeHeaders: ['Location', 'Mcp-Session-Id', 'Retry-After', 'WWW-Authenticate', 'X-Request-Id'],
  maxAge: 600,
};

const STOPPING = new HttpProblem(503, 'busy', 'Fairlead is stopping.', 'Call again when it is up.', {
  headers: { 'Retry-After': '5' },
});
const NO_MESSAGE = new HttpProblem(400, 'no_json', 'The body is empty.', 'Send a JSON-RPC message.');
const NOT_FOUND = new HttpProblem(
  404,
  'not_found',
  'There is nothing at this address.',
  'See /v1/openapi.json for what there is.',
);
const GONE: Problem = { status: 499, reason: 'gone', message: 'The caller has gone.', next: '', headers: {} };
