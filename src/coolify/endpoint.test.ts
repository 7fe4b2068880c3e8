import { describe, expect, expectTypeOf, test } from 'vitest';
import type { Budget } from './budget.ts';
import { coolify } from './coolify.ts';
import { CoolifyError } from './error.ts';

const unlimited: Budget = {
  take: async () => () => {},
  pause: () => {},
  state: () => ({ limit: 0, left: 0, resetsInMs: 0 }),
};

/** A client that keeps what it was about to send, and is answered the same each time. */
function recordingClient(answer: unknown = {}, status = 200) {
  const sent: { method: string; url: string; body: unknown }[] = [];
  const client = coolify({
    baseUrl: 'https://coolify.example.com/api/v1/',
    token: '1|a-token-of-the-tests',
    budget: unlimited,
    fetch: async (url, init) => {
      if (String(url).endsWith('/version')) return new Response('4.3.11');
      sent.push({
        method: init?.method ?? '',
        url: String(url),
        body: typeof init?.body === 'string' ? JSON.parse(init.body) : undefined,
      });
      return Response.json(answer, { status });
    },
  });
  return { client, sent };
}

describe('a call', () => {
  test('puts ids into the path, and the rest where Coolify reads it', async () => {
    const { client, sent } = recordingClient({ uuid: 'a', message: 'ok', logs: 'x' });
    await client.applications.update('a', { name: 'web', description: undefined });
    await client.applications.logs('a', { lines: 5 });
    await client.applications.start('a', { force: true });
    await client.scheduledTasks.execute('services', 's', 't');
    expect(sent).toEqual([
      { method: 'PATCH', url: 'https://coolify.example.com/api/v1/applications/a', body: { name: 'web' } },
      { method: 'GET', url: 'https://coolify.example.com/api/v1/applications/a/logs?lines=5', body: undefined },
      { method: 'POST', url: 'https://coolify.example.com/api/v1/applications/a/start?force=true', body: undefined },
      {
        method: 'POST',
        url: 'https://coolify.example.com/api/v1/services/s/scheduled-tasks/t/execute',
        body: undefined,
      },
    ]);
  });

  test('sends in base64 what Coolify wants so, given as plain text', async () => {
    const { client, sent } = recordingClient({ uuid: 's' });
    await client.services.create({
      project_uuid: 'p',
      server_uuid: 's',
      environment_name: 'e',
      docker_compose_raw: 'services: ü',
    });
    expect(sent[0]?.body).toMatchObject({ docker_compose_raw: Buffer.from('services: ü').toString('base64') });
  });

  test.each([
    ['', 'DELETE /applications/ would be another call'],
    ['.', 'a URL forgets it'],
    ['..', 'a URL climbs by it'],
    ['a/b', 'it is two'],
    ['a\\b', 'a URL may turn it into a slash'],
  ])('refuses the id %j: %s', async (uuid) => {
    const { client, sent } = recordingClient();
    await expect(client.applications.delete(uuid)).rejects.toMatchObject({
      kind: 'invalid',
      sent: 'no',
      fields: { uuid: [expect.any(String)] },
    });
    expect(sent).toEqual([]);
  });

  test('sends a strange id as what it is', async () => {
    const { client, sent } = recordingClient({ id: 1, uuid: 'e', name: 'e' });
    await client.projects.environment('p', 'a b?c#d%2e');
    expect(sent[0]?.url).toBe('https://coolify.example.com/api/v1/projects/p/a%20b%3Fc%23d%252e');
  });

  test('refuses a word in the place of a number, and a kind that is none', async () => {
    const { client, sent } = recordingClient();
    await expect(client.githubApps.delete('x' as never)).rejects.toMatchObject({ kind: 'invalid', sent: 'no' });
    await expect(client.githubApps.delete(1.5)).rejects.toMatchObject({ kind: 'invalid' });
    await expect(client.tags.of('servers' as never, 's')).rejects.toMatchObject({ kind: 'invalid' });
    expect(sent).toEqual([]);
  });

  test('tells how an unexpected answer differs, without its values', async () => {
    const { client } = recordingClient({ uuid: 7, name: 'secret-name' });
    const error = await client.projects.get('p').catch((thrown) => thrown);
    expect(error).toBeInstanceOf(CoolifyError);
    expect(error).toMatchObject({
      kind: 'unexpected_answer',
      sent: 'answered',
      status: 200,
      request: { method: 'GET', path: '/projects/p' },
    });
    expect(error.message).toBe('Coolify answered 200 in an unexpected form: uuid: string expected.');
  });

  test('has its types from the path and the schema', () => {
    const { client } = recordingClient();
    expectTypeOf(client.applications.get).parameters.toEqualTypeOf<[string, options?: { signal?: AbortSignal }]>();
    expectTypeOf(client.tags.of).parameter(0).toEqualTypeOf<'applications' | 'databases' | 'services'>();
    expectTypeOf(client.teams.get).parameter(0).toEqualTypeOf<number>();
    expectTypeOf(client.applications.logs).returns.resolves.toEqualTypeOf<string>();
  });
});

describe('an application', () => {
  const from = { project_uuid: 'p', server_uuid: 's', environment_name: 'e', docker_registry_image_name: 'nginx' };

  test('that was made without being named is an error that tells how to find it', async () => {
    const { client } = recordingClient({ message: 'Deployment already queued for this commit.' });
    await expect(client.applications.createFromImage(from)).rejects.toMatchObject({
      kind: 'unexpected_answer',
      sent: 'answered',
      next: expect.stringContaining('by its name'),
    });
  });

  test('is answered with its id', async () => {
    const { client } = recordingClient({ uuid: 'a', domains: null }, 201);
    expect(await client.applications.createFromImage(from)).toEqual({ uuid: 'a', domains: null });
  });
});

describe('deploying', () => {
  test('several tells which Coolify did not know', async () => {
    const { client, sent } = recordingClient({
      deployments: [{ message: 'Application a deployment queued.', resource_uuid: 'a', deployment_uuid: 'd' }],
    });
    expect(await client.deployments.deployMany({ uuids: ['a', 'b'], force: true })).toEqual({
      outcomes: [{ queued: true, deploymentUuid: 'd', message: 'Application a deployment queued.', resourceUuid: 'a' }],
      unknown: ['b'],
    });
    expect(sent[0]?.body).toEqual({ uuid: 'a,b', force: true });
  });

  test('one takes no list', async () => {
    const { client, sent } = recordingClient();
    await expect(client.deployments.deploy({ uuid: 'a,b' })).rejects.toMatchObject({ kind: 'invalid', sent: 'no' });
    expect(sent).toEqual([]);
  });
});

test('names and states come through the servers, each once', async () => {
  const row = (uuid: string) => ({ uuid, name: uuid, type: 'application', status: 'running:healthy' });
  const asked: string[] = [];
  const client = coolify({
    baseUrl: 'https://coolify.example.com',
    token: '1|a-token-of-the-tests',
    budget: unlimited,
    fetch: async (url) => {
      const { pathname } = new URL(String(url));
      asked.push(pathname);
      if (pathname.endsWith('/version')) return new Response('4.3.11');
      if (pathname.endsWith('/servers'))
        return Response.json([
          { uuid: 's1', name: 'one' },
          { uuid: 's2', name: 'two' },
        ]);
      return Response.json(pathname.includes('s1') ? [row('a'), row('b')] : [row('b'), row('c')]);
    },
  });
  const all = await client.servers.allResources();
  expect(all.map(({ uuid, server_uuid }) => [uuid, server_uuid])).toEqual([
    ['a', 's1'],
    ['b', 's1'],
    ['c', 's2'],
  ]);
  expect(asked).not.toContain('/api/v1/applications');
});
