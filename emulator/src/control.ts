import { Hono } from 'hono';
import type { FaultRule } from './faults.ts';
import { containersOf } from './jobs/containers.ts';
import type { World } from './world.ts';

interface ClockOrder {
  /** Milliseconds to jump forward. */
  advance?: number;
  /** An ISO time to jump to. */
  set?: string;
  speed?: number;
}

interface FaultOrder {
  rules?: FaultRule[];
  failBuilds?: { line: string; times: number } | null;
  queueFull?: boolean;
  unreachable?: string[];
}

/**
 * What Coolify has not: the emulator's own controls, below `/__emulator`, for callers on this machine only. Time, faults,
 * killing an application's container as from outside, and a look at the state without secrets.
 */
export function createControl(world: World, settled: () => Promise<void>): Hono {
  const app = new Hono();
  app.get('/clock', (c) => c.json(clockNow(world)));
  app.post('/clock', async (c) => {
    const order = (await c.req.json()) as ClockOrder;
    if (order.speed !== undefined) world.clock.speed(order.speed);
    if (order.set !== undefined) await world.clock.set(Date.parse(order.set));
    if (order.advance !== undefined) await world.clock.advance(order.advance);
    return c.json(clockNow(world));
  });
  app.get('/faults', (c) => c.json(faultsNow(world)));
  app.post('/faults', async (c) => {
    const order = (await c.req.json()) as FaultOrder;
    const { faults } = world;
    if (order.rules !== undefined) faults.rules = order.rules;
    if (order.failBuilds !== undefined) faults.failBuilds = order.failBuilds ?? undefined;
    if (order.queueFull !== undefined) faults.queueFull = order.queueFull;
    if (order.unreachable !== undefined) faults.unreachable = new Set(order.unreachable);
    return c.json(faultsNow(world));
  });
  app.post('/kill', async (c) => {
    const { application: uuid } = (await c.req.json()) as { application: string };
    const application = world.state.applications.find((a) => a.uuid === uuid);
    if (application === undefined) return c.json({ message: `There is no application ${uuid}.` }, 404);
    const killed = containersOf(world, application);
    for (const container of killed) await container.kill();
    return c.json({ killed: killed.map((container) => container.name) });
  });
  app.post('/settle', async (c) => {
    await settled();
    return c.json({ settled: true });
  });
  app.get('/state', (c) => {
    const { state, machine } = world;
    return c.json({
      applications: state.applications.all().map(({ uuid, name, status, fqdn }) => ({ uuid, name, status, fqdn })),
      deployments: state.deployments.all().map(({ deployment_uuid, application_name, status, commit }) => ({
        deployment_uuid,
        application_name,
        status,
        commit,
      })),
      containers: machine
        .containers()
        .map((container) => ({ id: container.id, name: container.name, image: container.image, ...container.state() })),
      proxy: machine.proxy,
    });
  });
  app.all('*', (c) =>
    c.json({ message: 'Controls: GET and POST clock, GET and POST faults, POST kill, POST settle, GET state.' }, 404),
  );
  return app;
}

function clockNow(world: World) {
  return { now: new Date(world.clock.now()).toISOString(), speed: world.clock.factor };
}

function faultsNow(world: World) {
  const { rules, failBuilds, queueFull, unreachable } = world.faults;
  return { rules, failBuilds: failBuilds ?? null, queueFull, unreachable: [...unreachable] };
}
