import type { IncomingMessage } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { RESPONSE_ALREADY_SENT } from '@hono/node-server/utils/response';
import { type Context, Hono } from 'hono';
import { sha256 } from '../ids.ts';
import type { JsonObject } from '../json.ts';
import type { Team, Token } from '../state/rows.ts';
import type { World } from '../world.ts';
import { type Answer, Refused, refuse, serverError } from './answer.ts';
import type { Call, Handler, Routes } from './call.ts';
import { coolifyRoutes, type Operation } from './coolifyRoutes.ts';
import { clean, parseBody, parseQuery, type RawBody, requireJsonBody } from './input.ts';
import { type Bucket, type RateLimiter, rateHeaders } from './rateLimit.ts';

const missing = (): Refused => refuse(404, 'Not found.', { docs: 'https://coolify.io/docs' });
const anonymous = {
  id: -1,
  name: 'nobody',
  hash: '',
  abilities: [],
  user_id: -1,
  team_id: -1,
  expires_at: null,
} satisfies Token;

/**
 * Coolify's HTTP side. The order of what may refuse a request is that of its middleware (coolify.md 1.4): token, rate,
 * team, switch, ability, and only then the handler.
 */
export function createServer(
  world: World,
  limiter: RateLimiter,
  routes: Routes,
  afterChange: () => Promise<void>,
  report: (error: unknown) => void,
  control: Hono,
): Hono {
  const app = new Hono({ getPath });

  app.use('/__emulator/*', async (c, next) => {
    if (!isLoopback(address(c)))
      return c.json({ message: "The emulator's controls answer callers on this machine only." }, 403);
    return await next();
  });
  app.route('/__emulator', control);

  app.use(async (c, next) => {
    const fault = world.faults.take(c.req.method, getPath(c.req.raw));
    if (fault === undefined) return await next();
    if (fault.latency !== undefined) await pause(fault.latency, undefined, { signal: world.closing });
    if (fault.drop === true || fault.drop === 'before') return hangUp(c);
    if (fault.status !== undefined) return refusal(fault.status);
    await next();
    return fault.drop === 'after' ? hangUp(c) : undefined;
  });

  for (const route of coolifyRoutes) {
    const [ability, method, path] = route.split(' ') as [string, string, string];
    const full = (path.startsWith('/api/') ? path : `/api/v1${path}`).replaceAll(/\{(\w+)\}/g, ':$1');
    const name = `${method} ${path}` as Operation;
    app.on(method, full, (c) => respond(c, ability, routes[name] ?? notBuilt(name)));
  }
  app.all('*', (c) =>
    respond(c, '-', () => {
      throw missing();
    }),
  );
  return app;

  async function respond(c: Context, ability: string, handler: Handler): Promise<Response> {
    let bucket: Bucket | undefined;
    let answer: Answer;
    try {
      if (ability === 'hidden') throw refuse(404, '');
      const needed = ability.replace('!', '');
      const token = needed === '-' ? undefined : authenticate(c.req.header('authorization'));
      bucket = limiter.count(token === undefined || token.user_id === 0 ? address(c) : `user ${token.user_id}`);
      if (bucket.refused) throw refuse(429, 'Too Many Attempts.');
      const team = token === undefined ? undefined : authorize(token, needed, c.req.path);
      if (ability.endsWith('!'))
        throw refuse(405, 'This endpoint has changed to a POST request.', {}, { allow: 'POST' });
      answer = await handler(await makeCall(c, token ?? anonymous, team));
    } catch (error) {
      if (!(error instanceof Refused)) report(error);
      answer = error instanceof Refused ? error.answer : serverError().answer;
    }
    if (c.req.method !== 'GET' && c.req.method !== 'HEAD') await afterChange();
    const headers = { ...(bucket === undefined ? {} : rateHeaders(bucket, world.clock.now())), ...answer.headers };
    const [content, type] =
      'body' in answer ? [JSON.stringify(answer.body), 'application/json'] : [answer.text, 'text/html; charset=utf-8'];
    return new Response(content, { status: answer.status, headers: { ...headers, 'content-type': type } });
  }

  function authenticate(header: string | undefined): Token {
    const given = /^Bearer (.+)$/.exec(header ?? '')?.[1] ?? '';
    const [, id, plain = given] = /^(\d+)\|(.*)$/.exec(given) ?? [];
    const hash = sha256(plain);
    const token = world.state.tokens.find((t) => t.hash === hash && (id === undefined || t.id === Number(id)));
    if (token === undefined || (token.expires_at !== null && token.expires_at <= world.clock.now()))
      throw refuse(401, 'Unauthenticated.');
    return token;
  }

  /** Everything that stands between a valid token and the handler. */
  function authorize(token: Token, ability: string, path: string): Team {
    const { state } = world;
    const membership = state.memberships.find((m) => m.user_id === token.user_id && m.team_id === token.team_id);
    const team = state.teams.get(token.team_id);
    if (membership === undefined || team === undefined) throw refuse(401, 'Invalid token.');
    if (membership.role === 'member' && token.abilities.some((held) => held !== 'read'))
      throw refuse(403, 'Missing required team role.');
    if (!state.instance.apiEnabled && !/\/(enable|disable)$/.test(path))
      throw refuse(403, 'API is disabled.', { success: true });
    if (!token.abilities.some((held) => held === 'root' || held === ability))
      throw refuse(403, `Missing required permissions: ${ability}`);
    return team;
  }

  async function makeCall(c: Context, token: Token, team: Team | undefined): Promise<Call> {
    const body: RawBody = { text: await c.req.text(), contentType: c.req.header('content-type') ?? '' };
    const query = clean(parseQuery(new URL(c.req.url).search)) as JsonObject;
    const role = world.state.memberships.find((m) => m.user_id === token.user_id && m.team_id === token.team_id)?.role;
    return {
      world,
      params: c.req.param(),
      query,
      input: { ...query, ...(clean(parseBody(body)) as JsonObject) },
      authorization: c.req.header('authorization'),
      token,
      team: team ?? nobodysTeam,
      sensitive: role !== 'member' && token.abilities.some((held) => held === 'root' || held === 'read:sensitive'),
      requireJson: () => requireJsonBody(body),
    };
  }
}

const nobodysTeam: Team = {
  id: -1,
  name: '',
  description: null,
  personal_team: false,
  created_at: '',
  updated_at: '',
  show_boarding: false,
  custom_server_limit: null,
  is_mcp_server_enabled: false,
};

function notBuilt(operation: Operation): Handler {
  return () => {
    throw refuse(
      501,
      `The Coolify emulator does not know "${operation}" yet: neither a recorded exchange nor a rule tells what Coolify would answer.`,
    );
  };
}

function refusal(status: number): Response {
  const limited = status === 429;
  const message = limited ? 'Too Many Attempts.' : 'Server Error';
  return Response.json({ message }, { status, headers: limited ? { 'retry-after': '1' } : {} });
}

/** Ends the connection without an answer, as a network that fails does. */
function hangUp(c: Context): Response {
  (c.env as Connection | undefined)?.incoming?.socket.destroy();
  return RESPONSE_ALREADY_SENT;
}

/** Laravel matches routes against the decoded path, so an encoded slash separates (recorded: bad-input 20). */
function getPath(request: Request): string {
  const path = new URL(request.url).pathname;
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function isLoopback(address: string): boolean {
  return /(^|:)127\.|^::1$|^local$/.test(address);
}

/** The caller's address, which user 0 shares with those without a token (recorded: rate-limit 7–14). */
function address(c: Context): string {
  return (c.env as Connection | undefined)?.incoming?.socket.remoteAddress ?? 'local';
}

/** What the server of Node gives beside the request. */
interface Connection {
  incoming?: IncomingMessage;
}
