import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { PROBES, probeAbilities } from './abilities.ts';
import type { Budget } from './budget.ts';
import { createTransport } from './transport.ts';

interface Exchange {
  as: string;
  request: { method: string; path: string; body?: unknown };
  response: { status: number; headers: Record<string, string>; body?: { message?: string } & object };
}

const recorded = (name: string): Exchange[] => {
  const file = join(import.meta.dirname, '../../contracts/coolify/recordings', `${name}.json`);
  return JSON.parse(readFileSync(file, 'utf8')).exchanges.filter((exchange: Partial<Exchange>) => exchange.request);
};

const unlimited: Budget = {
  take: async () => () => {},
  pause: () => {},
  state: () => ({ limit: 0, left: 0, resetsInMs: 0 }),
};

/** A Coolify that knows one token by its abilities, and answers the probes as the recorded one did. */
function coolifyWith(abilities: readonly string[], refuse?: { status: number; message: string }) {
  const asked: string[] = [];
  const may = (ability: string) => abilities.includes('root') || abilities.includes(ability);
  const answer = (status: number, body: object) => Response.json(body, { status });
  const transport = createTransport({
    baseUrl: 'http://coolify.example.test',
    token: '1|a-token-of-the-tests',
    budget: unlimited,
    clock: { now: () => 0, sleep: async () => {} },
    fetch: async (url, init) => {
      const path = new URL(String(url)).pathname.replace('/api/v1', '');
      asked.push(`${init?.method} ${path} ${init?.body ?? ''}`.trim());
      if (refuse) return answer(refuse.status, { message: refuse.message });
      const needed = path === '/deploy' ? 'deploy' : init?.method === 'PATCH' ? 'write' : 'read';
      if (!may(needed)) return answer(403, { message: `Missing required permissions: ${needed}` });
      if (path === '/version') return new Response('4.3.11', { headers: { 'content-type': 'text/html' } });
      if (path === '/deploy') return answer(400, { message: 'You must provide uuid or tag.' });
      if (needed === 'write') return answer(400, { message: 'Invalid request.', error: 'Empty JSON.' });
      return answer(200, may('read:sensitive') ? { id: 1, webhook_url: null } : { id: 1 });
    },
  });
  return { transport, asked };
}

describe('the probes', () => {
  test('were recorded to look at the ability first, and then to do nothing', () => {
    const sweep = recorded('sweep');
    const seen = (method: string, path: string) =>
      sweep
        .filter(({ request }) => request.method === method && request.path === `/api/v1${path}`)
        .filter(({ request }) => method === 'GET' || JSON.stringify(request.body) === '{}')
        .map(({ as, response }) => [as, response.status, response.body?.message]);
    expect(seen('POST', PROBES.deploy.path)).toEqual([
      ['nobody', 401, 'Unauthenticated.'],
      ['read', 403, 'Missing required permissions: deploy'],
      ['root', 400, 'You must provide uuid or tag.'],
    ]);
    expect(seen('PATCH', '/projects/nothing')).toEqual([
      ['nobody', 401, 'Unauthenticated.'],
      ['read', 403, 'Missing required permissions: write'],
      ['root', 400, 'Invalid request.'],
      ['second', 400, 'Invalid request.'],
    ]);
    expect(seen('GET', PROBES.read.path).find(([as]) => as === 'deploy')).toEqual([
      'deploy',
      403,
      'Missing required permissions: read',
    ]);
    expect(PROBES.deploy.body).toEqual({});
    expect(PROBES.write.body).toEqual({});
    // Coolify's own ids are 24 lower-case letters and digits.
    expect(PROBES.write.path).not.toMatch(/^\/projects\/[a-z0-9]{24}$/);
  });

  test('of what is sensitive: the key is there for who may read it, and missing for plain read', () => {
    const keys = recorded('webhooks')
      .filter(({ request, response }) => request.method === 'GET' && response.status === 200)
      .filter(({ request }) => request.path === `/api/v1${PROBES['read:sensitive'].path}`)
      .map(({ as, response }) => [as, 'webhook_url' in (response.body ?? {})] as const);
    expect(new Map(keys)).toEqual(
      new Map([
        ['root', true],
        ['read-sensitive', true],
        ['read', false],
        ['second', true],
      ]),
    );
  });
});

describe('probeAbilities', () => {
  test.each([
    [['root'], { read: 'yes', 'read:sensitive': 'yes', write: 'yes', deploy: 'yes' }],
    [['read'], { read: 'yes', 'read:sensitive': 'no', write: 'no', deploy: 'no' }],
    [['deploy'], { read: 'no', 'read:sensitive': 'no', write: 'no', deploy: 'yes' }],
    [['read', 'read:sensitive', 'write'], { read: 'yes', 'read:sensitive': 'yes', write: 'yes', deploy: 'no' }],
  ])('%j', async (abilities, expected) => {
    const { transport } = coolifyWith(abilities);
    expect(await probeAbilities(transport)).toMatchObject(expected);
  });

  test('says in words what is lacking', async () => {
    const { transport } = coolifyWith(['read', 'read:sensitive', 'write']);
    const { says } = await probeAbilities(transport);
    expect(says).toEqual(['This token cannot deploy, start, stop or restart anything (it lacks deploy).']);
  });

  test('says why a plain member may do nothing', async () => {
    const { transport } = coolifyWith([], { status: 403, message: 'Missing required team role.' });
    const { says, read, deploy } = await probeAbilities(transport);
    expect({ read, deploy }).toEqual({ read: 'no', deploy: 'no' });
    expect(says.at(-1)).toMatch(/plain member/);
  });

  test('a token that is none is an error, not an ability', async () => {
    const { transport } = coolifyWith([], { status: 401, message: 'Unauthenticated.' });
    await expect(probeAbilities(transport)).rejects.toMatchObject({ kind: 'unauthenticated' });
  });

  test('a Coolify that falls over leaves it unknown, and says so', async () => {
    const { transport } = coolifyWith([], { status: 500, message: 'Server Error' });
    const held = await probeAbilities(transport);
    expect(held).toMatchObject({ read: 'unknown', write: 'unknown', deploy: 'unknown' });
    expect(held.says[0]).toBe('Whether it may read is unknown: Server Error');
  });

  test('asks four times and names nothing that could be', async () => {
    const { transport, asked } = coolifyWith(['root']);
    await probeAbilities(transport);
    expect(asked).toEqual([
      'GET /version',
      'PATCH /projects/ability-probe {}',
      'POST /deploy {}',
      'GET /notifications/webhook',
    ]);
  });
});
