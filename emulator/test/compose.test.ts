import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';

const bundles = fileURLToPath(new URL('../../contracts/coolify/fixtures', import.meta.url));
let folder: string;
let coolify: Emulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-compose-'));
  execFileSync('git', ['clone', '--quiet', '--mirror', join(bundles, 'stack.bundle'), join(folder, 'acme/stack.git')]);
  coolify = await startEmulator({ speed: 100, git: { 'git.example.test': folder } });
});
afterAll(async () => {
  await coolify.close();
  await rm(folder, { recursive: true });
});

async function call(method: string, path: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${coolify.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${coolify.tokens.root}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function deploy(uuid: unknown): Promise<Record<string, unknown>> {
  const { deployment_uuid: deployment } = await call('POST', `/applications/${uuid}/start`);
  return await until(
    () => call('GET', `/deployments/${deployment}`),
    ({ status }) => status !== 'queued' && status !== 'in_progress',
  );
}

async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    await coolify.clock.sleep(500);
  }
}

function page(host: string): Promise<string> {
  return new Promise((resolve, reject) => {
    const asked = request({ ...coolify.proxy, path: '/', headers: { host } }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end();
  });
}

test('a compose application is a container for each service, replaced as a whole, the domain leading to its own', async () => {
  const { uuid } = await call('POST', '/applications/public', {
    project_uuid: 'project',
    server_uuid: 'localhost',
    environment_name: 'production',
    git_repository: 'http://git.example.test/acme/stack.git',
    git_branch: 'main',
    build_pack: 'dockercompose',
    docker_compose_domains: [{ name: 'web', domain: 'http://stack.example.test' }],
  });
  const first = await deploy(uuid);
  expect(first.status, String(first.logs)).toBe('finished');
  const names = () => coolify.machine.containers().map(({ name }) => name);
  const before = names();
  expect(before.map((name) => name.split('-')[0]).sort()).toEqual(['cache', 'web']);
  await until(
    () => page('stack.example.test'),
    (text) => text.includes('hi from the stack'),
  );

  expect(await deploy(uuid)).toMatchObject({ status: 'finished' });
  expect(names()).toHaveLength(2);
  expect(names().some((name) => before.includes(name))).toBe(false);
});
