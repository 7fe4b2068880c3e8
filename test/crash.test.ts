import { describe, expect, it } from 'vitest';
import { spawnCli, type TestWorld, testWorld, until } from './harness.ts';

/** The process is killed in the middle of a run, and another one finds what it left (`kill -9`, no warning). */
const CREATE = [
  'app',
  'create',
  '--name',
  'hello',
  '--domain',
  'http://hello.localhost',
  '--env-vars',
  'GREETING=Servus',
];

const journal = async (world: TestWorld) => {
  const { stdout } = await world.cli(['runs', 'list', '--json'], { FAIRLEAD_LOG: 'error' });
  return JSON.parse(stdout).runs[0] as { run_id: string; status: string };
};

async function killAt(world: TestWorld, line: RegExp): Promise<void> {
  const child = spawnCli([...CREATE, '--repo', world.repo], world.env());
  let told = '';
  child.stderr?.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  await until(
    () => told,
    (text) => line.test(text) || child.exitCode !== null,
  );
  child.kill('SIGKILL');
  await new Promise((resolve) => child.once('close', resolve));
  expect(told).toMatch(line);
}

describe.concurrent('killed in the middle and started again', { timeout: 240_000 }, () => {
  it.each([
    ['creating', /create hello/],
    ['setting variables', /set 1 variable/],
    ['asking for the deployment', /deploy main of/],
    ['building', /Building docker image started/],
    ['looking whether it runs', /see the container run/],
  ])('while %s: the next process finishes the run, each completed step once', async (_when, line) => {
    await using world = await testWorld({ speed: 12 });
    await killAt(world, line);
    const agent = await world.agent();
    const run = await journal(world);
    const answer = await agent.call('get_run', { id: run.run_id, wait_seconds: 50 });
    expect(answer.content).toMatchObject({ status: 'success', details: { url: 'http://hello.localhost' } });
    expect(world.emulator.state.applications.all().map(({ name }) => name)).toEqual(['hello']);
    expect(world.emulator.state.deployments.all().length).toBe(1);
    expect((await world.visit('hello.localhost')).body).toContain('Servus');
  });

  it('two processes start at once: one takes the run up', async () => {
    await using world = await testWorld({ speed: 12 });
    await killAt(world, /Building docker image started/);
    const agents = await Promise.all([world.agent(), world.agent(), world.agent()]);
    const run = await journal(world);
    const answers = await Promise.all(
      agents.map((agent) => agent.call('get_run', { id: run.run_id, wait_seconds: 50 })),
    );
    for (const { content } of answers) expect(content.status).toBe('success');
    const taken = agents.map((agent) => agent.stderr().includes('run_taken_up')).filter(Boolean);
    expect(taken.length).toBeLessThanOrEqual(1);
    expect(world.emulator.state.deployments.all().length).toBe(1);
  });

  it('a lost answer of the creation: the app is found by its mark and not made twice', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    world.emulator.faults.rules.push({ method: 'POST', path: '/applications/public', drop: true, times: 1 });
    const answer = await agent.call('create_app', {
      repo: world.repo,
      name: 'hello',
      domain: 'http://hello.localhost',
    });
    // The connection was cut before the effect here: nothing is found, so nothing is claimed and nothing is left.
    expect(answer.content.status).toBe('rolled_back');
    expect(world.emulator.state.applications.all()).toEqual([]);
  });

  it('Coolify away while it builds: waited for, then finished', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    let cut = false;
    const answer = await agent.call(
      'create_app',
      { repo: world.repo, name: 'hello', domain: 'http://hello.localhost' },
      {
        onProgress(message) {
          if (cut || !message.includes('Building docker image')) return;
          cut = true;
          world.emulator.faults.rules.push({ path: '/deployments/', status: 503, times: 12 });
        },
      },
    );
    expect(cut).toBe(true);
    expect(answer.content.status).toBe('success');
  });
});
