import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { makeRepository } from '../../demo/repository.ts';
import { type TestWorld, testWorld } from '../harness.ts';
import { newPlace } from '../postgres/place.ts';
import { CALLERS, type Call } from './callers.ts';
import { inStep, PLENTY, type Server, serve } from './town.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

const EXAMPLE = join(import.meta.dirname, '../../examples/hello-web');
const repo = (name: string) => `http://git.example.test/acme/${name}.git`;

let undo: AsyncDisposableStack;
let world: TestWorld;
let database: string;
let server: Server;
/** One whose token may only read. */
let reader: Server;
beforeAll(async () => {
  undo = new AsyncDisposableStack();
  const place = undo.use(await newPlace());
  world = undo.use(await testWorld({ rateLimit: PLENTY }));
  const git = join(world.folder, 'git');
  const broken = await makeRepository(git, 'broken', EXAMPLE);
  await broken.push('Break', { 'build.js': () => "throw new Error('no title in the template');\n" });
  const crashing = await makeRepository(git, 'crashing', EXAMPLE);
  await crashing.push('Crash', { 'server.js': () => "throw new Error('DATABASE_URL is not set');\n" });

  const recorded = undo.use(await testWorld({ baseline: 'recorded' }));
  database = await place.database();
  const other = await place.database();
  server = undo.use(await serve(world.env({ DATABASE_URL: database })));
  const token = recorded.emulator.tokens.read ?? '';
  reader = undo.use(await serve(recorded.env({ DATABASE_URL: other, COOLIFY_API_TOKEN: token })));
});
afterAll(() => undo.disposeAsync());

const appOf = (name: string) => ({ name, domain: `http://${name}.localhost` });
const apps = async (call: Call): Promise<string[]> =>
  (await call('list_applications', { limit: 50 })).content.applications.map((app: string | { name: string }) =>
    typeof app === 'string' ? app : app.name,
  );

/** The main job's stories: `name` is the app's, and no other's. */
const STORIES: Record<string, (call: Call, name: string) => Promise<void>> = {
  async 'planned, carried out as planned, proved, told, and deleted by plan'(call, name) {
    const args = { repo: world.repo, ...appOf(name), env_vars: [{ key: 'GREETING', value: 'Servus' }] };
    const plan = await call('create_app', { ...args, dry_run: true });
    expect(plan.content).toMatchObject({ status: 'plan_ready', mode: 'dry-run' });
    expect(await apps(call)).not.toContain(name);

    const { plan_id } = plan.content;
    const made = await call('create_app', { ...args, plan_id });
    const commit = await world.repository.head();
    expect(made.content).toMatchObject({ status: 'success', details: { url: `http://${name}.localhost`, commit } });
    expect(made.content.details.verified).toContainEqual(
      expect.objectContaining({ fact: 'url_answers', result: 'seen' }),
    );
    expect((await world.visit(`${name}.localhost`)).body).toContain('Servus from version 1');
    expect((await call('create_app', { ...args, plan_id })).refused).toBe(true);

    const asked = await call('delete_app', { name });
    expect(asked.content).toMatchObject({ status: 'plan_ready', mode: 'on-demand' });
    expect(await apps(call)).toContain(name);
    const gone = await call('delete_app', { name, plan_id: asked.content.plan_id });
    expect(gone.content).toMatchObject({ status: 'success', details: { deleted: true } });
    expect(await apps(call)).not.toContain(name);
  },

  async 'a build that fails: the line that failed, and nothing left behind'(call, name) {
    const { refused, content } = await call('create_app', { repo: repo('broken'), ...appOf(name) });
    expect(refused).toBe(true);
    expect(content).toMatchObject({ status: 'rolled_back', code: 502, incident: { stage: 'deployment' } });
    expect(JSON.stringify(content.incident)).toContain('no title in the template');
    expect(await apps(call)).not.toContain(name);
  },

  async 'a crash at start, which Coolify calls finished'(call, name) {
    const { content } = await call('create_app', { repo: repo('crashing'), ...appOf(name) });
    expect(content).toMatchObject({ status: 'rolled_back', incident: { stage: 'application_startup' } });
    expect(content.incident.last_logs_sample[0]).toContain('DATABASE_URL is not set');
    expect(await apps(call)).not.toContain(name);
  },

  async 'a repository that cannot be reached'(call, name) {
    const { content } = await call('create_app', { repo: repo('nothing'), ...appOf(name) });
    expect(content).toMatchObject({ status: 'rolled_back', error: expect.stringContaining('reach the repository') });
    expect(await apps(call)).not.toContain(name);
  },

  async 'a name that is taken, and a world that moved since the plan'(call, name) {
    const args = { repo: world.repo, ...appOf(name) };
    expect((await call('create_app', args)).content.status).toBe('success');
    const again = await call('create_app', args);
    expect(again).toMatchObject({ refused: true, content: { status: 'blocked', code: 409 } });
    expect(again.content.error).toMatch(/^Validation gate failed: name_free/);

    const plan = await call('redeploy', { name, dry_run: true });
    expect((await call('redeploy', { name })).content.status).toBe('success');
    const moved = await call('redeploy', { name, plan_id: plan.content.plan_id });
    expect(moved).toMatchObject({ refused: true, text: expect.stringMatching(/world has moved.*previous/s) });
  },

  async 'cancelled in the middle: everything is taken back'(call, name) {
    const making = call('create_app', { repo: world.repo, ...appOf(name) });
    const { id } = await inStep(database, name, 'wait_for_deployment');
    expect((await call('cancel_run', { id })).content.status).toBe('success');
    expect((await making).content).toMatchObject({ status: 'rolled_back', code: 499 });
    expect(await apps(call)).not.toContain(name);
  },
};

describe.concurrent.each(Object.keys(CALLERS))('the main job through %s', (caller) => {
  it.each(Object.keys(STORIES))('%s', async (title) => {
    const name = `${caller}-${Object.keys(STORIES).indexOf(title)}`;
    await STORIES[title]!(await CALLERS[caller]!(server), name);
  });

  it('a token that may not write is told by name of the ability', async () => {
    const call = await CALLERS[caller]!(reader);
    const { refused, text } = await call('create_app', { repo: world.repo, ...appOf(`reader-${caller}`) });
    expect(refused).toBe(true);
    expect(text).toContain('write');
    expect(await apps(call)).not.toContain(`reader-${caller}`);
  });
});
