import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Budget } from './budget.ts';
import { calls } from './coolify.ts';
import { type LogEntry, requestDeploy } from './deployments.ts';
import type { Endpoint } from './endpoint.ts';
import { CoolifyError, type Kind } from './error.ts';
import { createTransport } from './transport.ts';

interface Exchange {
  n: number;
  request: { method: string; path: string };
  response: { status: number; headers: Record<string, string>; body?: unknown; text?: string };
}

const folder = join(import.meta.dirname, '../../contracts/coolify/recordings');
const exchanges = readdirSync(folder)
  .filter((name) => name.endsWith('.json'))
  .flatMap((name) => {
    const recording = JSON.parse(readFileSync(join(folder, name), 'utf8')) as { exchanges: Partial<Exchange>[] };
    return recording.exchanges
      .filter((exchange): exchange is Exchange => exchange.request !== undefined)
      .map((exchange) => ({ ...exchange, label: `${name.replace('.json', '')} ${exchange.n}` }));
  });

type AnyEndpoint = Endpoint<unknown[], unknown>;

function endpointsOf(tree: object): AnyEndpoint[] {
  return Object.values(tree).flatMap((value) => {
    if (typeof value === 'function') return 'spec' in value ? [value as AnyEndpoint] : [];
    return endpointsOf(value as object);
  });
}

const placeholders = (endpoint: AnyEndpoint) => endpoint.spec.path.match(/\{[^}:]+\}/g)?.length ?? 0;

/** Those that fix more of the path first: `/projects/{uuid}/environments` is not `/projects/{uuid}/{environment}`. */
const known = [...endpointsOf(calls), requestDeploy as unknown as AnyEndpoint]
  .filter(({ spec }) => spec.path !== '/deploy' || spec.answer === requestDeploy.spec.answer)
  .map((endpoint) => ({ endpoint, pattern: patternOf(endpoint.spec.path) }))
  .sort((a, b) => placeholders(a.endpoint) - placeholders(b.endpoint));

function patternOf(path: string): RegExp {
  const pattern = path.replace(/\{[^}:]+(?::([^}]+))?\}/g, (_, form: string | undefined) =>
    form === undefined ? '([^/]+)' : form === 'int' ? '(\\d+|\\{\\w+\\})' : `(${form})`,
  );
  return new RegExp(`^/api/v1${pattern}$`);
}

function callFor({ request }: Exchange): { endpoint: AnyEndpoint; args: unknown[] } | undefined {
  const path = request.path.split('?')[0] ?? '';
  for (const { endpoint, pattern } of known) {
    const found = endpoint.spec.method === request.method ? path.match(pattern) : null;
    if (!found) continue;
    const forms = [...endpoint.spec.path.matchAll(/\{[^}:]+(?::([^}]+))?\}/g)];
    const ids = found
      .slice(1)
      .map((text, place) => (forms[place]?.[1] === 'int' ? Number(/\d+/.exec(text) ?? 1) : decodeURIComponent(text)));
    return { endpoint, args: [...ids, ...(endpoint.spec.takes ? [{}] : [])] };
  }
  return undefined;
}

const unlimited: Budget = {
  take: async () => () => {},
  pause: () => {},
  state: () => ({ limit: 0, left: 0, resetsInMs: 0 }),
};

/** A client whose every request is answered by one recorded answer; it asks for the version first. */
function transportAnswering({ response }: Exchange) {
  return createTransport({
    baseUrl: 'http://coolify.example.test',
    token: '1|not-a-token-of-anyone',
    budget: unlimited,
    clock: { now: () => 0, sleep: async () => {} },
    fetch: async (url) => {
      if (String(url).endsWith('/version') && response.text === undefined)
        return new Response('4.3.11', { headers: { 'content-type': 'text/html; charset=utf-8' } });
      const text = response.body === undefined ? (response.text ?? '') : JSON.stringify(response.body);
      return new Response(text, { status: response.status, headers: response.headers });
    },
  });
}

const NOT_COVERED = [
  // Aliases of the paths that every version has, and what the client has no use for.
  'GET /api/v1/team',
  'GET /api/v1/team/members',
  // A word where a number belongs, which Coolify reads as 0 and the client does not send.
  'GET /api/v1/teams/nothing',
  'GET /api/v1/teams/nothing/members',
  'HEAD /api/v1/projects',
];

describe('every recorded success', () => {
  const successes = exchanges.filter(({ response }) => response.status < 300);

  test('is of a call the client has', () => {
    const missing = successes
      .filter((exchange) => !callFor(exchange))
      .map(({ request }) => `${request.method} ${request.path}`);
    expect([...new Set(missing)].sort()).toEqual(NOT_COVERED);
    expect(successes.length).toBeGreaterThan(600);
  });

  test('fits the schema of its call, which drops and changes nothing', () => {
    const faults: string[] = [];
    for (const exchange of successes) {
      const call = callFor(exchange);
      if (!call) continue;
      const { answer, text } = call.endpoint.spec;
      const sent = text ? exchange.response.text : exchange.response.body;
      const parsed = answer.safeParse(sent);
      if (!parsed.success) faults.push(`${exchange.label}: ${parsed.error.message}`);
      else faults.push(...differences(sent, parsed.data).map((path) => `${exchange.label}: ${path}`));
    }
    expect(faults).toEqual([]);
  });

  test('is taken by the call itself', async () => {
    const faults: string[] = [];
    for (const exchange of successes) {
      const call = callFor(exchange);
      if (!call) continue;
      try {
        await call.endpoint(transportAnswering(exchange), ...call.args);
      } catch (error) {
        faults.push(`${exchange.label}: ${error}`);
      }
    }
    expect(faults).toEqual([]);
  });
});

describe('every recorded refusal', () => {
  const refusals = exchanges.filter(({ response }) => response.status >= 400);
  const BY_STATUS: Record<number, readonly Kind[]> = {
    400: ['invalid', 'queue_full'],
    401: ['unauthenticated'],
    403: ['ability_missing', 'role_missing', 'api_disabled', 'root_team_only'],
    404: ['not_found', 'invalid'],
    405: ['method_moved'],
    409: ['conflict'],
    422: ['invalid'],
    429: ['rate_limited', 'queue_full'],
    500: ['server_error'],
  };

  const refused = async (exchange: Exchange) => {
    const method = exchange.request.method === 'GET' ? 'GET' : 'POST';
    const outgoing = { method, route: '/x', path: '/x' } as const;
    const error = await transportAnswering(exchange)
      .exchange(outgoing)
      .catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CoolifyError);
    return error as CoolifyError;
  };

  test('has a kind of its own, words, and a next step', async () => {
    const faults: string[] = [];
    for (const exchange of refusals) {
      const error = await refused(exchange);
      const fits = BY_STATUS[exchange.response.status]?.includes(error.kind);
      if (!fits || error.message === '' || error.next === '' || error.sent !== 'answered')
        faults.push(`${exchange.label}: ${exchange.response.status} became ${error.kind}`);
    }
    expect(faults).toEqual([]);
    expect(refusals.length).toBeGreaterThan(1500);
  });

  test('keeps every field and sentence that Coolify names', async () => {
    const faults: string[] = [];
    for (const exchange of refusals) {
      const errors = (exchange.response.body as { errors?: unknown } | undefined)?.errors;
      if (errors === undefined) continue;
      const { fields } = await refused(exchange);
      const said = Object.entries(fields).flatMap(([field, sentences]) => [field, ...sentences]);
      for (const word of wordsOf(errors)) if (!said.includes(word)) faults.push(`${exchange.label}: ${word}`);
    }
    expect(faults).toEqual([]);
  });

  test.each([
    ['access 32', 'ability_missing', { missingAbility: 'deploy' }],
    ['access 115', 'api_disabled', {}],
    ['access 104', 'root_team_only', {}],
    ['access 119', 'root_team_only', {}],
    ['deploy-queue 58', 'role_missing', {}],
    ['deploy-queue 18', 'queue_full', { retryAfterMs: 60_000 }],
    ['deploy-queue 22', 'queue_full', {}],
    ['rate-limit 18', 'rate_limited', { retryAfterMs: 48_000 }],
    ['access 105', 'method_moved', {}],
  ])('%s is %s', async (label, kind, rest) => {
    const exchange = exchanges.find((one) => one.label === label);
    expect(await refused(exchange!)).toMatchObject({ kind, ...rest });
  });

  test('of a domain names each holder', async () => {
    const error = await refused(exchanges.find(({ label }) => label === 'apps-image 8')!);
    expect(error.conflicts[0]).toMatchObject({ domain: 'https://one.example.com', resource_type: 'application' });
  });

  test('of a service type names those there are', async () => {
    const error = await refused(exchanges.find(({ label }) => label === 'services 2')!);
    expect(error).toMatchObject({ kind: 'invalid', fields: { type: ['Invalid service type.'] } });
    expect(error.choices).toHaveLength(340);
  });
});

describe('deployments', () => {
  const answerOf = async (exchange: Exchange) => {
    const call = callFor(exchange)!;
    return (await call.endpoint(transportAnswering(exchange), ...call.args)) as never;
  };

  test('have their log read into entries, none lost', async () => {
    let entries = 0;
    for (const exchange of exchanges) {
      const body = exchange.response.body as { logs?: unknown; deployment_uuid?: string } | undefined;
      if (exchange.response.status !== 200 || !body?.deployment_uuid || exchange.request.method !== 'GET') continue;
      const { logs } = (await answerOf(exchange)) as { logs?: LogEntry[] | null };
      if (typeof body.logs === 'string') {
        expect(logs).toEqual(JSON.parse(body.logs));
        entries += logs?.length ?? 0;
      } else expect(logs).toBe(body.logs);
    }
    expect(entries).toBeGreaterThan(500);
  });

  test('that are active come as a list in their order, also where Coolify sends an object', async () => {
    let objects = 0;
    for (const exchange of exchanges) {
      if (exchange.request.path !== '/api/v1/deployments' || exchange.response.status !== 200) continue;
      const body = exchange.response.body as object;
      const rows = (await answerOf(exchange)) as { id: number }[];
      expect(rows.map(({ id }) => id)).toEqual(
        Object.values(body)
          .map(({ id }) => id)
          .sort((a, b) => a - b),
      );
      if (!Array.isArray(body)) objects += 1;
    }
    expect(objects).toBeGreaterThan(0);
  });
});

/** Where the parsed answer differs from what was sent, by path. */
function differences(sent: unknown, parsed: unknown, path = ''): string[] {
  if (typeof sent !== 'object' || sent === null) return Object.is(sent, parsed) ? [] : [path || 'the whole'];
  if (typeof parsed !== 'object' || parsed === null) return [path];
  const keys = new Set([...Object.keys(sent), ...Object.keys(parsed)]);
  return [...keys].flatMap((key) =>
    differences((sent as Record<string, unknown>)[key], (parsed as Record<string, unknown>)[key], `${path}.${key}`),
  );
}

/** Field names and sentences of an `errors`, in whatever form. */
function wordsOf(errors: unknown): string[] {
  if (typeof errors === 'string') return [errors];
  if (Array.isArray(errors)) return errors.flatMap(wordsOf);
  return Object.entries(errors as object).flatMap(([field, sentences]) => [field, ...wordsOf(sentences)]);
}
