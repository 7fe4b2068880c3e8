import { describe, expect, it } from 'vitest';
import { type TestWorld, type ToolAnswer, testWorld, until } from '../harness.ts';

/** The instance, its servers, projects and services as an agent meets them. */
const facts = (answer: ToolAnswer): Record<string, string> =>
  Object.fromEntries(
    answer.content.details.verified.map((fact: { fact: string; result: string }) => [fact.fact, fact.result]),
  );

/** What somebody does at Coolify beside us. */
async function atCoolify(world: TestWorld, path: string, body: object, method = 'POST'): Promise<{ uuid: string }> {
  const headers = {
    authorization: `Bearer ${world.emulator.tokens.root}`,
    accept: 'application/json',
    'content-type': 'application/json',
  };
  const answer = await fetch(`${world.emulator.url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
  expect(answer.ok).toBe(true);
  return (await answer.json()) as { uuid: string };
}

describe.concurrent('the instance', { timeout: 60_000 }, () => {
  it('what works is said, and what the token may not do', async () => {
    await using world = await testWorld({ baseline: 'recorded' });
    const whole = await (await world.agent()).call('validate_connection', {});
    expect(whole.content).toMatchObject({
      status: 'healthy',
      version: '4.3.11',
      abilities: { read: 'yes', write: 'yes', deploy: 'yes', 'read:sensitive': 'yes' },
    });
    const reader = await world.agent({
      COOLIFY_API_TOKEN: world.emulator.tokens.read ?? '',
      FAIRLEAD_DATA_DIR: `${world.folder}/reader`,
    });
    const limited = await reader.call('health', {});
    expect(limited.content).toMatchObject({ status: 'limited', abilities: { read: 'yes', write: 'no', deploy: 'no' } });
    expect(limited.content.says.join(' ')).toContain('This token cannot deploy, start, stop or restart anything');
    expect((await reader.call('get_version', {})).content).toEqual({ version: '4.3.11' });
  });
});

describe.concurrent('servers', { timeout: 60_000 }, () => {
  it('are listed, told with what is unknown said so, and validated', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    await atCoolify(world, '/databases/redis', {
      project_uuid: 'project',
      server_uuid: 'localhost',
      environment_name: 'production',
      name: 'cache',
      is_public: true,
      public_port: 16_380,
    });
    expect((await agent.call('list_servers', {})).content).toMatchObject({
      total: 1,
      servers: [{ uuid: 'localhost', name: 'localhost', usable: true }],
    });
    const told = await agent.call('get_server_status', { id: 'localhost' });
    expect(told.content).toMatchObject({
      name: 'localhost',
      reachable: true,
      cpu_usage: expect.stringMatching(/^unknown: /),
      disk_usage: expect.stringMatching(/^unknown: /),
      used_ports: {
        source: 'declared, not observed',
        ports: [{ port: 80 }, { port: 443 }, { port: 16_380, by: 'database cache' }],
      },
      resources: [{ name: 'cache', type: 'standalone-redis' }],
    });
    const valid = await agent.call('validate_server', { id: 'localhost' });
    expect(valid.content).toMatchObject({
      status: 'success',
      details: { reachable: true, usable: true, docker_version: '26.1.5' },
    });
    expect(facts(valid)).toEqual({ reachable: 'seen', usable: 'seen' });
  });

  it('one that Coolify cannot use is taken out again, with the reason', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const answer = await agent.call('create_server', { name: 'worker', ip: '127.0.0.9', port: 2222 });
    expect(answer.content).toMatchObject({
      status: 'rolled_back',
      incident: { stage: 'server_health', severity: 'critical' },
    });
    expect(answer.content.error).toContain('connect to host 127.0.0.9 port 2222: Connection refused');
    expect((await agent.call('list_servers', {})).content.total).toBe(1);
  });

  it('one that answers is added; its address is then taken', async () => {
    await using world = await testWorld({ speed: 2 });
    const agent = await world.agent();
    const making = agent.call('create_server', { name: 'worker', ip: '127.0.0.9', private_key: 'ssh' });
    // The emulated machine answers on Coolify's own host alone: this one is made to be it before Coolify looks.
    const row = await until(
      () => world.emulator.state.servers.find(({ name }) => name === 'worker'),
      (found) => found !== undefined,
    );
    if (row) row.is_coolify_host = true;
    expect((await making).content).toMatchObject({
      status: 'success',
      resource_id: row?.uuid,
      details: { name: 'worker', ip: '127.0.0.9', usable: true },
    });
    const again = await agent.call('create_server', { name: 'other', ip: '127.0.0.9' });
    expect(again.content.error).toMatch(/^Validation gate failed: address_free/);
  });

  it('a validation of one that is away is told as what it is', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    world.emulator.faults.unreachable.add('localhost');
    const answer = await agent.call('validate_server', { name: 'localhost' });
    expect(answer).toMatchObject({ isError: true, content: { incident: { stage: 'server_health' } } });
    expect(answer.content.incident.last_logs_sample.join('\n')).not.toContain('<');
  });
});

describe.concurrent('projects', { timeout: 60_000 }, () => {
  it('are made, listed, and told with all that is in them', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const made = await agent.call('create_project', { name: 'Shop', description: 'Sells things' });
    expect(made.content).toMatchObject({ status: 'success', details: { name: 'Shop', environments: ['production'] } });
    const { uuid } = made.content.details;
    const again = await agent.call('create_project', { name: 'Shop' });
    expect(again.content.error).toMatch(/^Validation gate failed: name_free/);
    for (const kind of ['postgresql', 'keydb'])
      await atCoolify(world, `/databases/${kind}`, {
        project_uuid: uuid,
        server_uuid: 'localhost',
        environment_name: 'production',
        name: `the ${kind}`,
      });
    await atCoolify(world, '/databases/redis', {
      project_uuid: 'project',
      server_uuid: 'localhost',
      environment_name: 'production',
      name: 'elsewhere',
    });

    const listed = await agent.call('list_projects', {});
    expect(listed.content.projects).toContainEqual({
      uuid,
      name: 'Shop',
      description: expect.stringContaining('Sells things'),
    });
    const environments = await agent.call('list_project_environments', { project_id: uuid });
    expect(environments.content).toMatchObject({ project: 'Shop', environments: [{ name: 'production' }] });
    const told = await agent.call('get_project_details', { id: 'Shop' });
    expect(told.content.resources.map((row: { type: string; name: string }) => [row.type, row.name])).toEqual([
      ['keydb', 'the keydb'],
      ['postgresql', 'the postgresql'],
    ]);
  });
});

describe.concurrent('services', { timeout: 60_000 }, () => {
  const compose =
    'services:\n  web:\n    image: 127.0.0.1:5000/acme/hello:1.0.0\n    environment:\n      - SERVICE_FQDN_WEB_3000\n';
  const makeStack = (world: TestWorld, text = compose) =>
    atCoolify(world, '/services', {
      project_uuid: 'project',
      server_uuid: 'localhost',
      environment_name: 'production',
      name: 'stack',
      docker_compose_raw: Buffer.from(text).toString('base64'),
    });

  it('are listed, started, restarted and stopped, each followed to its end', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const { uuid } = await makeStack(world);
    expect((await agent.call('list_services', {})).content).toMatchObject({
      total: 1,
      services: [{ uuid, name: 'stack', status: expect.stringContaining('exited') }],
    });
    const started = await agent.call('start_service', { name: 'stack' });
    expect(started.content).toMatchObject({ status: 'success', details: { status: 'running:unknown' } });
    expect(facts(started)).toEqual({ running: 'seen', healthy: 'unknown' });
    const [before] = world.emulator.machine.containers();
    const restarted = await agent.call('restart_service', { id: uuid });
    expect(facts(restarted)).toEqual({ running: 'seen', healthy: 'unknown', restarted: 'seen' });
    expect(world.emulator.machine.containers()[0]?.id).not.toBe(before?.id);
    const stopped = await agent.call('stop_service', { name: 'stack' });
    expect(facts(stopped)).toEqual({ container_gone: 'seen', stopped: 'seen' });
    expect(world.emulator.machine.containers()).toEqual([]);
  });

  it('one that does not come up is stopped again', async () => {
    await using world = await testWorld();
    const agent = await world.agent({ FAIRLEAD_HEALTH_SECONDS: '4' });
    await makeStack(world, compose.replace('acme/hello:1.0.0', 'acme/hello:9.9.9'));
    const answer = await agent.call('start_service', { name: 'stack' });
    expect(answer.content).toMatchObject({ status: 'rolled_back', incident: { stage: 'container_readiness' } });
  });
});
