import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { type Emulator, type FaultOrder, startEmulator } from '../src/index.ts';

const bundles = fileURLToPath(new URL('../../contracts/coolify/fixtures', import.meta.url));
const nothing: FaultOrder = {
  rules: [],
  failBuilds: null,
  queueFull: false,
  diskFull: false,
  unreachable: [],
  harm: {},
};
let folder: string;
let coolify: Emulator;
let image: string;
let web: string;
const errors: unknown[] = [];

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-faults-'));
  execFileSync('git', ['clone', '--quiet', '--mirror', join(bundles, 'web.bundle'), join(folder, 'acme/web.git')]);
  coolify = await startEmulator({
    speed: 100,
    rateLimit: Number.POSITIVE_INFINITY,
    git: { 'git.example.test': folder },
    onError: (error) => errors.push(error),
  });
  const place = { project_uuid: 'project', server_uuid: 'localhost', environment_name: 'production' };
  const made = await post('/applications/dockerimage', {
    ...place,
    docker_registry_image_name: '127.0.0.1:5000/acme/hello',
    docker_registry_image_tag: '1.0.0',
    ports_exposes: '3000',
  });
  image = String(made.uuid);
  const built = await post('/applications/public', {
    ...place,
    git_repository: 'http://git.example.test/acme/web.git',
    git_branch: 'main',
    build_pack: 'dockerfile',
    ports_exposes: '80',
  });
  web = String(built.uuid);
});
afterEach(() => order(nothing));
afterAll(async () => {
  await coolify.close();
  await rm(folder, { recursive: true });
  expect(errors).toEqual([]);
});

type Answer = Record<string, unknown>;

function send(method: string, path: string, body?: object): Promise<Response> {
  return fetch(`${coolify.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${coolify.tokens.root}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
const post = async (path: string, body?: object) => (await (await send('POST', path, body)).json()) as Answer;
const get = async (path: string) => (await (await send('GET', path)).json()) as Answer;

async function control(name: string, body: object): Promise<{ status: number; body: Answer }> {
  const response = await fetch(`${coolify.url}/__emulator/${name}`, { method: 'POST', body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Answer };
}
const order = (faults: FaultOrder) => control('faults', faults);

async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    await coolify.clock.sleep(500);
  }
}

async function deploy(uuid: string): Promise<Answer> {
  const { deployment_uuid: deployment } = await post(`/applications/${uuid}/start?force=true`);
  return await until(
    () => get(`/deployments/${deployment}`),
    ({ status }) => status !== 'queued' && status !== 'in_progress',
  );
}

test('a connection ends before or after the effect, and either way without an answer', async () => {
  await order({ rules: [{ method: 'POST', path: '/projects', drop: 'before', times: 1 }] });
  await expect(send('POST', '/projects', { name: 'never made' })).rejects.toThrow('fetch failed');
  await order({ rules: [{ method: 'POST', path: '/projects', drop: 'after', times: 1 }] });
  await expect(send('POST', '/projects', { name: 'made unseen' })).rejects.toThrow('fetch failed');
  const projects = (await (await send('GET', '/projects')).json()) as Answer[];
  expect(projects.map(({ name }) => name)).toEqual(['My first project', 'made unseen']);
});

test('a status and its latency are the same for the same seed', async () => {
  const draw = async (seed: number) => {
    await order({ seed, rules: [{ path: '/version', status: 503, chance: 0.5, latency: [1, 3] }] });
    const statuses: number[] = [];
    for (let call = 0; call < 24; call++) statuses.push((await send('GET', '/version')).status);
    return statuses;
  };
  const first = await draw(7);
  expect(new Set(first)).toEqual(new Set([200, 503]));
  expect(await draw(7)).toEqual(first);
  expect(await draw(8)).not.toEqual(first);
});

test('a build fails with the line that was asked for, then on a full disk, then not at all', async () => {
  await order({ failBuilds: { line: 'error: the moon is in the way', times: 1 }, diskFull: true });
  for (const line of ['error: the moon is in the way', 'no space left on device']) {
    const { status, logs } = await deploy(web);
    expect(status).toBe('failed');
    expect(logs).toContain(line);
  }
  await order({ diskFull: false });
  expect(await deploy(web)).toMatchObject({ status: 'finished' });
});

test('a full queue refuses by status and words', async () => {
  await order({ queueFull: true });
  const refused = await send('POST', `/deploy?uuid=${image}`);
  expect([refused.status, refused.headers.get('retry-after')]).toEqual([429, '60']);
});

test('a crash loop and the end of memory show as restarts, until the limit stops the application', async () => {
  expect(await deploy(image)).toMatchObject({ status: 'finished' });
  await order({ harm: { [image]: 'out of memory' } });
  const looping = await until(
    () => get(`/applications/${image}`),
    ({ restart_count: count }) => Number(count) > 0,
  );
  expect(looping.last_restart_type).toBe('crash');
  const states = coolify.machine.containers().map((container) => container.state());
  expect(states.some(({ exitCode }) => exitCode === 137)).toBe(true);

  await order({ harm: { [image]: 'crash' } });
  await send('PATCH', `/applications/${image}`, { max_restart_count: 2 });
  const stopped = await until(
    () => get(`/applications/${image}`),
    ({ status }) => status === 'exited:unhealthy',
  );
  expect(Number(stopped.restart_count)).toBeGreaterThanOrEqual(2);
});

test('a container that is killed stays down', async () => {
  expect(await deploy(image)).toMatchObject({ status: 'finished' });
  const { body } = await control('kill', { application: image });
  expect(body.killed).toHaveLength(1);
  await until(
    () => get(`/applications/${image}`),
    ({ status }) => status === 'exited:unhealthy',
  );
  expect((await control('kill', { application: 'nobody' })).status).toBe(404);
});

test('a server that is away is noticed by the minute, and again when it is back', async () => {
  await order({ unreachable: ['localhost'] });
  type Server = { unreachable_count: number; settings: { is_reachable: boolean; is_usable: boolean } };
  const server = async () => (await get('/servers/localhost')) as unknown as Server;
  const away = await until(server, ({ unreachable_count: count }) => count === 2);
  expect(away.settings).toMatchObject({ is_reachable: false, is_usable: false });
  expect(await deploy(image)).toMatchObject({ status: 'failed' });
  await order({ unreachable: [] });
  await until(server, ({ settings, unreachable_count: count }) => settings.is_usable && count === 0);
});

test('an order that cannot be followed says what can be ordered', async () => {
  const { status, body } = await control('faults', { rules: [{ drop: 'sometimes' }] });
  expect([status, body.message]).toEqual([400, '"drop" in a rule has to be "before" or "after".']);
  expect((await control('faults', { fullQueue: true })).body.message).toContain('use any of seed, rules, failBuilds');
});
