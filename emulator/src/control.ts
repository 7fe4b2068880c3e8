import { Hono } from 'hono';
import { BadOrder, readFaultOrder } from './faultOrder.ts';
import { type Harm, resourceOf, strike } from './faults.ts';
import { dockerView } from './jobs/dockerView.ts';
import type { Json } from './json.ts';
import type { World } from './world.ts';

interface ClockOrder {
  /** Milliseconds to jump forward. */
  advance?: number;
  /** An ISO time to jump to. */
  set?: string;
  speed?: number;
}

/** `docker kill` by default, after which nothing starts again; the others are an end from within, after which Docker starts it again. */
interface KillOrder {
  /** The uuid of an application, service or database. */
  resource?: string;
  /** The same. */
  application?: string;
  how?: 'kill' | Harm;
}

/**
 * What Coolify has not: the emulator's own controls, below `/__emulator`, for callers on this machine only. Time, faults,
 * killing an application's container as from outside, a look at the state without secrets, and what `docker inspect` would
 * show of a container.
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
    world.faults.set(readFaultOrder((await c.req.json()) as Json));
    return c.json(faultsNow(world));
  });
  app.post('/kill', async (c) => {
    const { resource, application = resource, how = 'kill' } = (await c.req.json()) as KillOrder;
    const hit = world.machine.containers().filter((container) => resourceOf(container) === application);
    if (hit.length === 0)
      return c.json({ message: `Nothing of "${application}" runs. GET state lists what does.` }, 404);
    for (const container of hit) {
      if (how === 'kill') await container.kill();
      else strike(container, how);
    }
    return c.json({ killed: hit.map((container) => container.name) });
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
  app.get('/containers/:application', (c) => {
    const uuid = c.req.param('application');
    const own = world.machine.containers().filter((container) => resourceOf(container) === uuid);
    if (own.length === 0) return c.json({ message: `Nothing of "${uuid}" runs. GET state lists what does.` }, 404);
    return c.json(
      own.map((container) => dockerView(container) ?? { Name: `/${container.name}`, Image: container.image }),
    );
  });
  app.onError((error, c) => {
    if (!(error instanceof BadOrder) && !(error instanceof SyntaxError)) throw error;
    return c.json({ message: error.message }, 400);
  });
  app.all('*', (c) =>
    c.json(
      {
        message:
          'Controls: GET and POST clock, GET and POST faults, POST kill, POST settle, GET state, GET containers/{uuid}.',
      },
      404,
    ),
  );
  return app;
}

function clockNow(world: World) {
  return { now: new Date(world.clock.now()).toISOString(), speed: world.clock.factor };
}

function faultsNow(world: World) {
  const { rules, failBuilds, queueFull, diskFull, unreachable, harms } = world.faults;
  return {
    rules,
    failBuilds: failBuilds ?? null,
    queueFull,
    diskFull,
    unreachable: [...unreachable],
    harm: Object.fromEntries(harms),
  };
}
