import { describe, expect, it } from 'vitest';
import { testWorld } from './harness.ts';

/** Two callers who want the same thing at the same moment. */
describe.concurrent('at the same time', { timeout: 240_000 }, () => {
  it('two apps of one name: one is made, the other call is refused or taken back', async () => {
    await using world = await testWorld();
    const agents = await Promise.all([world.agent(), world.agent()]);
    const args = { repo: world.repo, name: 'hello' };
    const answers = await Promise.all(agents.map((agent) => agent.call('create_app', args)));
    expect(answers.map(({ content }) => content.status).filter((status) => status === 'success')).toHaveLength(1);
    expect(world.emulator.state.applications.all().map(({ name }) => name)).toEqual(['hello']);
  });

  it('two deployments of one app: none takes back the other', async () => {
    await using world = await testWorld({ speed: 10 });
    const agent = await world.agent();
    await agent.call('create_app', { repo: world.repo, name: 'hello', domain: 'http://hello.localhost' });
    const [one, two] = await Promise.all([world.agent(), world.agent()]);
    const answers = await Promise.all([one, two].map((each) => each.call('redeploy', { name: 'hello' })));
    const statuses = answers.map(({ content }) => content.status);
    expect(statuses).toContain('success');
    expect(world.emulator.state.deployments.all().map(({ status }) => status)).not.toContain('cancelled-by-user');
    expect((await world.visit('hello.localhost')).status).toBe(200);
  });

  it('one plan carried out by two: once', async () => {
    await using world = await testWorld();
    const agents = await Promise.all([world.agent(), world.agent()]);
    const args = { repo: world.repo, name: 'hello', domain: 'http://hello.localhost' };
    const plan = await agents[0].call('create_app', { ...args, dry_run: true });
    const answers = await Promise.all(
      agents.map((agent) => agent.call('create_app', { ...args, plan_id: plan.content.plan_id })),
    );
    expect(answers.filter(({ isError }) => !isError)).toHaveLength(1);
    expect(world.emulator.state.deployments.all()).toHaveLength(1);
  });
});
