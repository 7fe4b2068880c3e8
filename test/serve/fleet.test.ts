import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import type { JournalEvent } from '../../src/storage/journal.ts';
import { type TestWorld, testWorld } from '../harness.ts';
import { newPlace, type Place, query } from '../postgres/place.ts';
import { inStep, PLENTY, type Server, serve } from './town.ts';

vi.setConfig({ testTimeout: 240_000, hookTimeout: 120_000 });

/** So long each call that a step consists of is on its way. Milliseconds. */
const ON_ITS_WAY = 600;

let undo: AsyncDisposableStack;
let place: Place;
let world: TestWorld;
beforeAll(async () => {
  undo = new AsyncDisposableStack();
  place = undo.use(await newPlace());
  world = undo.use(await testWorld({ rateLimit: PLENTY, speed: 12 }));
  world.emulator.faults.set({
    rules: [
      { method: 'POST', path: '/applications/public', latency: ON_ITS_WAY },
      { method: 'PATCH', path: '/envs/bulk', latency: ON_ITS_WAY },
      { method: 'POST', path: '/deploy', latency: ON_ITS_WAY },
      { method: 'GET', path: '/applications/', latency: ON_ITS_WAY / 2 },
    ],
  });
});
afterAll(() => undo.disposeAsync());

/** As many servers as are asked for, on a database of their own. */
async function fleet() {
  const database = await place.database();
  const servers = new AsyncDisposableStack();
  return {
    database,
    start: async () => servers.use(await serve(world.env({ DATABASE_URL: database }))),
    [Symbol.asyncDispose]: () => servers.disposeAsync(),
  };
}

async function begin(server: Server, name: string): Promise<string> {
  const { status, body } = await server.ask('/v1/app/create?wait=0', {
    repo: world.repo,
    name,
    domain: `http://${name}.localhost`,
    env_vars: [{ key: 'GREETING', value: 'Servus' }],
  });
  expect([status, body.status]).toEqual([202, 'pending']);
  return body.plan_id;
}

const endOf = async (server: Server, id: string) => (await server.ask(`/v1/runs/${id}?wait=50`)).body;

async function eventsOf(database: string, id: string): Promise<JournalEvent[]> {
  const rows = await query<{ event: JournalEvent }>(
    database,
    `select event from fairlead.run_events where run_id = '${id}' order by seq`,
  );
  return rows.map(({ event }) => event);
}

/** One app, one deployment, each step done once: whoever carried it out. */
async function expectOnce(name: string, database: string, id: string): Promise<void> {
  const made = world.emulator.state.applications.all().filter((app) => app.name === name);
  expect(made).toHaveLength(1);
  const { state } = world.emulator;
  expect(state.deployments.all().filter(({ application_id }) => application_id === String(made[0]!.id))).toHaveLength(
    1,
  );
  const [run] = await query<{ steps: unknown[] }>(
    database,
    `select header->'steps' as steps from fairlead.runs where id = '${id}'`,
  );
  const done = (await eventsOf(database, id)).flatMap((event) => (event.type === 'done' ? [event.step] : []));
  expect(done).toEqual([...run!.steps.keys()]);
  expect((await world.visit(`${name}.localhost`)).body).toContain('Servus');
}

describe.concurrent('two servers on one database', () => {
  it('a run begun at one is followed and cancelled from the other', async () => {
    await using here = await fleet();
    const [one, other] = [await here.start(), await here.start()];
    const id = await begin(one, 'cancelled');
    await inStep(here.database, 'cancelled', 'wait_for_deployment');
    const seen = (await other.ask(`/v1/runs/${id}`)).body;
    expect(seen).toMatchObject({ status: 'pending', details: { doing: expect.stringContaining('wait until') } });
    expect((await other.ask('/v1/run/list', {})).body.runs).toContainEqual(
      expect.objectContaining({ run_id: id, operation: 'create_app', status: 'pending' }),
    );
    expect((await other.ask('/v1/run/cancel', { id })).body.details.cancel).toBe('asked');
    expect(await endOf(other, id)).toMatchObject({ status: 'rolled_back', code: 499 });
    expect((await eventsOf(here.database, id)).filter(({ type }) => type === 'taken_over')).toEqual([]);
  });

  it.each([
    ['creating', 'create_application'],
    ['setting variables', 'set_variables'],
    ['asking for the deployment', 'trigger_deployment'],
    ['waiting for the build', 'wait_for_deployment'],
    ['looking whether it runs', 'wait_for_health'],
  ])('kill -9 of either while %s: the run is finished, each step once', async (_while, step) => {
    await using here = await fleet();
    const [one, other] = await Promise.all([here.start(), here.start()]);
    const watched = `${step.replaceAll('_', '-')}-other`;
    const undisturbed = await begin(one, watched);
    await inStep(here.database, watched, step);
    await other.kill();
    expect(await endOf(one, undisturbed)).toMatchObject({ status: 'success' });
    await expectOnce(watched, here.database, undisturbed);
    expect((await eventsOf(here.database, undisturbed)).map(({ type }) => type)).not.toContain('taken_over');

    const successor = await here.start();
    const name = `${step.replaceAll('_', '-')}-own`;
    const id = await begin(one, name);
    await inStep(here.database, name, step);
    await one.kill();
    expect(await endOf(successor, id)).toMatchObject({
      status: 'success',
      details: { url: `http://${name}.localhost` },
    });
    await expectOnce(name, here.database, id);
    const events = await eventsOf(here.database, id);
    const taken = events.findIndex(({ type }) => type === 'taken_over');
    expect(events[taken - 1]?.type).toBe('begun');
    expect(successor.told()).toContain('run_taken_up');
  });
});
