import { describe, expect, it } from 'vitest';
import { type Agent, type TestWorld, type ToolAnswer, testWorld } from './harness.ts';

/** The main job as its users meet it: a real MCP client on `fairlead mcp`, a Coolify that really builds and runs. */
const APP = { name: 'hello', domain: 'http://hello.localhost' };
const create = (agent: Agent, world: TestWorld, more: Record<string, unknown> = {}) =>
  agent.call('create_app', { repo: world.repo, ...APP, ...more });
const facts = (answer: ToolAnswer): Record<string, string> =>
  Object.fromEntries(
    answer.content.details.verified.map((fact: { fact: string; result: string }) => [fact.fact, fact.result]),
  );
const apps = async (agent: Agent): Promise<string[]> =>
  (await agent.call('list_applications', {})).content.applications.map((app: { name: string }) => app.name);

describe.concurrent('one call becomes a live app', { timeout: 240_000 }, () => {
  it('creates, deploys, proves; then lists, tells and deletes it, keeping its word about each', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const progress: [number, string][] = [];
    const plan = await agent.call('create_app', {
      repo: world.repo,
      ...APP,
      env_vars: [{ key: 'GREETING', value: 'Servus' }],
      dry_run: true,
    });
    expect(plan.content).toMatchObject({ status: 'plan_ready', mode: 'dry-run' });
    expect(await apps(agent)).toEqual([]);

    const made = await agent.call(
      'create_app',
      { repo: world.repo, ...APP, env_vars: [{ key: 'GREETING', value: 'Servus' }], plan_id: plan.content.plan_id },
      { onProgress: (message, value) => progress.push([value, message]) },
    );
    expect(made.content).toMatchObject({
      status: 'success',
      details: { url: 'http://hello.localhost', commit: await world.repository.head() },
    });
    expect(facts(made)).toEqual({
      deployment_finished: 'seen',
      commit: 'seen',
      container_running: 'seen',
      healthy: 'unknown',
      url_answers: 'seen',
    });
    expect((await world.visit('hello.localhost')).body).toContain('Servus from version 1');
    expect(progress.map(([value]) => value)).toEqual(progress.map(([value]) => value).toSorted((a, b) => a - b));
    expect(progress.some(([, message]) => message.includes('Building docker image'))).toBe(true);

    const again = await agent.call('create_app', {
      repo: world.repo,
      ...APP,
      env_vars: [{ key: 'GREETING', value: 'Servus' }],
      plan_id: plan.content.plan_id,
    });
    expect(again.isError).toBe(true);

    expect(await apps(agent)).toEqual(['hello']);
    const asked = await agent.call('delete_app', { name: 'hello' });
    expect(asked.content.status).toBe('plan_ready');
    expect(await apps(agent)).toEqual(['hello']);
    const gone = await agent.call('delete_app', { name: 'hello', plan_id: asked.content.plan_id });
    expect(gone.content).toMatchObject({ status: 'success', details: { deleted: true } });
    expect(await apps(agent)).toEqual([]);
  });

  it('a build that fails: the line that failed, and nothing left behind', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    await world.repository.push('Break', { 'build.js': () => "throw new Error('no title in the template');\n" });
    const answer = await create(agent, world);
    expect(answer).toMatchObject({
      isError: true,
      content: { status: 'rolled_back', incident: { stage: 'deployment' } },
    });
    expect(JSON.stringify(answer.content.incident)).toContain('no title in the template');
    expect(answer.content.error).toMatch(/^Transaction failed at step wait_for_deployment: /);
    expect(await apps(agent)).toEqual([]);
    expect(world.emulator.machine.containers()).toEqual([]);
  });

  it('a crash at start, which Coolify calls finished', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    await world.repository.push('Crash', { 'server.js': () => "throw new Error('DATABASE_URL is not set');\n" });
    const answer = await create(agent, world);
    expect(answer).toMatchObject({
      isError: true,
      content: { status: 'rolled_back', incident: { stage: 'application_startup', severity: 'critical' } },
    });
    expect(answer.content.incident.last_logs_sample[0]).toContain('DATABASE_URL is not set');
    expect(await apps(agent)).toEqual([]);
  });

  it('a new version that crashes: the old one is brought back and pinned, and the next deployment unpins', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const first = (await create(agent, world)).content.details.commit;
    await world.repository.push('Crash', { 'server.js': (text) => `throw new Error('boom');\n${text}` });
    const crashed = await agent.call('redeploy', { name: 'hello' });
    expect(crashed.content).toMatchObject({
      status: 'rolled_back',
      details: { restored_commit: first, pinned_commit: first },
    });
    expect((await world.visit('hello.localhost')).status).toBe(200);
    expect((await agent.call('get_app_details', { id: 'hello' })).content.pinned_commit).toBe(first);

    const mended = await world.repository.push('Mend', {
      'server.js': (text) => text.replace("throw new Error('boom');\n", ''),
    });
    const plan = await agent.call('redeploy', { name: 'hello', dry_run: true });
    expect(plan.content.execution_plan.steps[0].action).toBe('unpin_commit');
    const deployed = await agent.call('redeploy', { name: 'hello' });
    expect(deployed.content).toMatchObject({ status: 'success', details: { commit: mended, pinned_commit: null } });
    expect((await agent.call('get_app_details', { id: 'hello' })).content.pinned_commit).toBeNull();
  });

  it('a health check that does not pass: Coolify keeps the old container, and Fairlead says so', async () => {
    // Slower, because the app needs real time to boot within Coolify's two attempts.
    await using world = await testWorld({ speed: 4 });
    const agent = await world.agent();
    const { content } = await create(agent, world);
    const uuid = content.resource_id;
    const patched = await fetch(`${world.emulator.url}/api/v1/applications/${uuid}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${world.emulator.tokens.root}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({
        health_check_enabled: true,
        health_check_path: '/up',
        health_check_interval: 2,
        health_check_retries: 2,
        health_check_start_period: 1,
      }),
    });
    expect(patched.status).toBe(200);
    await world.repository.push('Unwell', {
      'server.js': (text) =>
        text.replace(
          "response.end(request.url === '/up'",
          "if (request.url === '/up') response.statusCode = 503;\n  response.end(request.url === '/up'",
        ),
    });
    const answer = await agent.call('redeploy', { name: 'hello' });
    expect(answer.content).toMatchObject({
      status: 'rolled_back',
      incident: { stage: 'health_check' },
      details: { after_rollback: 'the version before never stopped running' },
    });
    expect((await world.visit('hello.localhost')).status).toBe(200);
    const mended = await world.repository.push('Well', {
      'server.js': (text) => text.replace('response.statusCode = 503', 'response.statusCode = 200'),
    });
    const well = await agent.call('redeploy', { name: 'hello' });
    expect(well.content).toMatchObject({ status: 'success', details: { commit: mended } });
    expect(facts(well).healthy).toBe('seen');
  });

  it('a port mapping: the outage is said beforehand, and after a crash the old version is brought back', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const { content } = await create(agent, world);
    const mapped = await fetch(`${world.emulator.url}/api/v1/applications/${content.resource_id}`, {
      method: 'PATCH',
      headers: {
        authorization: `Bearer ${world.emulator.tokens.root}`,
        'content-type': 'application/json',
        accept: 'application/json',
      },
      body: JSON.stringify({ ports_mappings: '28473:3000' }),
    });
    expect(mapped.status).toBe(200);
    const plan = await agent.call('redeploy', { name: 'hello', dry_run: true });
    expect(plan.content.impact_analysis).toMatchObject({ downtime_expected: true, rollback_available: true });
    expect(plan.content.impact_analysis.affected_users).toContain('28473:3000');
    await world.repository.push('Crash', { 'server.js': (text) => `throw new Error('boom');\n${text}` });
    const crashed = await agent.call('redeploy', { name: 'hello' });
    expect(crashed.content).toMatchObject({
      status: 'rolled_back',
      details: { restored_commit: content.details.commit },
    });
    expect((await world.visit('hello.localhost')).status).toBe(200);
  });

  it('a name that is taken is refused before anything is done', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    await create(agent, world);
    const answer = await create(agent, world);
    expect(answer).toMatchObject({ isError: true, content: { status: 'blocked' } });
    expect(answer.content.error).toMatch(/^Validation gate failed: name_free/);
    expect(await apps(agent)).toEqual(['hello']);
  });

  it('a repository that cannot be reached', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const answer = await agent.call('create_app', { ...APP, repo: 'http://git.example.test/acme/nothing.git' });
    expect(answer.content).toMatchObject({ status: 'rolled_back' });
    expect(answer.content.error).toContain('cannot reach the repository');
    expect(await apps(agent)).toEqual([]);
  });

  it('a branch that is not there', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const answer = await create(agent, world, { branch: 'nothing' });
    expect(answer.content.error).toContain('branch or commit is not in the repository');
  });

  it('a Coolify that is away: an answer that says so, and no fault', async () => {
    await using world = await testWorld();
    const agent = await world.agent({ COOLIFY_API_URL: 'http://127.0.0.1:9' });
    const answer = await create(agent, world);
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(/reach|connect|refused/i);
  });

  it('a token that may not write is told by name of the ability', async () => {
    await using world = await testWorld({ baseline: 'recorded' });
    const agent = await world.agent({ COOLIFY_API_TOKEN: world.emulator.tokens.read ?? '' });
    const answer = await create(agent, world);
    expect(answer.isError).toBe(true);
    expect(answer.text).toContain('write');
    expect(await apps(agent)).toEqual([]);
  });

  it('cancelled in the middle: everything is taken back', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const cancel = new AbortController();
    const call = agent.call(
      'create_app',
      { repo: world.repo, ...APP },
      {
        signal: cancel.signal,
        onProgress: (message) => message.includes('Building') && cancel.abort(new Error('the person pressed stop')),
      },
    );
    await expect(call).rejects.toThrow();
    const run = (await agent.call('list_runs', {})).content.runs[0];
    const ended = await agent.call('get_run', { id: run.run_id, wait_seconds: 30 });
    expect(ended.content).toMatchObject({ status: 'rolled_back', code: 499 });
    expect(await apps(agent)).toEqual([]);
  });

  it('a world that moved since the plan: refused, and told what moved', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    await create(agent, world);
    const plan = await agent.call('redeploy', { name: 'hello', dry_run: true });
    await agent.call('redeploy', { name: 'hello' });
    const answer = await agent.call('redeploy', { name: 'hello', plan_id: plan.content.plan_id });
    expect(answer.isError).toBe(true);
    expect(answer.text).toMatch(/world has moved.*previous/s);
  });
});
