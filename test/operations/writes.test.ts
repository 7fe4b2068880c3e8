import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type TestWorld, testWorld } from '../harness.ts';

/** What changes do to Coolify, and when they do not: dry runs, lost answers, secrets. */
const create = async (world: TestWorld, path: string, body: object): Promise<void> => {
  const headers = {
    authorization: `Bearer ${world.emulator.tokens.root}`,
    accept: 'application/json',
    'content-type': 'application/json',
  };
  const place = { project_uuid: 'project', server_uuid: 'localhost', environment_name: 'production' };
  const answer = await fetch(`${world.emulator.url}/api/v1${path}`, {
    method: 'POST',
    headers,
    body: JSON.stringify({ ...place, ...body }),
  });
  expect(answer.status).toBe(201);
};

describe.concurrent('changes', { timeout: 60_000 }, () => {
  it('a dry run of each sends nothing that writes', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    await create(world, '/databases/redis', { name: 'cache' });
    await create(world, '/services', {
      name: 'stack',
      docker_compose_raw: Buffer.from('services:\n  web:\n    image: nginx\n').toString('base64'),
    });
    await create(world, '/applications/dockerimage', {
      name: 'web',
      docker_registry_image_name: 'acme/hello',
      docker_registry_image_tag: '1.0.0',
      ports_exposes: '3000',
    });
    // Whatever writes is answered 500, so that it would be seen.
    world.emulator.faults.rules.push(...['POST', 'PATCH', 'PUT', 'DELETE'].map((method) => ({ method, status: 500 })));
    const all: [string, object][] = [
      ...['start', 'stop', 'restart'].flatMap((verb): [string, object][] => [
        [`${verb}_database`, { name: 'cache' }],
        [`${verb}_service`, { name: 'stack' }],
        [`${verb}_application`, { name: 'web' }],
      ]),
      ['delete_database', { name: 'cache' }],
      ['create_database', { type: 'redis', name: 'other' }],
      ['create_project', { name: 'Shop' }],
      ['create_server', { name: 'worker', ip: '127.0.0.9' }],
      ['validate_server', { name: 'localhost' }],
    ];
    for (const [name, args] of all) {
      const plan = await agent.call(name, { ...args, dry_run: true });
      expect(plan.content, name).toMatchObject({
        status: 'plan_ready',
        mode: 'dry-run',
        details: { gates: expect.any(Array) },
      });
      expect(plan.content.execution_plan.steps.length, name).toBeGreaterThan(0);
    }
    const seen = await agent.call('create_project', { name: 'Shop' });
    expect(seen.isError).toBe(true);
  });

  it('an answer that is lost: what was made is found again, and not made twice', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const lost = (path: string) => world.emulator.faults.rules.push({ method: 'POST', path, drop: 'after', times: 1 });
    lost('/projects');
    expect((await agent.call('create_project', { name: 'Shop' })).content).toMatchObject({ status: 'success' });
    expect(world.emulator.state.projects.filter(({ name }) => name === 'Shop')).toHaveLength(1);
    lost('/databases/redis');
    lost('/start');
    const made = await agent.call('create_database', { type: 'redis', name: 'cache', project: 'Shop' });
    expect(made.content).toMatchObject({ status: 'success', details: { status: 'running' } });
    expect(world.emulator.state.redis.all()).toHaveLength(1);
    for (const verb of ['stop', 'start', 'restart']) {
      lost(`/${verb}`);
      expect((await agent.call(`${verb}_database`, { name: 'cache' })).content, verb).toMatchObject({
        status: 'success',
      });
    }
    lost('/servers');
    lost('/validate');
    expect((await agent.call('create_server', { name: 'worker', ip: '127.0.0.9' })).content).toMatchObject({
      status: 'rolled_back',
    });
    expect(world.emulator.state.servers.filter(({ deleted_at }) => deleted_at === null)).toHaveLength(1);
  });

  it('the password of a database stands in no file, no answer and no log', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const said: string[] = [];
    const made = await agent.call(
      'create_database',
      { type: 'postgres', name: 'shop' },
      { onProgress: (message) => said.push(message) },
    );
    const told = await agent.call('get_db_config', { name: 'shop' });
    const password = String(world.emulator.state.postgresqls.all()[0]?.own.postgres_password);
    expect(password.length).toBeGreaterThan(20);
    const folder = join(world.folder, 'data');
    const files = (await readdir(folder, { recursive: true, withFileTypes: true })).filter((entry) => entry.isFile());
    const kept = await Promise.all(files.map(({ parentPath, name }) => readFile(join(parentPath, name), 'utf8')));
    expect(kept.join('\n')).toContain('create_database');
    for (const text of [made.text, told.text, said.join('\n'), agent.stderr(), ...kept])
      expect(text).not.toContain(password);
  });
});
