import { execFileSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Emulator, startEmulator } from '../src/index.ts';

const bundle = fileURLToPath(new URL('../../contracts/coolify/fixtures/web.bundle', import.meta.url));
let folder: string;
let coolify: Emulator;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'emulator-test-'));
  execFileSync('git', ['clone', '--quiet', '--mirror', bundle, join(folder, 'git/acme/web.git')]);
  coolify = await start();
});
afterAll(async () => {
  await coolify.close();
  await rm(folder, { recursive: true });
});

const start = () =>
  startEmulator({ speed: 40, git: { 'git.example.test': join(folder, 'git') }, stateFolder: join(folder, 'state') });

async function call(method: string, path: string, token: string, body?: object): Promise<Record<string, unknown>> {
  const response = await fetch(`${coolify.url}/api/v1${path}`, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  return (await response.json()) as Record<string, unknown>;
}

async function until<T>(look: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await look();
    if (wanted(value)) return value;
    await coolify.clock.sleep(500);
  }
}

test('a repository becomes a page behind the proxy, and the record outlives a restart of the emulator', async () => {
  const token = coolify.tokens.root ?? '';
  const made = await call('POST', '/applications/public', token, {
    project_uuid: 'project',
    server_uuid: 'localhost',
    environment_name: 'production',
    git_repository: 'http://git.example.test/acme/web.git',
    git_branch: 'main',
    build_pack: 'dockerfile',
    ports_exposes: '80',
    domains: 'http://web.example.test',
  });
  const started = await call('POST', `/applications/${made.uuid}/start`, token);
  const deployment = await until(
    () => call('GET', `/deployments/${started.deployment_uuid}`, token),
    ({ status }) => status !== 'queued' && status !== 'in_progress',
  );
  expect(deployment.status, String(deployment.logs)).toBe('finished');
  await until(
    () => call('GET', `/applications/${made.uuid}`, token),
    ({ status }) => status === 'running:unknown',
  );
  expect(await page()).toContain('acme web v3');

  await coolify.close();
  coolify = await start();
  expect(coolify.tokens).toEqual({});
  const kept = await call('GET', `/applications/${made.uuid}`, token);
  expect(kept.name).toMatch(/^web\.git:main-/);
  expect(await until(page, (text) => text.includes('acme web'))).toContain('acme web v3');
  await until(
    () => call('GET', `/applications/${made.uuid}`, token),
    ({ status }) => status === 'running:unknown',
  );
});

async function page(): Promise<string> {
  const { request } = await import('node:http');
  return await new Promise((resolve, reject) => {
    const asked = request({ ...coolify.proxy, path: '/', headers: { host: 'web.example.test' } }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += chunk));
      response.on('end', () => resolve(text));
    });
    asked.on('error', reject);
    asked.end();
  });
}
