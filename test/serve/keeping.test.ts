import { chmod, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeRepository } from '../../demo/repository.ts';
import type { AuditEntry } from '../../src/storage/stores.ts';
import { type TestWorld, testWorld, until } from '../harness.ts';
import { newPlace, query } from '../postgres/place.ts';
import { CALLERS } from './callers.ts';
import { inStep, PLENTY, serve } from './town.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const EXAMPLE = join(import.meta.dirname, '../../examples/hello-web');

let undo: AsyncDisposableStack;
let world: TestWorld;
beforeAll(async () => {
  undo = new AsyncDisposableStack();
  world = undo.use(await testWorld({ rateLimit: PLENTY }));
  // PostgreSQL's own user has to pass, where the tests run as root.
  await chmod(world.folder, 0o711);
});
afterAll(() => undo.disposeAsync());

/** There is a second one by and by. */
const IN_PROJECT = { FAIRLEAD_PROJECT: 'My first project' };
const appOf = (name: string) => ({ repo: world.repo, name, domain: `http://${name}.localhost` });

describe.concurrent('what is kept', () => {
  it('a stop finishes what is asked; plans, runs, secrets and the key outlive it, in a PostgreSQL of its own', async () => {
    const env = world.env({ ...IN_PROJECT, FAIRLEAD_KEY: '', FAIRLEAD_DATA_DIR: join(world.folder, 'own') });
    await using first = await serve(env);
    const key = /dk_live_[\w-]+/.exec(first.told())![0];
    const variables = { env_vars: [{ key: 'GREETING', value: 'Servus' }] };
    const planned = await first.ask('/v1/app/create', { ...appOf('planned'), ...variables, dry_run: true }, key);
    expect(planned.body.status).toBe('plan_ready');
    const made = await first.ask('/v1/project/create', { name: 'Kept' }, key);
    expect(made.body.status).toBe('success');

    const slow = { method: 'GET', path: '/servers', latency: 1500, times: 1 };
    world.emulator.faults.rules.push(slow);
    const going = first.ask('/v1/app/create', appOf('going'), key);
    const reading = first.ask('/v1/server/list', {}, key);
    await until(
      () => world.emulator.faults.rules.includes(slow),
      (waits) => !waits,
    );
    const database = await urlOf(join(world.folder, 'own'));
    await inStep(database, 'going', 'wait_for_deployment');
    const stopped = first.stop();
    expect((await reading).status).toBe(200);
    const { status, body } = await going;
    expect([200, 202]).toContain(status);
    expect(await stopped).toBe(0);
    expect(first.told()).not.toMatch(/"level":"error"/);

    await using second = await serve(env);
    expect(second.told()).not.toContain('dk_live_');
    expect((await second.ask('/v1/run/list', {}, 'dk_live_made_up')).status).toBe(401);
    expect((await second.ask(`/v1/runs/${body.plan_id}?wait=50`, undefined, key)).body.status).toBe('success');
    const { runs } = (await second.ask('/v1/run/list', {}, key)).body;
    expect(runs).toContainEqual(expect.objectContaining({ run_id: made.body.plan_id, status: 'success' }));
    const { plan_id } = planned.body;
    const carried = await second.ask('/v1/app/create', { ...appOf('planned'), ...variables, plan_id }, key);
    expect(carried.body).toMatchObject({ status: 'success' });
    expect((await world.visit('planned.localhost')).body).toContain('Servus from version 1');
    expect(await second.stop()).toBe(0);
  });

  it('no secret in any row, file, log or answer, though the app writes them all; reads are audited', async () => {
    await using place = await newPlace();
    const database = await place.database();
    const dataDir = join(world.folder, 'secret');
    await using server = await serve(world.env({ ...IN_PROJECT, DATABASE_URL: database, FAIRLEAD_DATA_DIR: dataDir }));
    const heard: string[] = [];
    const calls = await Promise.all(Object.values(CALLERS).map((caller) => caller(server)));
    const everyone = async (name: string, args: Record<string, unknown>) => {
      for (const call of calls) heard.push(JSON.stringify(await call(name, args)));
    };
    const [mcp] = calls;
    const print = 'console.log("env is", process.env.SECRET_THING, process.env.DATABASE_URL, process.env.TLS_KEY);\n';
    const repository = await makeRepository(join(world.folder, 'git'), 'secretive', EXAMPLE);
    const repo = `http://agent:${PLANTED.git}@git.example.test/acme/secretive.git`;
    await repository.push('Print secrets', {
      'server.js': (text) => text.replace('createServer(', `${print}createServer(`),
    });
    const env_vars = [
      { key: 'SECRET_THING', value: PLANTED.env },
      { key: 'DATABASE_URL', value: `postgres://app:${PLANTED.url}@db.example.test:5432/app` },
      { key: 'TLS_KEY', value: PLANTED.lines },
    ];
    const made = await mcp!('create_app', { ...appOf('secretive'), repo, env_vars });
    expect(made.content.status).toBe('success');
    heard.push(JSON.stringify(made));
    const logs = await mcp!('check_app_logs', { name: 'secretive', since: '1d' });
    expect(logs.text).toContain('env is [secret]');
    await everyone('check_app_logs', { name: 'secretive', since: '1d' });
    await everyone('get_app_details', { name: 'secretive', include_env: true, runtime_log_lines: 50 });
    await everyone('list_env_vars', { name: 'secretive' });
    await everyone('update_env_var', { name: 'secretive', key: 'SECRET_THING', value: `${PLANTED.env}-second` });
    await everyone('create_app', { ...appOf('secretive'), env_vars });
    await everyone('create_app', { ...appOf(`Not a name ${PLANTED.env}`), env_vars });

    await repository.push('Crash with the secret', {
      'server.js': () =>
        `throw new Error('bad password ' + process.env.SECRET_THING + ' for ' + process.env.DATABASE_URL);\n`,
    });
    const crashed = await mcp!('redeploy', { name: 'secretive' });
    expect(crashed.content.incident.last_logs_sample.join('\n')).toContain('bad password [secret]');
    heard.push(JSON.stringify(crashed));

    const entries = async () =>
      (await query<{ entry: AuditEntry }>(database, 'select entry from fairlead.audit')).map(
        ({ entry }) => `${entry.action} ${entry.details.outcome} ${entry.user} ${entry.ip_address}`,
      );
    // A change is on record when it is answered, a read soon after.
    expect(await entries()).toContain('deploy_application rolled_back owner 127.0.0.1');
    await until(entries, (seen) => seen.includes('list_env_vars read owner 127.0.0.1'));

    const everything = [...heard, server.told(), ...(await rowsOf(database)), ...(await filesBelow(dataDir))].join(
      '\n',
    );
    expect(everything).toContain('txn-');
    const token = (world.emulator.tokens.root ?? '').split('|').at(-1) ?? '';
    const secrets = [token, PLANTED.env, PLANTED.url, PLANTED.git, 'pl4nted-first-line', 'pl4nted-second-line'];
    for (const secret of secrets) {
      for (const form of [secret, Buffer.from(secret).toString('hex'), Buffer.from(secret).toString('base64url')]) {
        const at = everything.indexOf(form);
        expect(at < 0 ? null : everything.slice(Math.max(0, at - 300), at + 60)).toBeNull();
      }
    }
  });
});

const PLANTED = {
  env: 'pl4nted-env-value-9f8e7d6c',
  url: 'pl4nted-password-in-url-1a2b',
  git: 'pl4nted-git-token-5e4d3c2b',
  lines: '-----BEGIN KEY-----\npl4nted-first-line-of-key-77aa\npl4nted-second-line-of-key-88bb\n-----END KEY-----',
};

/** The database that a server without `DATABASE_URL` keeps in its data folder. */
async function urlOf(dataDir: string): Promise<string> {
  const { port, password } = JSON.parse(await readFile(join(dataDir, 'postgres.json'), 'utf8'));
  return `postgresql://fairlead:${password}@127.0.0.1:${port}/fairlead`;
}

/** Every row of every table, DBOS's too, as text. */
async function rowsOf(database: string): Promise<string[]> {
  const tables = await query<{ name: string }>(
    database,
    `select format('%I.%I', schemaname, tablename) as name from pg_tables
      where schemaname not in ('pg_catalog', 'information_schema')`,
  );
  expect(tables.map(({ name }) => name)).toEqual(expect.arrayContaining(['fairlead.audit', 'dbos.workflow_status']));
  const rows = await Promise.all(
    tables.map(({ name }) => query<{ row: string }>(database, `select t::text as row from ${name} t`)),
  );
  return rows.flat().map(({ row }) => row);
}

async function filesBelow(folder: string): Promise<string[]> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  return Promise.all(
    entries.filter((entry) => entry.isFile()).map((entry) => readFile(join(entry.parentPath, entry.name), 'utf8')),
  );
}
