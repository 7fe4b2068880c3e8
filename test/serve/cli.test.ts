import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { spawnCli, type TestWorld, testWorld } from '../harness.ts';
import { newPlace, type Place } from '../postgres/place.ts';
import { freePort, inStep, KEY, PLENTY, type Server, serve } from './town.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

let undo: AsyncDisposableStack;
let place: Place;
let world: TestWorld;
let database: string;
let server: Server;
beforeAll(async () => {
  undo = new AsyncDisposableStack();
  place = undo.use(await newPlace());
  world = undo.use(await testWorld({ rateLimit: PLENTY }));
  database = await place.database();
  server = undo.use(await serve(world.env({ DATABASE_URL: database })));
});
afterAll(() => undo.disposeAsync());

/** A command line that knows a server and its key, and no Coolify. */
function start(args: string[], { url = server.url, key = KEY, after = [] as string[] } = {}) {
  const { PATH = '', HOME = '' } = world.env();
  const child = spawnCli([...args, '--server', url, ...after], { PATH, HOME, FAIRLEAD_KEY: key });
  let told = '';
  child.stderr!.on('data', (chunk: Buffer) => {
    told += chunk.toString();
  });
  const end = Promise.all([
    text(child.stdout!),
    new Promise<number | null>((resolve) => child.once('close', resolve)),
  ]).then(([stdout, code]) => ({ code, stdout, stderr: told }));
  return { child, told: () => told, end };
}
const cli = (args: string[], more?: Parameters<typeof start>[1]) => start(args, more).end;
const create = (name: string) => ['app', 'create', world.repo, name, '--domain', `http://${name}.localhost`];

describe.concurrent('the command line with --server', () => {
  it('plans, creates with its steps told, lists, shows, asks before it destroys, and deletes', async () => {
    const plan = await cli([...create('told'), '--dry-run', '--json']);
    expect(plan.code).toBe(0);
    const { plan_id } = JSON.parse(plan.stdout);
    const made = await cli([...create('told'), '--plan', plan_id]);
    expect(made.code).toBe(0);
    expect(made.stdout).toMatch(/app create: done.*url: http:\/\/told\.localhost/s);
    expect(made.stderr).toMatch(/App: Create.*… wait until Coolify has built.*✓ wait until Coolify has built/s);
    expect(made.stderr).toMatch(/100% {2}✓ .*: all 6 steps done/);

    const again = await cli([...create('told'), '--json']);
    expect([again.code, JSON.parse(again.stdout).status]).toEqual([3, 'blocked']);
    const listed = await cli(['list_apps'], { after: ['--json'] });
    expect(JSON.parse(listed.stdout).applications).toContainEqual(expect.objectContaining({ name: 'told' }));
    const { runs } = JSON.parse((await cli(['runs', '--json'])).stdout);
    const shown = await cli(['runs', 'show', runs[0].run_id, '--json']);
    expect(JSON.parse(shown.stdout)).toMatchObject({ plan_id: runs[0].run_id });

    const asked = await cli(['app', 'delete', 'told']);
    expect([asked.code, asked.stderr]).toEqual([3, expect.stringContaining('--yes')]);
    expect((await cli(['app', 'delete', 'told', '--yes'])).code).toBe(0);
    const gone = await cli(['app', 'get', 'told', '--json']);
    expect([gone.code, JSON.parse(gone.stdout).code]).toEqual([3, 'not_found']);
  });

  it('Ctrl-C once cancels at the server and waits until all is taken back', async () => {
    const { child, end } = start(create('stopped'));
    await inStep(database, 'stopped', 'wait_for_deployment');
    child.kill('SIGINT');
    const { code, stderr } = await end;
    expect([code, stderr]).toEqual([130, expect.stringMatching(/Cancelling.*failed, and taken back/s)]);
    expect(world.emulator.state.applications.all().map(({ name }) => name)).not.toContain('stopped');
  });

  it('SIGTERM leaves at once, and the run goes on', async () => {
    const { child, end } = start(create('left'));
    const { id } = await inStep(database, 'left', 'wait_for_deployment');
    child.kill('SIGTERM');
    expect(await end).toMatchObject({ code: 130, stderr: expect.stringContaining('goes on at the server') });
    expect((await server.ask(`/v1/runs/${id}?wait=50`)).body.status).toBe('success');
  });

  it('stays with a run whose server is killed and started again', async () => {
    const own = await place.database();
    const env = world.env({ DATABASE_URL: own, BACKEND_PORT: String(await freePort()) });
    await using first = await serve(env);
    const { end } = start(create('patient'), { url: first.url });
    await inStep(own, 'patient', 'wait_for_deployment');
    await first.kill();
    await using _second = await serve(env);
    expect(await end).toMatchObject({ code: 0, stdout: expect.stringContaining('http://patient.localhost') });
  });

  it.each([
    ['a wrong key', ['app', 'list'], { key: `${KEY}-not` }, 3, /not a valid one.*\n.*FAIRLEAD_KEY/],
    ['no key', ['app', 'list'], { key: '' }, 2, /FAIRLEAD_KEY is not set/],
    ['no server', ['app', 'list'], { url: 'http://127.0.0.1:9' }, 5, /does not answer.*\n.*fairlead serve/],
    ['no URL', ['app', 'list'], { url: 'localhost' }, 2, /--server is no URL/],
    ['a wrong value', ['app', 'list', '--limit', '0'], {}, 2, /list_applications: limit/],
    ['a run to resume', ['runs', 'resume', 'txn-1-a'], {}, 2, /runs of this machine/],
    ['something that is no Fairlead', ['app', 'list'], { url: 'the emulator' }, 5, /is no Fairlead/],
  ] as const)('%s is told as such', async (_what, args, more, code, told) => {
    const { url, key } = { url: server.url, key: KEY, ...more };
    const ended = await cli([...args], { key, url: url === 'the emulator' ? world.emulator.url : url });
    expect([ended.code, ended.stderr]).toEqual([code, expect.stringMatching(told)]);
  });
});
