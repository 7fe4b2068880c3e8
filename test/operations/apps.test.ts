import { describe, expect, it } from 'vitest';
import { type Agent, type TestWorld, type ToolAnswer, testWorld } from '../harness.ts';

/** An app is stopped, started and restarted: at Coolify the last two are deployments, which bring newer commits. */
const create = (agent: Agent, world: TestWorld) =>
  agent.call('create_app', { repo: world.repo, name: 'hello', domain: 'http://hello.localhost' });
const facts = (answer: ToolAnswer): Record<string, string> =>
  Object.fromEntries(
    answer.content.details.verified.map((fact: { fact: string; result: string }) => [fact.fact, fact.result]),
  );
const newer = (text: string) => text.replace('version 1', 'version 2');

describe.concurrent('an app', { timeout: 240_000 }, () => {
  it('is stopped, seen to be, and started again', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const first = (await create(agent, world)).content.details.commit;
    expect((await agent.call('start_application', { name: 'hello' })).content.error).toMatch(
      /^Validation gate failed: stopped/,
    );
    const stopped = await agent.call('stop_application', { id: 'hello' });
    expect(stopped.content.status).toBe('success');
    expect(facts(stopped)).toEqual({ container_gone: 'seen', stopped: 'seen' });
    expect(world.emulator.machine.containers()).toEqual([]);
    expect((await agent.call('stop_application', { id: 'hello' })).content.status).toBe('success');

    const started = await agent.call('start_application', { id: 'hello' });
    expect(started.content).toMatchObject({
      status: 'success',
      details: { commit: first, url: 'http://hello.localhost' },
    });
    expect(facts(started).url_answers).toBe('seen');
  });

  it('a restart takes the newest commit, and says so before; a pinned commit stays', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const first = (await create(agent, world)).content.details.commit;
    const second = await world.repository.push('Newer', { 'page.html': newer });
    const plan = await agent.call('restart_application', { name: 'hello', dry_run: true });
    expect(plan.content.execution_plan.steps[0].title).toContain(`the head of main; ${first.slice(0, 12)} runs now`);
    expect(JSON.stringify(plan.content.execution_plan.risks)).toContain('whether it has is unknown to Coolify');
    const restarted = await agent.call('restart_application', { name: 'hello' });
    expect(restarted.content).toMatchObject({ status: 'success', details: { commit: second, pinned_commit: null } });

    await agent.call('deploy_application', { name: 'hello', commit: first });
    const pinned = await agent.call('restart_application', { name: 'hello' });
    expect(pinned.content).toMatchObject({ status: 'success', details: { commit: first, pinned_commit: first } });
    expect((await world.visit('hello.localhost')).body).toContain('version 1');
  });

  it('a restart into a commit that crashes brings the version before back', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const first = (await create(agent, world)).content.details.commit;
    await world.repository.push('Crash', { 'server.js': (text) => `throw new Error('boom');\n${text}` });
    const crashed = await agent.call('restart_application', { name: 'hello' });
    expect(crashed.content).toMatchObject({
      status: 'rolled_back',
      details: { restored_commit: first, pinned_commit: first },
    });
    expect((await world.visit('hello.localhost')).status).toBe(200);
  });

  it('a start that crashes leaves it stopped, as it was', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    await create(agent, world);
    await agent.call('stop_application', { name: 'hello' });
    await world.repository.push('Crash', { 'server.js': (text) => `throw new Error('boom');\n${text}` });
    const crashed = await agent.call('start_application', { name: 'hello' });
    expect(crashed.content).toMatchObject({ status: 'rolled_back', incident: { stage: 'application_startup' } });
    expect(world.emulator.machine.containers()).toEqual([]);
    expect((await agent.call('get_app_details', { name: 'hello' })).content).toMatchObject({
      state: 'exited',
      pinned_commit: null,
    });
  });

  it('a stop that cannot be seen to its end: started again at the commit that ran, pinned no longer than that takes', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const first = (await create(agent, world)).content.details.commit;
    await world.repository.push('Newer', { 'page.html': newer });
    // Looked at before, stopped, and then the look whether a container is left fails.
    world.emulator.faults.rules.push({ path: '/logs', latency: 1, times: 1 }, { path: '/logs', status: 404, times: 1 });
    const answer = await agent.call('stop_application', { name: 'hello' });
    expect(answer.content.status).toBe('rolled_back');
    expect((await agent.call('get_app_details', { name: 'hello' })).content.pinned_commit).toBeNull();
    expect((await world.visit('hello.localhost')).body).toContain('version 1');
    expect(answer.content.details.restored[0]).toContain(first.slice(0, 12));
  });
});
