import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type ToolAnswer, testWorld, until } from '../harness.ts';

/** Databases as an agent meets them: a real MCP client, an emulator that runs them. Coolify's minute takes 2.4 s here. */
const facts = (answer: ToolAnswer): Record<string, string> =>
  Object.fromEntries(
    answer.content.details.verified.map((fact: { fact: string; result: string }) => [fact.fact, fact.result]),
  );

describe.concurrent('databases', { timeout: 240_000 }, () => {
  it('one call makes one that runs; it is listed, told, stopped, started, restarted and deleted', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const asked = { type: 'postgres', name: 'shop', version: '16', memory: '2GB', cpu: '0.5' };
    const plan = await agent.call('create_database', { ...asked, dry_run: true });
    expect(plan.content).toMatchObject({
      status: 'plan_ready',
      execution_plan: { steps: [{ action: 'create_database' }, {}, {}, {}] },
    });
    expect(world.emulator.state.postgresqls.all()).toEqual([]);

    const made = await agent.call('create_database', { ...asked, plan_id: plan.content.plan_id });
    expect(made.content).toMatchObject({
      status: 'success',
      details: {
        type: 'postgresql',
        version: '16',
        image: 'postgres:16-alpine',
        status: 'running',
        advisories: ['No backup is scheduled.'],
      },
    });
    expect(facts(made)).toEqual({ running: 'seen', healthy: 'seen', image: 'seen', connection: 'unknown' });
    const [row] = world.emulator.state.postgresqls.all();
    expect(row).toMatchObject({ limits_memory: '2g', limits_cpus: '0.5', image: 'postgres:16-alpine' });
    const password = String(row?.own.postgres_password);
    expect(made.content.details.connection_string).toBe(
      ['postgres://postgres', `[secret]@${row?.uuid}:5432/postgres`].join(':'),
    );

    const listed = await agent.call('list_databases', {});
    expect(listed.content.databases).toEqual([
      { uuid: row?.uuid, name: 'shop', type: 'postgresql', status: 'running:healthy' },
    ]);
    const told = await agent.call('get_db_config', { id: 'shop' });
    expect(told.content).toMatchObject({
      type: 'postgresql',
      version: '16',
      limits: { memory: '2g', cpus: '0.5' },
      backups: [],
    });
    expect(`${made.text}${told.text}${agent.stderr()}`).not.toContain(password);
    // Whole only where that is asked for, and then it is on record.
    const revealed = await agent.call('get_db_config', { id: 'shop', reveal: true });
    expect(revealed.content.connection_string).toContain(password);
    expect(await readFile(join(world.folder, 'data/audit.jsonl'), 'utf8')).toContain('"revealed"');

    const stopped = await agent.call('stop_database', { name: 'shop' });
    expect(stopped.content.status).toBe('success');
    expect(facts(stopped)).toEqual({ container_gone: 'seen', stopped: 'seen' });
    expect(world.emulator.machine.containers()).toEqual([]);
    const started = await agent.call('start_database', { name: row?.uuid });
    expect(facts(started)).toEqual({ running: 'seen', healthy: 'seen' });
    const [before] = world.emulator.machine.containers();
    const restarted = await agent.call('restart_database', { name: 'shop' });
    expect(facts(restarted)).toEqual({ running: 'seen', healthy: 'seen', restarted: 'seen' });
    expect(world.emulator.machine.containers()[0]?.id).not.toBe(before?.id);

    const question = await agent.call('delete_database', { name: 'shop' });
    expect(question.content).toMatchObject({ status: 'plan_ready', impact_analysis: { rollback_available: false } });
    expect(question.content.execution_plan.steps[0].title).toMatch(/its volumes postgres-data-\w+ are kept/);
    const gone = await agent.call('delete_database', { name: 'shop', plan_id: question.content.plan_id });
    expect(gone.content).toMatchObject({ status: 'success', details: { deleted: true, volumes: 'kept' } });
    expect(world.emulator.state.postgresqls.all()).toEqual([]);
  });

  it('a published port is connected to', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const made = await agent.call('create_database', { type: 'redis', name: 'cache', public_port: 16_379 });
    expect(made.content).toMatchObject({
      status: 'success',
      details: { advisories: ['Coolify makes no backups of redis.'] },
    });
    expect(facts(made).connection).toBe('seen');
    const taken = await agent.call('create_database', { type: 'redis', name: 'other', public_port: 16_379 });
    expect(taken.content.error).toMatch(/^Validation gate failed: ports/);
    const again = await agent.call('create_database', { type: 'redis', name: 'cache' });
    expect(again.content.error).toMatch(/^Validation gate failed: name_free/);
  });

  it('an image that cannot be pulled, of which Coolify says nothing: told, and nothing left behind', async () => {
    await using world = await testWorld();
    const agent = await world.agent({ FAIRLEAD_HEALTH_SECONDS: '4' });
    const answer = await agent.call('create_database', { type: 'mongodb', name: 'absent' });
    expect(answer).toMatchObject({
      isError: true,
      content: { status: 'rolled_back', incident: { stage: 'container_readiness' } },
    });
    expect(answer.content.error).toMatch(/^Transaction failed at step wait_until_running: absent does not run/);
    expect(answer.content.troubleshooting).toContain('image may not be there to pull');
    expect(world.emulator.state.mongodbs.all()).toEqual([]);
  });

  it('a start of what runs makes no new container; a stop right after a restart stops it, though Coolify says it was', async () => {
    await using world = await testWorld({ speed: 10 });
    const agent = await world.agent();
    await agent.call('create_database', { type: 'redis', name: 'cache' });
    const [before] = world.emulator.machine.containers();
    expect((await agent.call('start_database', { name: 'cache' })).content.status).toBe('success');
    expect(world.emulator.machine.containers()[0]?.id).toBe(before?.id);

    const [row] = world.emulator.state.redis.all();
    const headers = { authorization: `Bearer ${world.emulator.tokens.root}`, accept: 'application/json' };
    await fetch(`${world.emulator.url}/api/v1/databases/${row?.uuid}/restart`, { method: 'POST', headers });
    await until(
      () => row?.status,
      (status) => status === 'exited',
    );
    const said: string[] = [];
    const stopped = await agent.call(
      'stop_database',
      { name: 'cache' },
      { onProgress: (message) => said.push(message) },
    );
    expect(stopped.content.status).toBe('success');
    expect(said.join('\n')).toContain("Coolify's status of cache (exited:unhealthy) is out of date");
    expect(world.emulator.machine.containers()).toEqual([]);
  });

  it('a name that is no database is told what there is', async () => {
    await using world = await testWorld();
    const agent = await world.agent();
    const answer = await agent.call('stop_database', { name: 'nothing' });
    expect(answer).toMatchObject({
      isError: true,
      text: expect.stringContaining('There is no database nothing. List them with list_databases.'),
    });
  });
});
